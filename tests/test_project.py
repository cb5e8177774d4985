"""The project's own files agree with one another."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from variorum import __version__

ROOT = Path(__file__).parent.parent
BUILD_TOOLS = {"hatchling", "editables"}


def _names(text: str) -> set[str]:
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return {re.split(r"[\[<>=! ]", line)[0].lower() for line in lines if line and not line.startswith("-")}


def _requirements(name: str) -> str:
    return (ROOT / "requirements" / name).read_text()


def test_pins_cover_what_the_package_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert _names("\n".join(project["dependencies"])) == _names(_requirements("run.in")) - BUILD_TOOLS
    assert _names(_requirements("run.in")) <= _names(_requirements("run.txt"))
    assert _names(_requirements("dev.in")) | _names(_requirements("run.txt")) <= _names(_requirements("dev.txt"))


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_pins_are_exact_and_name_no_index(name: str) -> None:
    for line in _requirements(name).splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+(\[\w+\])?==[\w.]+", line), line


def test_both_pin_files_agree() -> None:
    def versions(name: str) -> dict[str, str]:
        return dict(re.sub(r"\[\w+\]", "", line).split("==") for line in _requirements(name).splitlines())

    run, dev = versions("run.txt"), versions("dev.txt")
    assert {name: dev[name] for name in run} == run


def test_the_readme_and_the_checks_run_the_same_tests() -> None:
    assert "make test" in (ROOT / "README.md").read_text()
    assert "make test" in (ROOT / ".ci" / "run").read_text()


def test_the_changelog_knows_the_version_or_what_comes_next() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert "## Unreleased" in changelog or f"## {__version__}" in changelog


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_documents_stay_short_and_their_links_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    assert len(text.splitlines()) < 500
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (page.parent / target).exists(), target
