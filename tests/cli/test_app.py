"""The command line as a process of its own: one command put together alone, and gone as soon as all is done."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer

from variorum.cli._app import _MODULES, app_for


def helps(app: typer.Typer, name: str) -> Iterator[str]:
    """What a command, and each command of a group, says of itself."""
    whole = typer.main.get_command(app)
    context = typer.Context(whole, info_name="variorum")
    command = whole.get_command(context, name)  # type: ignore[attr-defined]
    yield command.get_help(context)
    for below in sorted(getattr(command, "commands", {}).values(), key=lambda one: one.name):
        yield below.get_help(context)


@pytest.mark.parametrize("name", _MODULES)
def test_a_command_alone_is_what_it_is_among_all(name: str) -> None:
    assert list(helps(app_for(name), name)) == list(helps(app_for(), name))


def test_all_commands_are_listed_and_others_refused() -> None:
    assert sorted(typer.main.get_command(app_for()).commands) == sorted(_MODULES)  # type: ignore[attr-defined]
    assert sorted(typer.main.get_command(app_for("nonsense")).commands) == sorted(_MODULES)  # type: ignore[attr-defined]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "variorum", *arguments], capture_output=True, text=True, check=False)


def test_all_that_was_said_arrives_with_the_exit_code() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout.split()[0], done.stderr) == (0, "variorum", "")
    wrong = run("nonsense")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "nonsense" in wrong.stderr
    missing = run("works", "list", "--db", "sqlite:///no/such.db")
    assert missing.returncode == 2
    assert missing.stderr


def test_an_unexpected_error_is_told_and_is_no_success() -> None:
    probe = (
        "import variorum.cli as cli\n"
        "def broken(): raise RuntimeError('unexpected')\n"
        "cli.main = broken\n"
        "cli.end_with_main()"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "RuntimeError: unexpected" in done.stderr
