import contextlib
import io
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from abaton.cli.experiences import GROUP, installed_experiences
from abaton.live.experience import describe

TUTORIAL = (Path(__file__).parents[2] / "docs" / "tutorial" / "first_experience.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TUTORIAL, re.DOTALL)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The tutorial's folder, as its reader makes it."""
    (tmp_path / "balcony.py").write_text(blocks("python")[0])
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield tmp_path
    sys.modules.pop("balcony", None)


def test_the_experience_is_found_by_its_entry_point(package: Path) -> None:
    [points] = tomllib.loads(blocks("toml")[0])["project"]["entry-points"].values()
    found = installed_experiences(EntryPoint(name, value, GROUP) for name, value in points.items())
    shape = describe("balcony", found["balcony"], {"wind": 0.8})
    assert [command.name for command in shape.commands] == ["set_railing", "set_wind"]
    assert shape.commands[1].parameters[0].ceiling == 0.8


def test_what_it_prints_is_what_the_tutorial_says(package: Path) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec("from balcony import Balcony\n" + blocks("python")[1], {})  # noqa: S102 - the tutorial's own code
    assert printed.getvalue() == blocks("text")[0]


def test_it_is_as_short_as_it_says() -> None:
    body = blocks("python")[0].split("class Balcony")[1]
    code = [line for line in body.splitlines() if line.strip() and not line.strip().startswith('"""')]
    assert len(code) <= 30
