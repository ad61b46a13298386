"""What the documentation says, compared with the code; its commands are run."""

import re
import shlex
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.main import get_command

from abaton.cli.program import app
from abaton.core.settings import PREFIX, Settings
from abaton.live import log, wire
from abaton.live.host import CHECKPOINT_EVERY_S, PATCH_EVERY_S
from abaton.live.poses import AT_ONCE_UP_TO, INTERVAL_S
from abaton.live.watchdog import CALM_AFTER_S, FREEZE_AFTER_S
from abaton.records.pairings import LIFETIME_S, TRIES
from abaton.server.live.socket import MAX_FRAMES_PER_S
from tests.cli.conftest import Abaton, Kept, abaton, kept
from tests.docs.kept_scan import keep_scan

__all__ = ["abaton", "kept"]

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "reference" / "README.md").read_text()
HOW_TO = "\n".join(page.read_text() for page in sorted((ROOT / "docs" / "how-to").glob("*.md")))
BLOCKING = ("serve", "demo")


def section(title: str) -> str:
    return REFERENCE.split(f"## {title}\n")[1].split("\n## ")[0]


def commands() -> list[str]:
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", HOW_TO, re.DOTALL)).splitlines()
    return [line for line in lines if "abaton " in line and not line.startswith("sqlite3")]


@pytest.mark.parametrize("line", commands())
def test_commands_of_the_guide_work(line: str, abaton: Abaton, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(kept.data.parent)
    kept.data.rename("clinic")
    line = line.replace("SESSION", kept.session_id)
    if "SCAN" in line or "FOLDER" in line:
        line = line.replace("SCAN", keep_scan(Path("clinic"), Path("from-the-scanner"))).replace(
            "FOLDER", "from-the-scanner"
        )
    words = shlex.split(line)
    arguments = words[words.index("abaton") + 1 :]
    if arguments[0] in BLOCKING:
        command: Any = get_command(app)
        command.commands[arguments[0]].make_context(arguments[0], arguments[1:])
    else:
        assert abaton(*arguments).code == 0


def test_every_command_is_in_the_reference() -> None:
    command: Any = get_command(app)
    assert set(re.findall(r"^\| `abaton (\w+)`", section("Commands"), re.MULTILINE)) == set(command.commands)


def test_settings_are_in_the_reference_with_their_defaults() -> None:
    rows = dict(re.findall(r"^\| `(ABATON_\w+)` \| ([^|]+) \|", section("Settings"), re.MULTILINE))
    assert set(rows) == {f"{PREFIX}{name.upper()}" for name in Settings.__struct_fields__}
    for name in Settings.__struct_fields__:
        default: Any = getattr(Settings(), name)
        told = rows[f"{PREFIX}{name.upper()}"].strip("` ")
        if default is not None:
            shown = ",".join(Settings().allowed_hosts) if name == "allowed_hosts" else str(default)
            assert told.lower() == shown.lower()


def test_every_fact_is_in_the_reference() -> None:
    named = set(
        re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\|([^|]+)\|", section("The session's log"), re.MULTILINE)))
    )
    assert named == {fact.__struct_config__.tag for fact in get_args(log.AnyFact)}


def test_every_refusal_code_is_in_the_reference() -> None:
    told = set(
        re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\|([^|]+)\|", section("Refusals on the wire"), re.MULTILINE)))
    )
    sources = (ROOT / "src" / "abaton").glob("**/live/*.py")
    used = {code for source in sources for code in re.findall(r'Refusal\(\s*"(\w+)"', source.read_text())}
    assert used == told


def test_figures_are_those_of_the_code() -> None:
    figures = section("Figures")
    for stated in (
        f"{FREEZE_AFTER_S:g} s of silence freeze, {CALM_AFTER_S:g} s lead to",
        f"{LIFETIME_S // 60} minutes, {TRIES} tries",
        f"a room of up to {AT_ONCE_UP_TO}, else joined at {1 / INTERVAL_S:g} a second",
        f"patches at up to {1 / PATCH_EVERY_S:g} a second",
        f"every {CHECKPOINT_EVERY_S:g} s",
        f"at most {wire.MAX_FRAME_BYTES:,} bytes, at most {MAX_FRAMES_PER_S} a second".replace(",", " ", 1),
    ):
        assert stated in figures, stated


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")], ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
