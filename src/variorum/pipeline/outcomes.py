"""How a harvest ended, and what a person should hear of it first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from variorum.errors import ExitCode
from variorum.pipeline.expectations import Alarm
from variorum.store.checkpoints import Missed

STATUS = {ExitCode.OK: "ok", ExitCode.NEEDS_A_HUMAN: "needs_a_human", ExitCode.NOT_NOW: "not_now"}
"""The word for an exit code; any other is ``failed``."""


@dataclass(frozen=True)
class Outcome:
    """How a harvest ended.

    ``status``: ok, needs_a_human, not_now or failed. ``missed``: keys that were asked for and not had;
    of a harvest that got to its end all of them, whichever run asked. ``entries``: seen in the whole
    harvest, if it is complete and counts as one.
    """

    source: str
    scope: str
    status: str = "ok"
    code: str | None = None
    message: str | None = None
    alarms: tuple[Alarm, ...] = ()
    resume_at: str | None = None
    pages: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    newly_quarantined: int = 0
    missed: tuple[Missed, ...] = ()
    entries: int | None = None
    exit_code: ExitCode = ExitCode.OK


def what_to_know(out: Outcome) -> tuple[str | None, str | None]:
    """Of a harvest that got to its end: what a person should hear first, as a code and in words."""
    if out.alarms:
        return out.alarms[0].code, out.alarms[0].message
    if out.missed:
        codes = {one.code for one in out.missed}
        what = "not found" if codes == {"not_found"} else "failed; ask for them again with --retry-failed"
        more = " …" if len(out.missed) > 3 else ""
        named = ", ".join(one.key for one in out.missed[:3])
        return "not_found" if codes == {"not_found"} else "keys_failed", f"{len(out.missed)} {what}: {named}{more}"
    if out.newly_quarantined:
        return "quarantine_grew", f"{out.newly_quarantined} newly in quarantine"
    return out.code, out.message
