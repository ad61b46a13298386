"""A lead's desk: the console in a profile of its own, in front of a made-up clinic and room."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.console_clinic import NOW, Clinic, identifier
from tests.browser.console_room import LiveRoom
from tests.browser.pages import Watch

_AXE = Path(__file__).parents[2] / "client" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_WITHOUT_WEBGL = """
const real = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind.startsWith('webgl') ? null : real.call(this, kind, ...rest);
};
"""

LIVE = f"/sessions/{identifier('s')}/live"
REPORT = f"/sessions/{identifier('t')}/report"
REPLAY = f"/sessions/{identifier('t')}/replay"
PATIENT = f"/patients/{identifier('a')}"

# Whoever opens the console with nobody signed in is told so by status, and the browser notes that in its console.
NOBODY_SIGNED_IN = ("status of 401",)


def sit_down(
    watch: Watch,
    site: str,
    path: str,
    *,
    clinic: Clinic | None = None,
    room: LiveRoom | None = None,
    mirror: bool = False,
    expect: tuple[str, ...] = (),
    **options: Any,
) -> Page:
    """Opens a page of the console, with the clock at the clinic's own time.

    Args:
        watch: Where the page is watched.
        site: The console's address.
        path: The page.
        clinic: Who answers; a lead's clinic where none is given.
        room: The live room, where one is visited.
        mirror: Draw the patient's view, which is slow without a graphics card.
        expect: Problems that the test provokes.
        options: Passed to `Watch.new_context`.
    """
    context = watch.new_context(locale="en-GB", timezone_id="UTC", **options)
    context.clock.install(time=NOW)
    (clinic or Clinic()).install(context)
    if room is not None:
        room.install(context)
    if not mirror:
        context.add_init_script(_WITHOUT_WEBGL)
    return watch.open(site + path, context, expect=expect)


def accessibility_violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA on the page as it stands: the rule, and the first element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", _RULES)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
