"""What every value of the domain shares."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable value; unknown fields are an error, so that no typing mistake passes."""

    model_config = ConfigDict(frozen=True, extra="forbid")
