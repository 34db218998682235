"""Ports of this machine: one that is free, and who has one that is not."""

import random
import socket

import psutil

from cli.parts.part import PortTaken

HOST = "127.0.0.1"


# Below those from which the system takes the near ends of connections: a port that is free now
# is not lent to one of them before a server gets to it.
_QUIET = range(20_000, 32_000)


def free_port() -> int:
    """A port nobody listens on at this moment."""
    while True:
        port = random.choice(_QUIET)  # noqa: S311 - not a secret
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port


def require_free(name: str, port: int, variable: str | None) -> None:
    """Raises PortTaken for `name` when `port` is in use; `variable` is what moves it."""
    with socket.socket() as probe:
        # As servers do: a port in TIME_WAIT after a restart is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise PortTaken(name, port, _holder(port), variable) from None


def _holder(port: int) -> str | None:
    """`name (pid)` of who listens on `port`, where the system tells us."""
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and connection.pid and connection.laddr[1:] == (port,):
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        pass
    return None
