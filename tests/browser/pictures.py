"""Pictures of the product, for people to look at and for the documentation; `make pictures` puts them into docs."""

from pathlib import Path

from playwright.sync_api import Page

PICTURES = Path(__file__).parents[2] / "artifacts" / "pictures"


def picture(page: Page, name: str, *, whole: bool = False) -> Path:
    """Photograph a page as it is now; `whole` includes what one must scroll to."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, full_page=whole)
    return path
