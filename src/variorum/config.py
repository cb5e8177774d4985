"""Settings: defaults, then ``variorum.toml`` in the working directory, then ``VARIORUM_*``, then flags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"no web address: {error}") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("no web address: it begins with https:// or http:// and has a host")
    if parts.username or parts.password:
        raise ValueError("a web address here holds no user name or password")
    return text


WebAddress = Annotated[str, AfterValidator(_web_address)]
Share = Annotated[float, Field(ge=0, le=1)]
RequiredField = Literal["title", "authors", "abstract", "date", "identifiers"]


class SourceSettings(BaseModel):
    """What ``variorum.toml`` says about one source under ``[sources.NAME]``; the rest stays as the source has it.

    ``enabled``: whether ``variorum ingest`` without names takes it. ``channel``: by which of its ways the
    nightly run fetches (arXiv: ``oai`` or ``feed``). ``url``: address of that channel; ``urls``: of
    others, by channel. ``format``, ``sets``: what to ask for. ``since``: first day of the first harvest;
    without it everything there is. ``lookback_days``: how far a nightly run reaches back behind the last.
    ``gap_seconds``, ``deadline_seconds``, ``pause_seconds``, ``max_body_mib``, ``allow_hosts``: see
    ``schema.harvest.Manners``; ``daily_requests`` likewise. ``permission``: who agreed, and when, that a source
    which gives no general leave is fetched. ``required``: shares of records that must have a field, over the
    source's own expectations; ``rejected``: largest share of entries that may be unreadable.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = True
    channel: str | None = None
    url: WebAddress | None = None
    urls: Mapping[str, WebAddress] = Field(default_factory=dict)
    format: str | None = None
    sets: tuple[str, ...] = ()
    since: date | None = None
    lookback_days: int | None = Field(default=None, ge=0, le=366)
    gap_seconds: float | None = Field(default=None, ge=0, le=3600)
    deadline_seconds: float | None = Field(default=None, gt=0, le=3600)
    pause_seconds: float | None = Field(default=None, ge=0, le=86_400)
    max_body_mib: int | None = Field(default=None, ge=1, le=1024)
    daily_requests: int | None = Field(default=None, ge=1)
    permission: str = ""
    allow_hosts: tuple[str, ...] = ()
    required: Mapping[RequiredField, Share] | None = None
    rejected: float | None = Field(default=None, ge=0, le=1)


class Settings(BaseSettings):
    """One frozen set of settings for a command.

    ``db``: SQLAlchemy URL. ``archive``: folder of archived bodies; by default beside an SQLite file
    (``variorum.db`` has ``variorum.archive``). ``max_file_mib``: largest file taken in, MiB.
    ``metrics_file``: where ``variorum ingest`` writes figures for Prometheus, if anywhere.
    ``contact``: e-mail or web address by which those who run the sources can reach whoever runs this.
    ``sources``: by name, those that are fetched and how.
    """

    model_config = SettingsConfigDict(env_prefix="VARIORUM_", toml_file="variorum.toml", frozen=True, extra="forbid")

    db: str = "sqlite:///variorum.db"
    archive: Path | None = None
    max_file_mib: int = Field(default=64, ge=1, le=1024)
    metrics_file: Path | None = None
    contact: str = ""
    sources: Mapping[str, SourceSettings] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags over environment over file over defaults."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def archive_root(self) -> Path:
        """Where archived bodies lie."""
        if self.archive is not None:
            return self.archive
        return self.database_file.with_suffix(".archive") if self.database_file else Path("variorum.archive")

    @property
    def database_file(self) -> Path | None:
        """The file that holds the database, if it is one."""
        sqlite_file = re.fullmatch(r"sqlite(?:\+\w+)?:///([^?]+).*", self.db)
        return Path(sqlite_file[1]) if sqlite_file and ":memory:" not in self.db else None
