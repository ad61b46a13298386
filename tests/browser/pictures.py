"""Pictures of the product, for people to look at and for the documentation.

`python -m tests.browser.pictures` puts those that the documentation shows into its folder.
"""

import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "artifacts" / "pictures"
SHOWN = ROOT / "docs" / "pictures"


def picture(page: Page, name: str, *, whole: bool = False) -> Path:
    """Photograph a page as it is now; `whole` includes what one must scroll to."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, full_page=whole)
    return path


def main() -> None:
    """Put every picture that a page of the documentation shows into docs/pictures."""
    SHOWN.mkdir(exist_ok=True)
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")]
    for name in sorted({name for page in pages for name in re.findall(r"pictures/([\w-]+)\.webp", page.read_text())}):
        Image.open(PICTURES / f"{name}.png").convert("RGB").save(SHOWN / f"{name}.webp", quality=82, method=6)


if __name__ == "__main__":
    main()
