"""What differs between one installation and the next, read from the environment.

Every name is prefixed `MATUR_`. A value may also lie in a file named like the field
(`secret`, `identity_keys`, `database_url`, ...) in the directory `MATUR_SECRETS_DIR`; the
environment wins over the file. Where Temporal is comes from Temporal's own environment
configuration (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, ...).
"""

import base64
import binascii
import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)


def state_directory() -> Path:
    """Where a local run keeps its data, logs and secrets: `MATUR_DIRECTORY`, else `.matur/`
    beside this file."""
    return Path(os.environ.get("MATUR_DIRECTORY") or Path(__file__).parent / ".matur").absolute()


def secrets_directory() -> Path:
    """`MATUR_SECRETS_DIR`, else where a local run keeps its secrets, so that the command line
    works beside it without being told."""
    given = os.environ.get("MATUR_SECRETS_DIR")
    return Path(given).absolute() if given else state_directory() / "secrets"


class Settings(BaseSettings):
    """See docs/operations.md for what each means to whoever runs the house."""

    model_config = SettingsConfigDict(env_prefix="MATUR_", env_ignore_empty=True, frozen=True)

    database_url: SecretStr
    """`postgresql+psycopg://` URL of the application's role."""
    migration_url: SecretStr | None = None
    """The same of the owning role, for migrations; without it `database_url` serves."""
    host: str = "127.0.0.1"
    port: int = 8000
    worker_port: int = 8001
    """Where the worker answers /healthz, /readyz and /metrics."""
    secret: SecretStr
    """Base64 of at least 32 random bytes: keys the hashes of receipts, tokens and sessions."""
    identity_keys: SecretStr
    """`keyid:base64` of 32 bytes, the current key first, older ones after a comma."""
    practice: bool = False
    """Demo accounts exist and the clock of a case may be moved."""
    public_origin: str | None = None
    """`https://host` as the public sees it, where a proxy stands in front."""
    files: Path = Field(default_factory=lambda: state_directory() / "files")
    """Where the bytes of files lie; web and worker share it."""
    portals: Path = Field(default_factory=lambda: state_directory() / "portals")
    """Where a `<code>.toml` for each portal says how to reach it, over the mapping we ship."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(_decoded(value.get_secret_value())) < 32:
            raise ValueError("must be base64 of at least 32 bytes")
        return value

    @field_validator("identity_keys")
    @classmethod
    def _a_keyring(cls, value: SecretStr) -> SecretStr:
        _keyring(value.get_secret_value())
        return value

    @property
    def database(self) -> str:
        """URL for the application's own work."""
        return self.database_url.get_secret_value()

    @property
    def migration_database(self) -> str:
        """URL for what only the owner of the tables may do."""
        return (self.migration_url or self.database_url).get_secret_value()

    @property
    def secret_bytes(self) -> bytes:
        return _decoded(self.secret.get_secret_value())

    @property
    def keyring(self) -> dict[str, bytes]:
        """Keys of reporters' identities by their id, the current one first."""
        return _keyring(self.identity_keys.get_secret_value())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        directory = secrets_directory()
        if not directory.is_dir():
            return init_settings, env_settings
        files = SecretsSettingsSource(settings_cls, secrets_dir=directory, env_prefix="")
        return init_settings, env_settings, files


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise ValueError("must be base64") from error


def _keyring(text: str) -> dict[str, bytes]:
    """Raises: ValueError: an entry is not `keyid:base64` of 32 bytes, or an id comes twice."""
    keys: dict[str, bytes] = {}
    for entry in text.strip().split(","):
        key_id, _, encoded = entry.strip().partition(":")
        key = _decoded(encoded)
        if not key_id or key_id in keys or len(key) != 32:
            raise ValueError("must be keyid:base64 of 32 bytes, each id once, current key first")
        keys[key_id] = key
    return keys
