"""The room page in a real Chromium with an emulated headset, led on a real server.

- `draw_calls`, `triangles`: the most that one frame of heights took, both eyes together, on the way up to 60 m,
  looking all around and down, then up there with railing and glass floor.
- `room_js_gzip_kb`: all scripts that the room page had fetched by then, each compressed by gzip, in kilobytes (1000
  bytes).
- `stop_ms_max`: the longest of 20 stops in the browser with the server killed, from the key to the moment when the
  picture of the calm place is ready, as the page itself measures it: its first one, of sky, ground and water, whose
  details follow with the next. The page is on a screen, not in VR. After each the server is started again, and
  subject and lead agree to go on.
- `vr_stop_ms_max`: the same in the emulated headset, by turns by Escape and by holding both grips.

There is no graphics card here: pictures are drawn by the processor, many times slower than in a headset. A stop in VR
waits for the picture under way and is seen with the next, so that it takes about three of them, here as there; here one
takes 80 to 100 ms, there 14 ms.
"""

import argparse
import gzip
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Response, sync_playwright

from abaton.live.role import Phase
from benchmarks import output
from benchmarks.lead import Lead
from tests.browser.chromium import find_chromium, launch
from tests.browser.clinic import Clinic
from tests.browser.pages import Watch
from tests.browser.room_page import enter_vr, frames, in_experience, join, probe, wait_for

VIEWPORT = (640, 400)
"""Small, because the processor draws every pixel."""

TOP_M = 60.0
GUARDS = (("full", "opaque"), ("full", "glass"), ("none", "glass"))
"""Railing and floor."""

LOOKS = [(yaw, pitch) for pitch in (0, -50) for yaw in range(0, 360, 90)]
"""Yaw and pitch of the head in degrees."""


class Most:
    """The most that any frame took so far."""

    def __init__(self) -> None:
        self.draw_calls = 0
        self.triangles = 0

    def look(self, page: Page, yaw_degrees: float, pitch_degrees: float) -> None:
        """Turn the head and take note of the frame."""
        yaw, pitch = math.radians(yaw_degrees) / 2, math.radians(pitch_degrees) / 2
        turn = [
            math.cos(yaw) * math.sin(pitch),
            math.sin(yaw) * math.cos(pitch),
            -math.sin(yaw) * math.sin(pitch),
            math.cos(yaw) * math.cos(pitch),
        ]
        page.evaluate("turn => { headset.quaternion.set(...turn); }", turn)
        frames(page, 2)
        seen = probe(page)
        self.draw_calls = max(self.draw_calls, seen["draw_calls"])
        self.triangles = max(self.triangles, seen["triangles"])


def measure_frames(page: Page, lead: Lead) -> Most:
    """Ride up, looking around, and try every railing and floor at the top."""
    most = Most()
    looks = around()
    lead.command("rise_to", height_m=TOP_M)
    while lead.state["height_m"] < TOP_M - 0.5:
        output.progress(f"riding up, {lead.state['height_m']:.0f} m")
        most.look(page, *next(looks))
        require_running(lead)
    for railing, floor in GUARDS:
        output.progress(f"at the top, railing {railing}, floor {floor}")
        lead.command("set_railing", railing=railing)
        lead.command("set_floor", floor=floor)
        wait_for(page, f"room.state.railing === '{railing}' && room.state.floor === '{floor}'")
        for look in LOOKS:
            most.look(page, *look)
            require_running(lead)
    return most


def require_running(lead: Lead) -> None:
    """End with a clear message where the machine was too slow for the room's heartbeats."""
    if lead.phase is Phase.CALM:
        raise SystemExit("The room stopped by itself, for a heartbeat was late. Run this while nothing else is busy.")


def around() -> Iterator[tuple[float, float]]:
    """Looks, again and again."""
    while True:
        yield from LOOKS


def stop_often(page: Page, clinic: Clinic, lead: Lead, repeats: int, grips: bool) -> list[float]:
    """Kill the server, stop, start the server, agree to go on: the times of the stops in milliseconds."""
    before = len(probe(page)["stops_ms"])
    for number in range(repeats):
        output.progress(f"stop {number + 1} of {repeats}")
        clinic.kill()
        if grips and number % 2 == 0:
            squeeze(page, 1)
        else:
            page.keyboard.press("Escape")
        wait_for(page, f"room.scene === 'calm' && room.stops_ms.length > {before + number}")
        squeeze(page, 0)
        clinic.start()
        lead.connect()
        lead.wait_for(lambda: lead.phase is Phase.CALM)
        lead.agree()
        wait_for(page, "room.status === 'joined' && room.phase === 'calm' && room.widgets.length > 0")
        page.keyboard.press("Enter")
        lead.wait_for(lambda: lead.phase is Phase.RUNNING)
        in_experience(page)
    return probe(page)["stops_ms"][before:]


def squeeze(page: Page, value: float) -> None:
    """Both grips."""
    page.evaluate(
        "value => { for (const one of Object.values(headset.controllers)) one.updateButtonValue('squeeze', value); }",
        value,
    )


def run(clinic: Clinic, watch: Watch, repeats: int) -> dict[str, Any]:
    """One whole session."""
    context = watch.new_context(headset=True, viewport=VIEWPORT)
    scripts: dict[str, Response] = {}

    def keep(response: Response) -> None:
        if response.request.resource_type == "script":
            scripts[response.url] = response

    context.on("response", keep)
    lead = Lead(clinic.origin, clinic.emails[0], clinic.password)
    lead.connect()
    # A killed server is no fault of the page.
    page = watch.open(clinic.room, context, expect=[r"WebSocket|Failed to load resource|net::ERR"])
    join(page, lead.code)
    lead.admit()
    lead.begin()
    in_experience(page)
    stops_ms = stop_often(page, clinic, lead, repeats, grips=False)
    enter_vr(page)
    most = measure_frames(page, lead)
    script_bytes = sum(len(gzip.compress(response.body())) for response in scripts.values())
    vr_stops_ms = stop_often(page, clinic, lead, max(1, repeats // 3), grips=True)
    return {
        "draw_calls": most.draw_calls,
        "triangles": most.triangles,
        "room_js_gzip_kb": round(script_bytes / 1000, 1),
        "stop_ms_max": round(max(stops_ms), 1),
        "stop_ms_median": round(sorted(stops_ms)[len(stops_ms) // 2], 1),
        "stops": len(stops_ms),
        "vr_stop_ms_max": round(max(vr_stops_ms), 1),
        "vr_stops": len(vr_stops_ms),
        "scripts": len(scripts),
        "problems": watch.problems,
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    output.add_arguments(parser)
    parser.add_argument("--stops", type=int, default=20, help="how often it is stopped on the screen")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        executable = find_chromium(playwright)
        if executable is None:
            raise SystemExit("No Chromium was found: run `make browser`, or name one in ABATON_CHROMIUM.")
        browser = launch(playwright, executable)
        clinic = Clinic(Path(folder))
        clinic.start()
        try:
            figures = run(clinic, Watch(browser), arguments.stops)
        finally:
            clinic.stop()
            browser.close()
    output.show("scene", figures, arguments)


if __name__ == "__main__":
    main()
