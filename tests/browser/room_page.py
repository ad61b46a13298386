"""The room page as tests drive it: joining, waiting for what its probe says, an emulated headset's inputs."""

from typing import Any

from playwright.sync_api import Page

from tests.browser.fake_room import CODE

SMALL = (320, 200)
"""A picture without a graphics card takes as long as it has pixels; only pictures to be looked at are larger."""

_WAIT = """([condition, limit]) => new Promise((resolve, reject) => {
    const look = () => { const room = globalThis.abatonRoom; return Boolean(CONDITION); };
    const since = Date.now();
    const step = () => {
        if (look()) resolve();
        else if (Date.now() - since < limit) setTimeout(step, 20);
        else reject(new Error(`waited for ${condition}; the room is ${JSON.stringify({...globalThis.abatonRoom})}`));
    };
    step();
})"""

# Puts an input half a metre before a widget of the panel, on the line to the eyes, and points it there.
_AIM = """([input, widget]) => {
    const at = abatonRoom.where(widget);
    const head = headset.position;
    const back = [head.x - at[0], head.y - at[1], head.z - at[2]];
    const length = Math.hypot(...back);
    const device = {left: headset.controllers.left, right: headset.controllers.right, gaze: headset,
        hand: headset.hands.right}[input];
    const [x, y, z] = back.map(part => -part / length);
    if (input !== 'gaze') device.position.set(...at.map((part, axis) => part + 0.5 * back[axis] / length));
    // The rotation that takes -Z to (x, y, z).
    const norm = Math.hypot(y, -x, 1 - z);
    device.quaternion.set(y / norm, -x / norm, 0, (1 - z) / norm);
}"""

_LEAP = """(() => {
    const now = performance.now.bind(performance);
    let ahead = 0;
    performance.now = () => now() + ahead;
    globalThis.leap = seconds => { ahead += 1000 * seconds; };
})()"""


def wait_for(page: Page, condition: str, limit_s: float = 60) -> None:
    """Waits in the page for a condition; `room` is its probe.

    Playwright's own wait uses eval, which the page's content security policy forbids.
    """
    page.evaluate(_WAIT.replace("CONDITION", condition), [condition, limit_s * 1000])


def probe(page: Page) -> dict[str, Any]:
    """What the room tells of itself."""
    return page.evaluate("({...globalThis.abatonRoom})")


def frames(page: Page, count: int = 3) -> None:
    """Lets some frames pass."""
    page.evaluate("count => { globalThis.framesUntil = globalThis.abatonRoom.frames + count; }", count)
    wait_for(page, "room.frames >= globalThis.framesUntil")


def join(page: Page, code: str = CODE) -> None:
    """Types the code and waits for the lobby."""
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Enter the room").click()
    in_lobby(page)


def in_lobby(page: Page) -> None:
    """Waits for the lobby."""
    wait_for(page, "room && room.scene === 'lobby' && room.status === 'joined'")


def in_experience(page: Page) -> None:
    """Waits until the experience is shown."""
    wait_for(page, "room.scene === 'experience' && room.cover === 0", 120)


def enter_vr(page: Page) -> None:
    """Enters VR with the page's button, and waits until the viewer stands in the middle."""
    page.get_by_role("button", name="Enter VR").click()
    wait_for(page, "room.presenting")
    frames(page, 8)


def aim(page: Page, source: str, widget: str) -> None:
    """Points `left`, `right`, `hand` or `gaze` at a widget of the panel."""
    page.evaluate(_AIM, [source, widget])
    frames(page, 3)


def trigger(page: Page) -> None:
    """Presses and lets go the right controller's trigger."""
    page.evaluate("headset.controllers.right.updateButtonValue('trigger', 1)")
    frames(page, 3)
    page.evaluate("headset.controllers.right.updateButtonValue('trigger', 0)")
    frames(page, 3)


def pinch(page: Page) -> None:
    """Closes and opens the right hand's thumb and index finger."""
    page.evaluate("headset.hands.right.updatePinchValue(1)")
    frames(page, 3)
    page.evaluate("headset.hands.right.updatePinchValue(0)")
    frames(page, 3)


def can_leap(page: Page) -> None:
    """Lets `leap` move the page's clock from now on; timers go on as before."""
    page.evaluate(_LEAP)


def leap(page: Page, seconds: float) -> None:
    """Moves the page's clock on, as if it had been silent for so long."""
    page.evaluate("seconds => globalThis.leap(seconds)", seconds)
