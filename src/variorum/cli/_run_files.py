"""The files a run leaves for other programs: its report as JSON, and figures for Prometheus."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from variorum.cli._output import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from variorum.config import Settings
    from variorum.pipeline.ingesting import IngestResult
    from variorum.pipeline.plans import Plan
    from variorum.pipeline.workspace import Workspace


@dataclass(frozen=True)
class RunFiles:
    """Where to write what; None for not at all."""

    report: Path | None = None
    metrics: Path | None = None

    def check(self) -> None:
        """Raise ``BadInputError`` (``unwritable``) for a file in no folder: to be known before the run, not after."""
        from variorum.errors import BadInputError

        for path in (self.report, self.metrics):
            if path is not None and not path.absolute().parent.is_dir():
                raise BadInputError(f"{path} cannot be written: there is no such folder", code="unwritable")

    def write(self, target: Workspace, settings: Settings, plans: Sequence[Plan], result: IngestResult) -> bool:
        """Write each file whole or not at all; says what cannot be written and returns whether all were."""
        from variorum.errors import VariorumError
        from variorum.pipeline.archiving import written_whole

        written = True
        for path, make in ((self.report, _report), (self.metrics, _metrics)):
            if path is None:
                continue
            try:
                content = make(target, settings, plans, result)
                with written_whole(path) as stream:
                    stream.write(content)
            except VariorumError as error:
                say(f"variorum: {error.message}")
                written = False
        return written


def _report(_target: Workspace, _settings: Settings, _plans: Sequence[Plan], result: IngestResult) -> bytes:
    import json

    from variorum.reports.run_report import ingest_view
    from variorum.reports.text import json_safe

    text = json_safe(json.dumps(ingest_view(result), ensure_ascii=False, indent=2))
    return (text + "\n").encode("utf-8", "backslashreplace")


def _metrics(target: Workspace, settings: Settings, plans: Sequence[Plan], result: IngestResult) -> bytes:
    from variorum.reports.metrics import metrics_text, watched_scopes
    from variorum.store.engine import reading

    with reading(target.engine) as connection:
        return metrics_text(connection, result, watched_scopes(settings, plans))
