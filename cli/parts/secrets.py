"""Secrets of a local run: made once, one file each, readable by their owner alone."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path


class Secrets:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)

    def password(self, name: str) -> str:
        """The password kept under `name`, made at the first call."""
        return self._made_once(name, lambda: secrets.token_urlsafe(24))

    def key(self, name: str) -> str:
        """Base64 of 32 random bytes kept under `name`."""
        return self._made_once(name, _random_key)

    def keyring(self, name: str) -> str:
        """A keyring `keyid:base64` of one key, in the form `settings.identity_keys` wants."""
        return self._made_once(name, lambda: f"k1:{_random_key()}")

    def write(self, name: str, value: str) -> None:
        """Keeps `value`, whole or not at all."""
        path = self.directory / name
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(value + "\n")
        fresh.replace(path)

    def _made_once(self, name: str, make: Callable[[], str]) -> str:
        path = self.directory / name
        if not path.exists():
            self.write(name, make())
        return path.read_text().strip()


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
