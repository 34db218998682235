"""What differs between a portal as assumed and as it is: data, checked when it is loaded.

`portals/<code>.toml` is shipped; a file of the same name in the installation's directory is laid
over it key by key.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
)

from portals.protocol import Told

SHIPPED = Path(__file__).parent
FROM_FILE = "file:"


class MappingError(ValueError):
    """A mapping that cannot be used: `sp4n.toml: paths.reports: …`."""


def _an_address(text: str) -> str:
    scheme, _, rest = text.partition("://")
    if scheme not in ("http", "https") or not rest.strip("/"):
        raise ValueError("must begin with https:// or http://")
    return text.rstrip("/")


def _a_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, KeyError, OSError) as error:
        raise ValueError("must be the name of a time zone, like Asia/Jakarta") from error
    return text


Name = Annotated[str, StringConstraints(min_length=1)]
"""A name the portal must have: of a field (dots lead inwards), a parameter or a header."""
Perhaps = str
"""A name it may lack: `""` where it does."""
Address = Annotated[str, AfterValidator(_an_address)]
Zone = Annotated[str, AfterValidator(_a_zone)]
PathTo = Annotated[str, StringConstraints(pattern="^/")]
PathToOne = Annotated[str, StringConstraints(pattern=r"^/.*\{id\}")]
Words = tuple[str, ...]
Secret = Annotated[SecretStr, Field(min_length=1)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PortalMapping(Part):
    """What every portal's mapping says."""

    code: str
    label: str
    assumed: bool
    """Until somebody has compared it with the portal's real contract."""
    address: Address | None = None
    """Without one nothing is called: the portal is served by the relay desk."""
    allow_private: bool = False
    """Attachments may lie at addresses of this machine or network: practice only."""
    per_minute: int = Field(ge=1)
    poll_every_s: int = Field(ge=1)
    settle_s: int = Field(ge=1)
    """How long the portal may still be at work after a call that it did not answer."""
    zone: Zone
    credentials: Part | None = None
    status: Mapping[Told, str]

    @property
    def time_zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def word(self, told: Told) -> str | None:
        """The portal's status word for it, None where the portal is not told."""
        return self.status.get(told) or None

    @classmethod
    def load(cls, code: str, directory: Path, secrets: Path | None) -> Self:
        """The mapping shipped for `code` with the installation's over it. Raises MappingError."""
        file = f"{code}.toml"
        data = _read(SHIPPED / file)
        if (over := directory / file).is_file():
            data = _laid_over(data, _read(over))
        if "code" in data:
            raise MappingError(f"{file}: code: is the name of the file")
        data["credentials"] = _credentials(file, data.get("credentials"), secrets)
        try:
            mapping = cls.model_validate({**data, "code": code})
        except ValidationError as error:
            raise MappingError("\n".join(_said(file, error))) from None
        if mapping.address and mapping.credentials is None:
            raise MappingError(f"{file}: credentials: are needed where there is an address")
        return mapping


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{file.name}: is not TOML: {error}") from None


def _laid_over(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`under` with every key that `over` has, table by table; lists are replaced whole."""
    merged = dict(under)
    for key, value in over.items():
        beneath = merged.get(key)
        both = isinstance(value, dict) and isinstance(beneath, dict)
        merged[key] = _laid_over(beneath, value) if both and beneath is not None else value
    return merged


def _credentials(file: str, given: object, secrets: Path | None) -> object:
    """With the values that stand in files of the secrets directory."""
    if not isinstance(given, dict):
        return given
    return {key: _secret(f"{file}: credentials.{key}", value, secrets)
            for key, value in given.items()}  # fmt: skip


def _secret(where: str, value: object, secrets: Path | None) -> object:
    if not isinstance(value, str) or not value.startswith(FROM_FILE):
        return value
    name = value.removeprefix(FROM_FILE)
    if secrets is None or not name or Path(name).name != name or not (secrets / name).is_file():
        raise MappingError(f"{where}: there is no such file in the directory of secrets")
    return (secrets / name).read_text(encoding="utf-8").strip()


def _said(file: str, error: ValidationError) -> list[str]:
    return [
        f"{file}: {'.'.join(str(part) for part in e['loc'] if part != '[key]')}: {e['msg']}"
        for e in error.errors(include_input=False, include_url=False)
    ]
