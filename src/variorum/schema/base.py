"""The base of all schema types: immutable, strict about types, closed to unknown fields."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen pydantic model that coerces nothing and accepts no extra field."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")
