"""Writes a page as one HTML file that loads nothing and lets no script run but its own."""

import base64
import contextlib
import hashlib
import html
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from abaton.core.errors import Problem
from abaton.core.ids import new_id
from abaton.pages.blocks import Block, Figure, Figures, Heading, Page, Paragraph, Table, View3D
from abaton.pages.payload import payload_json

_FOLDER = Path(__file__).parent
_VIEWER = _FOLDER / "viewer.js"
_PICTURES = re.compile(r"<svg[ >]|data:image/png;base64,[A-Za-z0-9+/=]+\Z")


def write_page(path: Path, page: Page) -> None:
    """Writes the page; the file is there whole or not at all.

    Args:
        path: Where to; a file that is there is replaced.
        page: What to write.

    Raises:
        Problem: A picture is neither SVG nor PNG, there is more than one 3-D view, or the folder cannot be written.
    """
    text = page_html(page)
    writing = path.with_name(f".{path.name}.{new_id()[:8]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        writing.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            writing.unlink()
        raise Problem(
            "page_unwritable",
            got=f"{path} cannot be written: {error.strerror or error}",
            expected="a folder that this user may write to, on a disk with room",
            next_step="Choose another file with --to, or free some space.",
            kind="unavailable",
        ) from error


def page_html(page: Page) -> str:
    """The page as HTML.

    Raises:
        Problem: A picture is neither SVG nor PNG, or there is more than one 3-D view.
    """
    views = [block for block in page.blocks if isinstance(block, View3D)]
    if len(views) > 1:
        raise Problem("too_many_views", f"{len(views)} 3-D views", "one at most on a page", "Write a page for each.")
    # Inline styles are forbidden by the page's policy: widths of pictures go into its style sheet.
    style = (_FOLDER / "page.css").read_text(encoding="utf-8") + "".join(_scales(page.blocks))
    scripts = [_inline(_VIEWER.read_text(encoding="utf-8"))] if views and _VIEWER.is_file() else []
    body = "\n".join(_numbered(place, block) for place, block in enumerate(page.blocks))
    made = f"Made {html.escape(page.made_at)} by Abaton." if page.made_at else "Made by Abaton."
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy(style, scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{html.escape(page.title)}</title>
<style>{style}</style>
</head>
<body>
<header>
<p class="warning" role="note">{html.escape(page.notice)}</p>
<h1>{html.escape(page.title)}</h1>
<p class="subtitle">{html.escape(page.subtitle)}</p>
</header>
<main>
{body}
</main>
<footer><p>{made} {html.escape(page.notice)}: Abaton is not a cleared medical device.</p></footer>
{"".join(f"<script>{script}</script>" for script in scripts)}
</body>
</html>
"""


def has_viewer() -> bool:
    """Whether the script that draws 3-D views was built into this installation."""
    return _VIEWER.is_file()


def _policy(style: str, scripts: list[str]) -> str:
    """Everything forbidden but this page's own style and scripts, pictures inside it, and workers it makes."""
    allowed = " ".join(_digest(script) for script in scripts) or "'none'"
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {allowed}; img-src data: blob:; "
        "worker-src blob:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _inline(script: str) -> str:
    """The script in a form that cannot end its element early; its line ends are as the browser will hash them."""
    return re.sub(r"</(?=script)", r"<\\/", script.replace("\r\n", "\n"), flags=re.IGNORECASE).replace("<!--", "<\\!--")


def _scales(blocks: Sequence[Block]) -> Iterator[str]:
    """Rules that draw pictures side by side to the same scale."""
    for place, block in enumerate(blocks):
        if isinstance(block, Figures) and all(figure.width_mm for figure in block.figures):
            for number, figure in enumerate(block.figures, start=1):
                width_mm = figure.width_mm or 1.0
                yield f"#figures-{place}>:nth-child({number}){{flex:{width_mm:.2f} 1 0}}"


def _numbered(place: int, block: Block) -> str:
    if isinstance(block, Figures):
        same = " to-scale" if all(figure.width_mm for figure in block.figures) else ""
        return f'<div class="figures{same}" id="figures-{place}">{"".join(map(_figure, block.figures))}</div>'
    return _block(block)


def _block(block: Block) -> str:
    writers: dict[type, Callable[[Any], str]] = {
        Heading: _heading,
        Paragraph: _paragraph,
        Table: _table,
        Figure: _figure,
        View3D: _view,
    }
    return writers[type(block)](block)


def _heading(block: Heading) -> str:
    return f"<h{block.level}>{html.escape(block.text)}</h{block.level}>"


def _paragraph(block: Paragraph) -> str:
    role = ' role="note"' if block.tone == "note" else ""
    return f'<p class="{block.tone}"{role}>{html.escape(block.text)}</p>'


def _table(block: Table) -> str:
    caption = f"<caption>{html.escape(block.caption)}</caption>" if block.caption else ""
    numeric = [_is_numeric(block, column) for column in range(max((len(row) for row in block.rows), default=0))]
    headings = "".join(
        f'<th scope="col"{_aligned(column < len(numeric) and numeric[column])}>{html.escape(text)}</th>'
        for column, text in enumerate(block.columns)
    )
    rows = "".join(_row(block, place, numeric) for place in range(len(block.rows)))
    head = f"<thead><tr>{headings}</tr></thead>" if block.columns else ""
    return f'<div class="wide"><table>{caption}{head}<tbody>{rows}</tbody></table></div>'


def _is_numeric(block: Table, column: int) -> bool:
    cells = [row[column] for row in block.rows if column < len(row)]
    return bool(cells) and all(not isinstance(cell, str) or cell == "" for cell in cells)


def _aligned(numeric: bool) -> str:
    return ' class="number"' if numeric else ""


def _row(block: Table, place: int, numeric: list[bool]) -> str:
    first, *rest = block.rows[place]
    color = block.colors.get(place)
    # Presentation attributes of SVG need no inline style, which the page's policy forbids.
    swatch = (
        f'<svg class="swatch" viewBox="0 0 1 1" aria-hidden="true"><rect width="1" height="1" '
        f'fill="{html.escape(color)}"/></svg>'
        if color
        else ""
    )
    cells = "".join(
        f"<td{_aligned(numeric[column])}>{html.escape(str(cell))}</td>" for column, cell in enumerate(rest, start=1)
    )
    return f'<tr><th scope="row">{swatch}{html.escape(str(first))}</th>{cells}</tr>'


def _figure(block: Figure) -> str:
    if not _PICTURES.match(block.picture):
        raise Problem("unknown_picture", "a picture that is neither SVG nor PNG", "one of the two", "Make it as SVG.")
    alt = html.escape(block.alt)
    if block.picture.startswith("<svg"):
        picture = block.picture.replace("<svg", f'<svg role="img" aria-label="{alt}"', 1)
    else:
        picture = f'<img src="{block.picture}" alt="{alt}">'
    caption = f"<figcaption>{html.escape(block.caption)}</figcaption>" if block.caption else ""
    return f"<figure>{picture}{caption}</figure>"


def _view(block: View3D) -> str:
    caption = f"<figcaption>{html.escape(block.caption)}</figcaption>" if block.caption else ""
    alt = html.escape(block.alt)
    if not has_viewer():
        missing = "The 3-D view was not built into this installation: run `make setup`, then make this page again."
        return f'<figure><p class="note" role="note">{missing}</p>{caption}</figure>'
    return (
        f'<figure class="view3d"><div id="view3d" role="img" aria-label="{alt}">'
        f'<noscript><p class="note">The 3-D view needs JavaScript.</p></noscript></div>{caption}</figure>'
        f'<script type="application/json" id="scan">{payload_json(block)}</script>'
    )
