"""The base of all schema types: immutable, strict about types, closed to unknown fields."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from variorum.schema.dates import check_partial_date

PartialDate = Annotated[str, AfterValidator(check_partial_date)]


class Model(BaseModel):
    """A frozen pydantic model that coerces nothing and accepts no extra field."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")
