"""``variorum schedule …``: having the nightly run done by the machine."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from variorum.cli._options import new_app, settings
from variorum.cli._output import say

if TYPE_CHECKING:
    from variorum.config import Settings

app = new_app("Have the nightly run done by systemd or cron.")


def register(commands: typer.Typer) -> None:
    """Add the group."""
    commands.add_typer(app, name="schedule")


@app.command("print", epilog="Example: variorum schedule print --systemd --at 05:00")
def print_(
    systemd: Annotated[bool, typer.Option("--systemd", help="Unit files for systemd.")] = False,
    cron: Annotated[bool, typer.Option("--cron", help="Lines for crontab.")] = False,
    at: Annotated[
        str | None, typer.Option("--at", help="Time of day, in UTC for systemd [default: 04:30].", metavar="HH:MM")
    ] = None,
    user: Annotated[
        bool, typer.Option("--user", help="Units for your own service manager instead of the system's.")
    ] = False,
) -> None:
    """Print what makes this machine run `ingest` and `dedup run` in this folder every night. Changes nothing."""
    import getpass

    from variorum.errors import BadInputError
    from variorum.pipeline.scheduling import DEFAULT_TIME, Setup, cron_text, systemd_text

    if systemd == cron or (user and cron):
        raise BadInputError("give --systemd (with or without --user) or --cron", code="usage")
    own, folder = settings(None), Path.cwd()
    setup = Setup(
        program=_program(),
        folder=folder,
        writable=_writable(own, folder),
        at=at or DEFAULT_TIME,
        user=None if user else getpass.getuser(),
        contact=own.contact,
    )
    _warn(own, folder, setup.user)
    sys.stdout.write(systemd_text(setup) if systemd else cron_text(setup))


def _program() -> Path:
    """The executable that is running, else the one beside this Python."""
    from variorum.errors import BadInputError

    called = shutil.which(sys.argv[0]) if Path(sys.argv[0]).name == "variorum" else None
    program = Path(called).absolute() if called else Path(sys.executable).with_name("variorum")
    if not program.exists():
        raise BadInputError(f"there is no {program}; install the package there", code="no_program")
    return program


def _writable(own: Settings, folder: Path) -> tuple[Path, ...]:
    """Folders outside ``folder`` that runs write to: of the database, of the archive, of the metrics."""
    wanted = [own.archive_root if own.archive_root.is_dir() else own.archive_root.parent]
    wanted += [file.parent for file in (own.database_file, own.metrics_file) if file is not None]
    places = dict.fromkeys(Path(os.path.normpath(folder / place)) for place in wanted)
    return tuple(place for place in places if not place.is_relative_to(folder))


def _warn(own: Settings, folder: Path, user: str | None) -> None:
    """Say what would make the scheduled run another than one by hand."""
    set_here = sorted(name for name in os.environ if name.startswith("VARIORUM_"))
    if set_here:
        say(f"the schedule will not know {', '.join(set_here)}, set in this shell: put them into variorum.toml")
    if not any(source.enabled for source in own.sources.values()):
        say(f"no source is enabled in {folder / 'variorum.toml'}: the nightly run would have nothing to do")
    if user == "root":
        say("the units would run as root; print them as the user that is to own the database")
