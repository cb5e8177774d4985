"""What the documents show works: their code runs; commands, settings, codes and metrics they name are there."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.conftest import MakeWorkspace
from tests.harvest_helpers import keys, run
from tests.loopback import Ask, serve

import variorum.scrapers
from variorum.cli._app import app_for
from variorum.config import Settings, SourceSettings
from variorum.errors import BadInputError
from variorum.pipeline.plans import make_plan
from variorum.pipeline.reading import read_page, records_of
from variorum.reports.views import record_view, rejection_view
from variorum.schema.harvest import Since
from variorum.scrapers import Source

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
SOURCE_CODE = "\n".join(path.read_text() for path in sorted((ROOT / "src" / "variorum").rglob("*.py")))
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md"])


# Adding a source


@pytest.fixture
def guide() -> dict[str, str]:
    """The files that the guide shows, by path."""
    text = (DOCS / "adding-a-source.md").read_text()
    return dict(re.findall(r"^`([^`\n]+)`:\n\n```\w+\n(.*?)^```$", text, re.S | re.M))


@pytest.fixture
def knots(guide: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """The guide's source, among the real ones as if its module lay beside theirs."""
    path = tmp_path / "knots.py"
    path.write_text(guide["src/variorum/scrapers/knots.py"])
    spec = importlib.util.spec_from_file_location("variorum.scrapers.knots", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "variorum.scrapers.knots", module)
    spec.loader.exec_module(module)
    found = {**variorum.scrapers.sources(), "knots": module.SOURCE}
    monkeypatch.setattr(variorum.scrapers, "sources", lambda: found)
    source = module.SOURCE
    assert isinstance(source, Source)
    return source


def test_the_guide_reads_its_page_as_it_says(knots: Source, guide: dict[str, str]) -> None:
    page = read_page(guide["fixtures/knots/front_page/page.html"].encode())
    assert page.source == knots
    assert {
        "source": page.source.name,
        "records": [record_view(record, places) for record, places in records_of([("page.html", page)])],
        "rejections": [rejection_view(one, f"page.html#{one.place}") for one in page.rejections],
    } == json.loads(guide["fixtures/knots/front_page/expected.json"])


def test_the_guides_harvest_runs(knots: Source, guide: dict[str, str], make_workspace: MakeWorkspace) -> None:
    """Two pages, and another night that stops at the first because it reaches back far enough."""
    first = guide["fixtures/knots/front_page/page.html"]
    second = first.replace("jk-2026", "jk-2025").replace("2026-", "2025-")
    second = second.replace('<a rel="next" href="/papers?page=2">Older papers</a>\n', "")

    def answer(ask: Ask) -> str:
        return first if ask.value("page") == "1" else second

    workspace = make_workspace()
    with serve(answer) as server:
        outcome = run(workspace, {"knots": {"url": f"{server.url}/papers"}}).outcomes[0]
        assert [ask.value("page") for ask in server.pages] == ["1", "2"]
        assert (outcome.status, outcome.alarms, outcome.pages) == ("needs_a_human", (), 2)  # editorials in quarantine
        assert keys(workspace, "knots") == ["jk-2025-013", "jk-2025-014", "jk-2026-013", "jk-2026-014"]
        again = run(workspace, {"knots": {"url": f"{server.url}/papers"}}, scope=Since("2026-10-25")).outcomes[0]
        assert [ask.value("page") for ask in server.pages] == ["1", "2", "1"]
        assert (again.status, again.counts["new"]) == ("ok", 0)


def test_the_guides_source_knows_its_ids(knots: Source) -> None:
    assert knots.key_of("https://knots.example/papers/jk-2026-014") == "jk-2026-014"
    assert knots.key_of("knots") is None


# Commands


def _commands() -> Iterator[tuple[str, str]]:
    """Each command line that a document shows, in a block or in running words, with the document's name."""
    for page in PAGES:
        text = page.read_text()
        blocks = re.findall(r"^```(?:console|sh|text)\n(.*?)^```$", text, re.S | re.M)
        lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
        words = re.findall(r"`(variorum [^`\n]+)`", text)
        for line in [*lines, *words]:
            if line.startswith("variorum "):
                yield page.name, line


def _words(line: str) -> list[str]:
    """The words of one command, without comment and whatever it is piped or written to."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|>;&")
    lexer.whitespace_split = True
    words = list(lexer)
    end = next((number for number, word in enumerate(words) if set(word) <= set("|>;&")), len(words))
    return words[1:end]


COMMANDS = sorted(set(_commands()))


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=[f"{page}: {line[:60]}" for page, line in COMMANDS])
def test_commands_in_documents_exist(page: str, line: str) -> None:
    command: Any = typer.main.get_command(app_for())
    words = _words(line)
    while words and hasattr(command, "commands"):
        name = words.pop(0)
        if name.startswith("-"):
            break
        assert name in command.commands, f"{page}: there is no {line!r}"
        command = command.commands[name]
    context = typer.Context(command)
    options = {option for parameter in command.get_params(context) for option in parameter.opts}
    given = [word.partition("=")[0] for word in words if re.match(r"--?[A-Za-z]", word)]
    assert set(given) <= options, f"{page}: {line!r}"


def test_there_are_commands_in_documents() -> None:
    assert len(COMMANDS) > 40


# Settings


def _table(page: str, heading: str) -> list[str]:
    """What stands in code in the first column of all tables of that heading."""
    text = (DOCS / page).read_text()
    tables = re.findall(rf"^\| {heading} \|.*\n\|[-: |]+\n((?:\|.*\n)+)", text, re.M)
    cells = [row.split("|")[1] for table in tables for row in table.splitlines()]
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_settings_in_documents_are_all_there_are() -> None:
    assert set(_table("operations.md", "setting")) == (
        SourceSettings.model_fields.keys() | (Settings.model_fields.keys() - {"sources"})
    )


@pytest.fixture
def shown_settings() -> Settings:
    [block] = re.findall(r"^```toml\n(.*?)^```$", (DOCS / "operations.md").read_text(), re.S | re.M)
    return Settings.model_validate(tomllib.loads(block))


@pytest.mark.parametrize("name", ["arxiv", "oai:zenodo", "feed:joss"])
def test_the_settings_shown_can_be_planned(name: str, shown_settings: Settings) -> None:
    assert name in shown_settings.sources
    try:
        plan = make_plan(shown_settings, name, Since())
    except BadInputError as error:
        if error.code == "not_fetched":
            pytest.skip(f"{name} is not fetched yet")
        raise
    assert plan.endpoint.url.startswith("https://")


def test_the_settings_shown_are_of_three_sources(shown_settings: Settings) -> None:
    assert len(shown_settings.sources) == 3


# Codes and metrics


@pytest.mark.parametrize("code", sorted(set(_table("operations.md", "code"))))
def test_codes_in_documents_are_given_by_the_program(code: str) -> None:
    if code.startswith(("oai_", "http_", "drift_")) and code != "drift_rejected":
        assert f'f"{code.partition("_")[0]}_{{' in SOURCE_CODE
    else:
        assert f'"{code}"' in SOURCE_CODE


def test_codes_of_harvests_are_in_the_documents() -> None:
    """Those that the fetching itself gives; what a page's reader finds wrong with it is told by the message."""
    rooms = [ROOT / "src" / "variorum" / name for name in ("transport", "pipeline")]
    modules = [path for room in rooms for path in room.rglob("*.py") if not path.name.startswith("_warc")]
    fetching = {"client.py", "decoding.py", "judging.py", "network.py", "retrying.py"}
    fetching |= {"asking.py", "harvesting.py", "ingesting.py", "expectations.py", "plans.py"}
    text = "\n".join(path.read_text() for path in modules if path.name in fetching)
    given = set(re.findall(r'code="([a-z_]+)"', text)) | set(re.findall(r'Alarm\(\s*"([a-z_]+)"', text))
    assert given - {"limit"} <= set(_table("operations.md", "code"))


def test_events_in_documents_are_told_by_the_program() -> None:
    told = set(re.findall(r'(?:\btell\(|_tell\(|Event\(\s*)"([a-z_]+)"', SOURCE_CODE))
    assert set(_table("operations.md", "event")) == told


def test_metrics_in_documents_are_all_there_are() -> None:
    code = (ROOT / "src" / "variorum" / "reports" / "metrics.py").read_text()
    written = {f"variorum_{name}" for name in re.findall(r'_gauge\(\s*"([a-z_]+)"', code)}
    assert set(_table("operations.md", "metric")) == written
    rules = re.findall(r"\bvariorum_[a-z_]+", (DOCS / "operations.md").read_text())
    assert set(rules) <= written


def test_exit_codes_in_documents_are_all_there_are() -> None:
    from variorum.errors import ExitCode

    text = (DOCS / "operations.md").read_text()
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.M)} == set(ExitCode)
