"""What differs between one practice portal and the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Names:
    """What a portal calls its paths, fields and words, where that is not the usual.

    `paths` by the names that the portal's module gives its paths (`reports`, `status`, ...);
    `fields` and `words` by the usual ones: `{"isi": "teks"}`, `{"selesai": "tuntas"}`.
    """

    paths: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def field(self, usual: str) -> str:
        return self.fields.get(usual, usual)

    def word(self, usual: str) -> str:
        return self.words.get(usual, usual)

    def usual_word(self, word: str) -> str:
        return next((usual for usual, own in self.words.items() if own == word), word)

    def out(self, value: Any) -> Any:
        """JSON with the fields called as this portal calls them."""
        if isinstance(value, Mapping):
            return {self.field(key): self.out(one) for key, one in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self.out(one) for one in value]
        return value

    def usual(self, value: Any) -> Any:
        """JSON that came, with the fields called as usual."""
        if isinstance(value, Mapping):
            back = {own: usual for usual, own in self.fields.items()}
            return {back.get(key, key): self.usual(one) for key, one in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self.usual(one) for one in value]
        return value


@dataclass(frozen=True, kw_only=True)
class Config:
    directory: Path | None = None
    """Where the state is kept; in memory where None."""
    client_id: str = "matur"
    client_secret: str = "rahasia-latihan"  # noqa: S105 - the default of tests
    webhook_secret: str = "rahasia-webhook"  # noqa: S105
    api_key: str = "kunci-latihan"
    webhook: str | None = None
    """Where hints go; none are sent where None."""
    per_minute: int = 60
    """Calls that a client may make."""
    page_size: int = 20
    """Where the client does not say."""
    attachment_s: float = 600
    """How long the address of an attachment holds."""
    token_s: int = 3600
    arriving_s: float | None = None
    """Over how many seconds the sample complaints arrive; none do where None."""
    quiet_s: float = 0
    """Seconds before the first of them."""
    seed: int | None = None
    """Of the faults' dice."""
    names: Names = field(default_factory=Names)
