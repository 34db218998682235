"""UUID version 7 (RFC 9562): ids in the order they were made, so that an id is also a cursor."""

import secrets
import threading
import time
from uuid import UUID

_RANDOM_BITS = 74
_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A new id, greater than every earlier one of this process, even if the clock steps back."""
    global _last  # noqa: PLW0603
    made = time.time_ns() // 1_000_000 << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    with _lock:
        if made <= _last:
            made = _last + 1 + secrets.randbits(32)
        _last = made
    return _with_version(made)


def uuid7_floor(milliseconds: int) -> UUID:
    """The smallest id of that millisecond since 1970: where a range of time begins."""
    return _with_version(milliseconds << _RANDOM_BITS)


def _with_version(bits: int) -> UUID:
    """48 bits of time, version, 12 bits, variant, 62 bits."""
    head, tail = bits >> 62, bits & (1 << 62) - 1
    return UUID(int=head >> 12 << 80 | 0x7 << 76 | (head & 0xFFF) << 64 | 0b10 << 62 | tail)
