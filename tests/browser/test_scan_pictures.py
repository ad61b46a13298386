"""The page of the shipped scan, as a new user comes to see it; its picture stands in the README."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from abaton.cli.program import app
from tests.browser.pictures import picture

pytestmark = pytest.mark.browser


def test_the_sample_is_imported_and_shown(open_page: Callable[..., Page], tmp_path: Path) -> None:
    data, page_file = str(tmp_path / "clinic"), tmp_path / "scan.html"
    imported = CliRunner().invoke(app, ["import", "scan", "--sample", "--data", data])
    assert imported.exit_code == 0, imported.output
    found = re.search(r"abaton scan show (\w+)", imported.output)
    assert found
    shown = CliRunner().invoke(app, ["scan", "show", found[1], "--to", str(page_file), "--data", data])
    assert shown.exit_code == 0, shown.output
    page = open_page(page_file.as_uri(), viewport=(1100, 1380))
    expect(page.get_by_text(re.compile("As seen: full quality"))).to_be_visible(timeout=60_000)
    expect(page.get_by_role("img", name=re.compile("Axial|axial")).first).to_be_visible()
    taken = Image.open(picture(page, "scan")).convert("L").crop((100, 760, 760, 1300))
    low, high = taken.getextrema()
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    assert high - low > 100, "the head was not drawn"
