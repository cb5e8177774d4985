"""Unit files for systemd and lines for cron that run the nightly harvest. Pure: text out, nothing installed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from variorum.errors import BadInputError

DEFAULT_TIME = "04:30"
"""arXiv announces new papers between 00:00 and 01:00 UTC, Sunday to Thursday, and its servers are slow and
not all up to date for a while around that time; three hours later the night's papers are all there."""

FETCH = "variorum.service"
TIMER = "variorum.timer"
DEDUP = "variorum-dedup.service"

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\"'\\]|^\s|\s$")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_./%+=:,@-]+")


@dataclass(frozen=True)
class Setup:
    """Who runs what, where and when.

    ``program``: the executable. ``folder``: where variorum.toml is. ``writable``: further folders that a run
    writes to. ``at``: HH:MM. ``user``: whose rights a service of the system gets; None for units of the
    user's own service manager. ``contact``: an e-mail address for cron's messages.
    """

    program: Path
    folder: Path
    writable: tuple[Path, ...] = ()
    at: str = DEFAULT_TIME
    user: str | None = None
    contact: str = ""

    def __post_init__(self) -> None:
        if not _TIME.fullmatch(self.at):
            raise BadInputError(f"{self.at!r} is no time of day; write it as 04:30", code="bad_time")
        for path in (self.program, self.folder, *self.writable):
            if _UNWRITABLE.search(str(path)) or not path.is_absolute():
                raise BadInputError(
                    f"{path} cannot be written into a unit file: it is not absolute, begins or ends with white space, "
                    "or holds quotes, backslashes or control characters; give the folder another name",
                    code="bad_path",
                )


def systemd_units(setup: Setup) -> dict[str, str]:
    """The unit files by name."""
    return {FETCH: _fetch_service(setup), DEDUP: _dedup_service(setup), TIMER: _timer(setup)}


def systemd_text(setup: Setup) -> str:
    """All unit files as one text that says how to install them."""
    own = setup.user is None
    place = "~/.config/systemd/user" if own else "/etc/systemd/system"
    control, sudo = ("systemctl --user", "") if own else ("sudo systemctl", "sudo ")
    recipe = [
        "# Three unit files, each under a line '#### NAME'. They need systemd 249 or newer. To install them:",
        f"#   variorum schedule print --systemd{' --user' if own else ''} |",
        "#     awk '/^#### /{file=$2} file{print > file}'        # writes them into this folder",
        f"#   {sudo}install -D -m 644 -t {place} {FETCH} {DEDUP} {TIMER}",
        f"#   {control} daemon-reload",
        f"#   {control} enable --now {TIMER}",
        *(["#   loginctl enable-linger      # so that it also runs while you are not logged in"] if own else []),
        f"# To try it at once: {control} start --no-block {FETCH}",
        f"# To see what it says: journalctl {'--user ' if own else ''}-u {FETCH} -u {DEDUP}",
    ]
    units = systemd_units(setup)
    return "\n".join(recipe) + "\n\n" + "\n".join(f"#### {name}\n{text}" for name, text in units.items())


def _fetch_service(setup: Setup) -> str:
    online = ["Wants=network-online.target", "After=network-online.target"] if setup.user is not None else []
    return _unit(
        "[Unit]",
        "Description=Variorum: fetch what is new",
        *online,
        "# Dedup follows whether all sources were well or not: the records of those that were are in the store, and",
        "# one source's trouble must not keep them from becoming works. A second ExecStart= here would not run then.",
        f"OnSuccess={DEDUP}",
        f"OnFailure={DEDUP}",
        "# At most six times again in one night; the next night begins anew.",
        "StartLimitIntervalSec=12h",
        "StartLimitBurst=7",
        "",
        *_service(setup, "ingest"),
        "# What is left to try again is 75: a source asked to be left alone, or was not available. (The simpler",
        "# RestartForceExitStatus=75 is refused with Type=oneshot by systemd 252 and others.)",
        "Restart=on-failure",
        "RestartPreventExitStatus=1 2 4",
        "RestartSec=20min",
        "# A stop is obeyed after the page in hand, within ten seconds.",
        "TimeoutStopSec=30s",
    )


def _dedup_service(setup: Setup) -> str:
    return _unit(
        "[Unit]",
        "Description=Variorum: make works of what was fetched",
        "StartLimitIntervalSec=12h",
        "StartLimitBurst=7",
        "",
        *_service(setup, "dedup run"),
        "# What is left to try again is 75: another command is writing.",
        "Restart=on-failure",
        "RestartPreventExitStatus=1 2 4",
        "RestartSec=5min",
        "TimeoutStopSec=30s",
    )


def _service(setup: Setup, command: str) -> Iterable[str]:
    writable = " ".join([_word(setup.folder), *("-" + _word(path) for path in setup.writable)])
    return (
        "[Service]",
        "Type=oneshot",
        *([f"User={setup.user}"] if setup.user is not None else []),
        f"WorkingDirectory={_percent(setup.folder)}",
        f"ExecStart={_word(setup.program)} {command}",
        "# 3 says: done, and a person should look at something (an alarm, quarantine, a pair to review). That is a",
        "# finding, no failure. The journal, the metrics and `variorum runs show last` tell what it is.",
        "SuccessExitStatus=3",
        "Nice=10",
        "NoNewPrivileges=yes",
        "PrivateTmp=yes",
        "ProtectSystem=strict",
        f"ReadWritePaths={writable}",
    )


def _timer(setup: Setup) -> str:
    return _unit(
        "[Unit]",
        "Description=Variorum every night",
        "",
        "[Timer]",
        "# arXiv announces between 00:00 and 01:00 UTC; some hours later all of it can be fetched.",
        f"OnCalendar=*-*-* {setup.at}:00 UTC",
        "# So that not every installation asks at the same second.",
        "RandomizedDelaySec=15min",
        "# A night that was missed (the machine was off) is made up for.",
        "Persistent=true",
        f"Unit={FETCH}",
        "",
        "[Install]",
        "WantedBy=timers.target",
    )


def _unit(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def _percent(path: Path) -> str:
    """A path where systemd expands ``%`` and takes the whole rest of the line."""
    return str(path).replace("%", "%%")


def _word(path: Path) -> str:
    """A path as one word of a unit file."""
    text = _percent(path)
    return text if _PLAIN_WORD.fullmatch(text) else f'"{text}"'


def cron_text(setup: Setup) -> str:
    """Lines for ``crontab -e``."""
    hour, minute = setup.at.split(":")
    mail = setup.contact if "@" in setup.contact else "you@library.example"
    return "\n".join(
        [
            "# For `crontab -e` of the user that owns the folder.",
            "# cron goes by the machine's clock. The default, 04:30, is meant as UTC: arXiv announces between 00:00",
            "# and 01:00 UTC, and some hours later all of it can be fetched.",
            "# Exit 75 (not now) is tried again after 30 and 60 minutes more. Then dedup runs, whether all sources",
            "# were well or not. cron mails what is printed: a line when an exit code is not 0 (3 is a finding, no",
            "# failure).",
            "# No flock is needed: two runs never harvest one source at the same time. A % is written \\% for cron.",
            f"MAILTO={mail}",
            f"{int(minute)} {int(hour)} * * * {_cron_command(setup)}",
            "",
        ]
    )


def _cron_command(setup: Setup) -> str:
    """The night's work as one line of shell; cron takes ``%`` for a line end unless it is escaped."""
    command = (
        f"cd {shlex.quote(str(setup.folder))} || exit; v={shlex.quote(str(setup.program))}; "
        "for pause in 0 1800 3600; do sleep $pause; "
        '"$v" ingest --log-format json --format json >/dev/null 2>>variorum.log; a=$?; [ $a -eq 75 ] || break; done; '
        '"$v" dedup run 2>>variorum-dedup.log; b=$?; '
        '[ "$a$b" = 00 ] || echo "variorum: ingest exit $a, dedup exit $b; see: variorum runs list, $PWD/variorum.log"'
    )
    return command.replace("%", r"\%")
