"""The room page as tests drive it: joining, waiting for what its probe says, an emulated headset's inputs."""

from typing import Any

from playwright.sync_api import Page

from tests.browser.fake_room import CODE

_WAIT = """([condition, limit]) => new Promise((resolve, reject) => {
    const since = performance.now();
    const look = CONDITION;
    const step = () => {
        if (look()) resolve();
        else if (performance.now() - since > limit)
            reject(new Error(`waited in vain for ${condition}; the room is ${JSON.stringify({...globalThis.abatonRoom})}`));
        else setTimeout(step, 20);
    };
    step();
})"""


def wait_for(page: Page, condition: str, limit_s: float = 60) -> None:
    """Waits in the page for a condition; `room` is its probe.

    Playwright's own wait uses eval, which the page's content security policy forbids.
    """
    look = f"() => {{ const room = globalThis.abatonRoom; return Boolean({condition}); }}"
    page.evaluate(_WAIT.replace("CONDITION", look), [condition, limit_s * 1000])


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
    wait_for(page, "room && room.scene === 'lobby' && room.status === 'joined'")


def enter_vr(page: Page) -> None:
    """Enters VR with the page's button, and waits until the viewer stands in the middle."""
    page.get_by_role("button", name="Enter VR").click()
    wait_for(page, "room.presenting")
    frames(page, 6)


def in_experience(page: Page) -> None:
    """Waits until the experience is shown."""
    wait_for(page, "room.scene === 'experience' && room.cover === 0", 120)
