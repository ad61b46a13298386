"""The page on segmenters: its code is run as it stands there."""

import re
import shlex
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import numpy as np
import pytest
from typer.main import get_command

from abaton.cli.program import app
from abaton.core.errors import Problem
from abaton.imaging.segment.plugin import GROUP, listed, segment_with
from abaton.imaging.segment.watch import Stopped, Watch
from tests.imaging.segment.made import volume_of

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", (HOW_TO / "segmenter_plugin.md").read_text(), re.DOTALL)
    assert found is not None
    return found.group(1)


@pytest.fixture
def points(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[metadata.EntryPoint]:
    """The page's package, as if it were installed."""
    project = tomllib.loads(block("toml"))["project"]
    announced = project["entry-points"][GROUP]
    module = ModuleType("our_bones")
    exec(compile(block("python"), "segmenter_plugin.md", "exec"), module.__dict__)  # noqa: S102 - it is our own page
    monkeypatch.setitem(sys.modules, "our_bones", module)
    monkeypatch.chdir(tmp_path)
    return [metadata.EntryPoint(name, value, GROUP) for name, value in announced.items()]


def test_the_page_s_segmenter_says_what_it_lacks_and_then_labels(points: list[metadata.EntryPoint]) -> None:
    voxels = np.zeros((4, 5, 6), dtype=np.int16)
    voxels[2, 3, 4] = 700
    scan = msgspec.structs.replace(volume_of(voxels), modality="CT")
    lacking = listed(points)[0].missing[0]
    assert lacking.what == "weights of the model (weights.npy)"
    with pytest.raises(Problem, match="Copy weights"):
        segment_with("bones", scan, entry_points=points)
    np.save("weights.npy", 300.0)
    assert listed(points)[0].missing == ()
    made = segment_with("bones", scan, entry_points=points)
    assert np.argwhere(made.mask("bone")).tolist() == [[2, 3, 4]]
    assert made.made_by == "bones 1.0"
    asked = iter([False, False])
    with pytest.raises(Stopped):
        segment_with("bones", scan, Watch(cancelled=lambda: next(asked, True)), points)


@pytest.mark.parametrize("page", ["segmenting.md", "segmenter_plugin.md"])
def test_every_command_of_the_pages_can_be_given(page: str) -> None:
    text = (HOW_TO / page).read_text()
    lines = re.findall(r"(?:`|^    )(abaton scan [a-z]+ [^`\n]+)", text, re.MULTILINE)
    assert lines
    program: Any = get_command(app)
    scan = program.commands["scan"]
    for line in lines:
        words = shlex.split(line.replace("NUMBER", "1"))[2:]
        if len(words) > 1:
            scan.commands[words[0]].make_context(words[0], words[1:])
