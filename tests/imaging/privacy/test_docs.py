from pathlib import Path

import msgspec

from abaton.imaging.privacy import Options
from abaton.imaging.privacy.table import kept_rows, profile_rows

PAGE = (Path(__file__).parents[3] / "docs/reference/deidentification.md").read_text(encoding="utf-8")


def rows(page: str, columns: int) -> list[str]:
    lines = [line for line in page.splitlines() if line.startswith("| (")]
    return [line for line in lines if line.count(" | ") == columns - 1]


def test_the_page_shows_the_standards_table_as_the_code_has_it():
    assert rows(PAGE, 4) == profile_rows()


def test_the_page_shows_everything_else_that_stays():
    assert rows(PAGE, 3) == kept_rows()


def test_the_page_shows_every_option_and_its_default():
    options = Options()
    shown = {
        line.split("`")[1]: line.split("|")[2].strip() == "on" for line in PAGE.splitlines() if line.startswith("| `")
    }
    assert shown == {name: getattr(options, name) for name in msgspec.structs.asdict(options)}
