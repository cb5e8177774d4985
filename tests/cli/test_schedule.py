"""Unit files and cron lines: what they say, and that systemd, sh and cron would read them as they are meant."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Outcome

from variorum.errors import BadInputError
from variorum.pipeline.scheduling import Setup, cron_text, systemd_text, systemd_units

Variorum = Callable[..., Outcome]

PLAIN = Setup(Path("/opt/variorum/bin/variorum"), Path("/srv/variorum"), user="library")
ODD = Setup(
    Path("/opt/my tools/50%/variorum"), Path("/srv/a b%c"), (Path("/var/lib/x y"), Path("/mnt")), user="library"
)


def _unit(setup: Setup, name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(systemd_units(setup)[name])
    return parser


@pytest.mark.parametrize("name", ["variorum.service", "variorum-dedup.service"])
def test_services(name: str) -> None:
    service = _unit(PLAIN, name)["Service"]
    assert service["Type"] == "oneshot"
    assert service["User"] == "library"
    assert service["WorkingDirectory"] == "/srv/variorum"
    assert service["ReadWritePaths"] == "/srv/variorum"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == service["PrivateTmp"] == "yes"
    # A finding is no failure; of the failures only 75 is worth trying again.
    assert service["SuccessExitStatus"] == "3"
    assert service["Restart"] == "on-failure"
    assert service["RestartPreventExitStatus"].split() == ["1", "2", "4"]


def test_dedup_follows_however_fetching_ended() -> None:
    fetch = _unit(PLAIN, "variorum.service")
    assert fetch["Service"]["ExecStart"] == "/opt/variorum/bin/variorum ingest"
    assert fetch["Unit"]["OnSuccess"] == fetch["Unit"]["OnFailure"] == "variorum-dedup.service"
    assert _unit(PLAIN, "variorum-dedup.service")["Service"]["ExecStart"] == "/opt/variorum/bin/variorum dedup run"


def test_the_night_ends_before_its_tries_do() -> None:
    """All restarts lie within the interval in which they are counted, and that ends before the next night."""
    unit = _unit(PLAIN, "variorum.service")
    hours = int(unit["Unit"]["StartLimitIntervalSec"].removesuffix("h"))
    minutes = int(unit["Service"]["RestartSec"].removesuffix("min"))
    assert int(unit["Unit"]["StartLimitBurst"]) * minutes < hours * 60 < 24 * 60


def test_timer() -> None:
    timer = _unit(PLAIN, "variorum.timer")["Timer"]
    assert timer["OnCalendar"] == "*-*-* 04:30:00 UTC"
    assert timer["Persistent"] == "true"
    assert timer["RandomizedDelaySec"]
    assert timer["Unit"] == "variorum.service"


def test_units_of_a_user_have_no_user_and_wait_for_no_network() -> None:
    own = Setup(PLAIN.program, PLAIN.folder)
    unit = _unit(own, "variorum.service")
    assert "User" not in unit["Service"]
    assert "After" not in unit["Unit"]
    text = systemd_text(own)
    assert "systemctl --user enable" in text
    assert "sudo" not in text
    assert "enable-linger" in text


def test_spaces_and_percent_signs_in_units() -> None:
    service = _unit(ODD, "variorum.service")["Service"]
    assert service["WorkingDirectory"] == "/srv/a b%%c"
    assert service["ExecStart"] == '"/opt/my tools/50%%/variorum" ingest'
    assert service["ReadWritePaths"] == '"/srv/a b%%c" -"/var/lib/x y" -/mnt'


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
@pytest.mark.parametrize("own", [False, True])
def test_systemd_accepts_the_units(own: bool, tmp_path: Path) -> None:
    program = tmp_path / "my %tools" / "variorum"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    setup = Setup(program, tmp_path, (tmp_path / "x y",), user=None if own else "root")
    for name, text in systemd_units(setup).items():
        (tmp_path / name).write_text(text)
    names = [str(tmp_path / name) for name in systemd_units(setup)]
    command = ["systemd-analyze", *(["--user"] if own else []), "verify", "--man=no", *names]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if "Failed to initialize manager" in done.stderr:
        pytest.skip("systemd cannot be asked here")
    assert [line for line in done.stderr.splitlines() if "variorum" in line] == []
    assert done.returncode == 0


def test_the_recipe_for_installing_takes_the_text_apart(tmp_path: Path) -> None:
    text = systemd_text(PLAIN)
    [awk] = re.findall(r"awk '([^']+)'", text)
    subprocess.run(["awk", awk], input=text, text=True, cwd=tmp_path, check=True)
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert {name: unit.strip().partition("\n")[2] for name, unit in found.items()} == {
        name: unit.strip() for name, unit in systemd_units(PLAIN).items()
    }


def _cron_command(setup: Setup) -> str:
    """What cron would give to sh: everything behind the five fields, ``\\%`` being a percent sign."""
    line = cron_text(setup).splitlines()[-1]
    assert len(line) < 1000  # Debian's cron takes no longer one
    assert not re.search(r"(?<!\\)%", line)
    return line.split(maxsplit=5)[5].replace(r"\%", "%")


def test_cron_line() -> None:
    line = cron_text(Setup(PLAIN.program, PLAIN.folder, at="05:07")).splitlines()[-1]
    assert line.startswith("7 5 * * * cd /srv/variorum || exit; ")
    assert "--log-format json" in line
    assert "MAILTO=you@library.example" in cron_text(PLAIN)
    assert "MAILTO=ann@library.example" in cron_text(Setup(PLAIN.program, PLAIN.folder, contact="ann@library.example"))


@pytest.mark.parametrize(
    ("codes", "asked", "mailed"),
    [("0 0", 1, ""), ("3 0", 1, "ingest exit 3"), ("75 0 3", 2, "dedup exit 3"), ("75 75 75 0", 3, "ingest exit 75")],
)
def test_what_cron_does_with_exit_codes(codes: str, asked: int, mailed: str, tmp_path: Path) -> None:
    """Run by sh in a folder with a difficult name; the program is one that ends with the codes given."""
    folder = tmp_path / "a b%c"
    folder.mkdir()
    program = tmp_path / "vario rum"
    program.write_text(
        '#!/bin/sh\necho "$1" >> calls; set -- $(cat codes); code=$1; shift; echo "$*" > codes; exit $code\n'
    )
    program.chmod(0o755)
    (folder / "codes").write_text(codes)
    command = _cron_command(Setup(program, folder)).replace("sleep $pause;", "")
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert (folder / "calls").read_text().split() == ["ingest"] * asked + ["dedup"]
    assert mailed in done.stdout
    assert bool(done.stdout) == bool(mailed)
    assert done.stderr == ""


def test_cron_says_when_the_folder_has_gone(tmp_path: Path) -> None:
    command = _cron_command(Setup(PLAIN.program, tmp_path / "gone"))
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "gone" in done.stderr


@pytest.mark.parametrize("path", ["/srv/it's", '/srv/"x"', "/srv/two\nlines", "/srv/back\\slash", "here", "/srv/end "])
def test_folders_that_cannot_be_written_down_are_refused(path: str) -> None:
    with pytest.raises(BadInputError, match="cannot be written"):
        Setup(PLAIN.program, Path(path))


@pytest.mark.parametrize("at", ["4:30", "24:00", "04:60", "noon", "04:30\n"])
def test_times_that_are_none(at: str) -> None:
    with pytest.raises(BadInputError, match="no time of day"):
        Setup(PLAIN.program, PLAIN.folder, at=at)


def test_printing(variorum: Variorum, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    Path("variorum.toml").write_text(
        f'db = "sqlite:///{outside}/v.db"\nmetrics_file = "/var/lib/node/v.prom"\n'
        'contact = "ann@library.example"\n[sources.arxiv]\n'
    )
    printed = variorum("schedule", "print", "--systemd", "--at", "05:00")
    assert printed.code == 0
    assert f"WorkingDirectory={tmp_path / 'here'}\n" in printed.out
    assert f"ReadWritePaths={tmp_path / 'here'} -{outside} -/var/lib/node\n" in printed.out
    assert re.search(r"ExecStart=/\S+/variorum ingest\n", printed.out)
    assert "05:00:00 UTC" in printed.out
    assert "no source is enabled" not in printed.err
    cron = variorum("schedule", "print", "--cron")
    assert "MAILTO=ann@library.example" in cron.out
    assert shlex.quote(str(tmp_path / "here")) in cron.out
    monkeypatch.setenv("VARIORUM_CONTACT", "bob@library.example")
    assert "VARIORUM_CONTACT" in variorum("schedule", "print", "--cron").err


def test_printing_wants_to_know_for_whom(variorum: Variorum) -> None:
    assert variorum("schedule", "print").code == 2
    assert variorum("schedule", "print", "--systemd", "--cron").code == 2
    assert variorum("schedule", "print", "--cron", "--user").code == 2
    assert variorum("schedule", "print", "--cron", "--at", "4 o'clock").code == 2
    assert "no source is enabled" in variorum("schedule", "print", "--cron").err
    assert "Example: variorum" in variorum("schedule", "print", "--help").out
