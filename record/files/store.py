"""The bytes of files, under a directory, each named by its own SHA-256.

What is written is on the disk before its name is: after a crash a name never stands for half a
file. Nothing here is executable or readable to others.
"""

import os
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path


class Store:
    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def put(self, data: bytes) -> bytes:
        """Keep `data`; its SHA-256. Safe to repeat. Raises OSError where there is no room."""
        name = sha256(data).digest()
        path = self._path(name)
        if path.exists():
            return name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made with mode 0600, and gone again where the disk is full.
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix="new-", delete=False) as file:
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).rename(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        for directory in (path.parent, self.directory):
            _settle(directory)
        return name

    def get(self, name: bytes) -> bytes:
        """Raises FileNotFoundError, and DamagedError where it is not what it was."""
        data = self._path(name).read_bytes()
        if sha256(data).digest() != name:
            raise DamagedError(name.hex())
        return data

    def remove(self, name: bytes) -> None:
        """Safe to repeat."""
        with suppress(FileNotFoundError):
            self._path(name).unlink()

    def _path(self, name: bytes) -> Path:
        hexadecimal = name.hex()
        return self.directory / hexadecimal[:2] / hexadecimal


class DamagedError(Exception):
    """A file's content does not give its name any more."""


def _settle(directory: Path) -> None:
    """Have the disk know the names in a directory."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
