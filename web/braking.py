"""Which guesses are counted, and how a refusal for guessing too often is said."""

from datetime import datetime
from ipaddress import IPv6Address, ip_address
from math import ceil

from starlette.requests import Request

from domain.sentences import Said
from record import brake
from record.brake import Guess, Limit
from web.house import House
from web.problems import Problem

FEW = Limit(free=5)
KNOWN = Limit(free=10)
OFFICE = Limit(free=20)
"""An office, and a mobile network, reach us from one address."""
NETWORK = Limit(free=30)

TOO_OFTEN = "Terlalu banyak percobaan yang salah. Coba lagi dalam %(minutes)s menit."


class TooOften(Problem):
    """429, until then."""

    def __init__(self, until: datetime, now: datetime) -> None:
        seconds = max(1, ceil((until - now).total_seconds()))
        detail = Said(TOO_OFTEN, minutes=ceil(seconds / 60))
        super().__init__(429, detail, headers={"Retry-After": str(seconds)})


def address_of(request: Request) -> str:
    """Whence a request comes: of IPv6 the network, since a house has 2^64 addresses of its own."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or int(address) >> 64)
    return str(address)


async def begin_guess(house: House, *guesses: Guess) -> None:
    """Counts a guess before it is looked at. Raises TooOften where none is taken now."""
    now = house.now
    if until := await brake.attempt(house.engine, guesses, now, secret=house.secret):
        raise TooOften(until, now)


async def guessed_right(house: House, *guesses: Guess) -> None:
    await brake.take_back(house.engine, guesses, house.now, secret=house.secret)


def receipt_guesses(request: Request, ticket: str) -> tuple[Guess, ...]:
    """Strangers who guess at a ticket do not hold up its reporter, who made no wrong guess."""
    address = address_of(request)
    return (
        Guess("receipt/address", address, NETWORK),
        Guess("receipt/ticket", ticket, KNOWN, by=address),
    )


async def may_guess(house: House, guesses: tuple[Guess, ...]) -> None:
    """Raises TooOften where none is taken now. Leaves no trace of whoever then guesses right."""
    now = house.now
    if until := await brake.held(house.engine, guesses, now, secret=house.secret):
        raise TooOften(until, now)


async def guessed_wrong(house: House, guesses: tuple[Guess, ...]) -> None:
    await brake.attempt(house.engine, guesses, house.now, secret=house.secret)
