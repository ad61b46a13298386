import base64
import gzip
import hashlib
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.pages import (
    Block,
    Figure,
    Figures,
    FlightPath,
    Heading,
    Page,
    Paragraph,
    Table,
    View3D,
    ViewedMesh,
    png_address,
    write_page,
    writing,
)
from abaton.pages.writing import page_html

GREY = png_address(np.zeros((2, 3), np.uint8))
SHAPE = (2, 3, 4)


def grid() -> Grid:
    affine = np.diag([5.0, 3.0, 2.0, 1.0])
    affine[:3, :3] = affine[:3, :3][::-1]  # The array's last axis is the world's x.
    affine[:3, 3] = (1, 2, 3)
    return Grid.of(SHAPE, affine)


def view(**given_: object) -> View3D:
    values = np.arange(24, dtype=np.uint8).reshape(SHAPE)
    made: dict[str, object] = {"values": values, "grid": grid(), "range": (-100.0, 155.0), "unit": "HU"}
    made |= {"modality": "CT", "title": "made", "alt": "a box"}
    return View3D(**(made | given_))  # type: ignore[arg-type]


class Read(HTMLParser):
    """What a page holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open:
            self.inside.setdefault(self._open[-1], []).append(data)


@pytest.fixture
def viewer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A viewer of one line in place of the one that the client's build makes."""
    script = 'console.log("<!-- </script>");'
    (tmp_path / "viewer.js").write_text(script)
    monkeypatch.setattr(writing, "_VIEWER", tmp_path / "viewer.js")
    return script


BLOCKS: list[Block] = [
    Heading("What was found"),
    Paragraph("Plain."),
    Paragraph("Careful.", "note"),
    Table(["Label", "Volume, ml"], [["liver", 1125.7], ["spleen", 261]], "Counted", {1: "#5fc4b0"}),
    Figures([Figure(GREY, "left", "one", 10.0), Figure("<svg viewBox='0 0 1 1'></svg>", "right", "", 20.0)]),
]


def test_page_holds_its_blocks_in_order(tmp_path: Path) -> None:
    path = tmp_path / "new" / "page.html"
    write_page(path, Page("A scan", "of someone", BLOCKS, "2026-05-01"))
    read = Read(path.read_text())
    assert read.inside["h1"] == ["A scan"]
    assert read.inside["h2"] == ["What was found"]
    assert read.inside["td"] == ["1125.7", "261"]
    assert [attrs["scope"] for tag, attrs in read.tags if tag == "th"] == ["col", "col", "row", "row"]
    assert [attrs["alt"] for tag, attrs in read.tags if tag == "img"] == ["left"]
    assert [attrs["aria-label"] for tag, attrs in read.tags if tag == "svg" and "role" in attrs] == ["right"]
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"page.html"}


def test_page_says_that_it_is_not_for_diagnosis() -> None:
    assert page_html(Page("t", "", [])).count("Not for primary diagnosis") == 2


def test_page_loads_nothing_and_runs_only_its_own(viewer: str) -> None:
    text = page_html(Page("t", "", [*BLOCKS, view()]))
    read = Read(text)
    (policy,) = [attrs["content"] or "" for _, attrs in read.tags if attrs.get("http-equiv")]
    rules = dict(rule.split(maxsplit=1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert rules["style-src"] == digest(style)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert rules["script-src"] == digest(script)
    assert "unsafe" not in policy
    for name, attrs in read.tags:
        assert name not in ("link", "iframe", "object", "base")
        assert not {one for one in attrs if one == "style" or one.startswith("on")}
        assert str(attrs.get("src", "data:")).startswith("data:")


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@given(st.text(max_size=30))
def test_any_text_is_shown_and_never_run(text: str) -> None:
    blocks = [Heading(text), Paragraph(text), Table([text], [[text]], text), Figure(GREY, text, text)]
    page = page_html(Page(text, text, blocks, text))
    assert page.count("<script") == 0
    assert page.count("<h1") == page.count("<title") == page.count("<h2") == 1
    assert html.escape(text) in page


def test_three_dimensional_view_gets_texture_order_and_world(viewer: str) -> None:
    text = page_html(Page("t", "", [view(preset="bone", title="</script><b>")]))
    (raw,) = re.findall(r'<script type="application/json" id="scan">(.*?)</script>', text, re.DOTALL)
    payload = json.loads(raw)
    assert payload["size"] == [4, 3, 2]
    assert gzip.decompress(base64.b64decode(payload["values"])) == bytes(range(24))
    assert payload["title"] == "</script><b>"
    assert (payload["range"], payload["unit"], payload["preset"]) == ([-100, 155], "HU", "bone")
    matrix = np.array(payload["indexToWorld"]).reshape(4, 4).T
    for slices, rows, columns in np.ndindex(SHAPE):
        expected = grid().to_world([slices, rows, columns])
        np.testing.assert_allclose((matrix @ [columns, rows, slices, 1])[:3], expected)


def test_view_with_labels_meshes_and_a_path(viewer: str) -> None:
    mesh = ViewedMesh(
        "wall", "#abcdef", np.arange(9.0).reshape(3, 3), np.array([[0, 1, 2]]), 0.5, np.full((3, 3), 9, np.uint8)
    )
    labels = np.zeros(SHAPE, np.uint16)
    labels[1, 2, 3] = 255
    block = view(
        labels=labels, label_names={255: ("liver", "#5fc4b0")}, meshes=[mesh],
        path=FlightPath(np.array([[1.0, 2, 3], [4, 5, 6]]), 90.0),
    )  # fmt: skip
    (raw,) = re.findall(r'id="scan">(.*?)</script>', page_html(Page("t", "", [block])), re.DOTALL)
    payload = json.loads(raw)
    assert gzip.decompress(base64.b64decode(payload["labels"])) == bytes(23) + b"\xff"
    assert payload["labelNames"] == {"255": {"name": "liver", "color": "#5fc4b0"}}
    (found,) = payload["meshes"]
    assert np.frombuffer(base64.b64decode(found["vertices"]), "<f4").tolist() == list(range(9))
    assert np.frombuffer(base64.b64decode(found["faces"]), "<u4").tolist() == [0, 1, 2]
    assert base64.b64decode(found["colors"]) == bytes([9] * 9)
    assert payload["path"] == {"points": [[1, 2, 3], [4, 5, 6]], "fieldOfViewDeg": 90}


@pytest.mark.parametrize(
    ("labels", "code"),
    [(np.full(SHAPE, 256, np.uint16), "labels_too_large"), (np.zeros((2, 2, 2), np.uint16), "labels_elsewhere")],
)
def test_labels_that_the_view_cannot_hold_are_refused(viewer: str, labels: np.ndarray, code: str) -> None:
    with pytest.raises(Problem) as refused:
        page_html(Page("t", "", [view(labels=labels)]))
    assert refused.value.code == code


def test_same_page_has_the_same_bytes(viewer: str) -> None:
    assert page_html(Page("t", "", [view()])) == page_html(Page("t", "", [view()]))


def test_page_without_a_built_viewer_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(writing, "_VIEWER", tmp_path / "none.js")
    text = page_html(Page("t", "", [view()]))
    assert "was not built" in text
    assert "<script" not in text


def test_second_view_is_refused(viewer: str) -> None:
    with pytest.raises(Problem, match="one at most"):
        page_html(Page("t", "", [view(), view()]))


@pytest.mark.parametrize("picture", ["https://example.org/a.png", "data:text/html;base64,AAAA", "<b>"])
def test_picture_from_elsewhere_is_refused(picture: str) -> None:
    with pytest.raises(Problem, match="picture"):
        page_html(Page("t", "", [Figure(picture, "alt")]))


def test_folder_that_cannot_be_written_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Problem) as refused:
        write_page(tmp_path / "file" / "page.html", Page("t", "", []))
    assert refused.value.code == "page_unwritable"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
