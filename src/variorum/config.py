"""Settings: defaults, then ``variorum.toml`` in the working directory, then ``VARIORUM_*``, then flags."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class Settings(BaseSettings):
    """One frozen set of settings for a command.

    ``db``: SQLAlchemy URL. ``archive``: folder of archived bodies; by default beside an SQLite file
    (``variorum.db`` has ``variorum.archive``). ``max_file_mib``: largest file taken in, MiB.
    """

    model_config = SettingsConfigDict(env_prefix="VARIORUM_", toml_file="variorum.toml", frozen=True, extra="forbid")

    db: str = "sqlite:///variorum.db"
    archive: Path | None = None
    max_file_mib: int = Field(default=64, ge=1, le=1024)

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
        sqlite_file = re.fullmatch(r"sqlite(?:\+\w+)?:///([^?]+).*", self.db)
        if sqlite_file and ":memory:" not in self.db:
            return Path(sqlite_file[1]).with_suffix(".archive")
        return Path("variorum.archive")
