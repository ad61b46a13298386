"""The live page, the replay and the report: what a lead sees and does, against a room that speaks the wire."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from abaton.live import log, wire
from abaton.live.role import Phase, Role
from tests.browser.console_clinic import Clinic
from tests.browser.console_desk import LIVE, REPLAY, REPORT, accessibility_violations, sit_down
from tests.browser.console_room import NOW_US, LiveRoom
from tests.browser.console_site import serve_console
from tests.browser.pages import Watch


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serve_console() as address:
        yield address


def _commands(room: LiveRoom) -> list[tuple[str, dict[str, object]]]:
    return [(one.name, one.arguments) for one in room.asked if isinstance(one, wire.Command)]


def _stops(room: LiveRoom) -> list[wire.Stop]:
    return [one for one in room.asked if isinstance(one, wire.Stop)]


def _running(page: Page) -> None:
    expect(page.get_by_text("Running", exact=True)).to_be_visible()


def test_lead_pairs_admits_and_begins(watch: Watch, site: str) -> None:
    room = LiveRoom(Phase.LOBBY)
    page = sit_down(watch, site, LIVE, room=room)
    expect(page.get_by_label("Pairing code K 7 M X 4 T Q H")).to_have_text("K7MX 4TQH")
    expect(page.get_by_text("Holds for 9:")).to_be_visible()
    expect(page.get_by_role("button", name="Begin")).to_be_disabled()
    page.get_by_role("button", name="Admit").click()
    expect(page.get_by_text("The patient is in the lobby")).to_be_visible()
    page.get_by_role("button", name="Begin").click()
    _running(page)
    actions = [(one.action, one.participant) for one in room.asked if isinstance(one, wire.Control)]
    assert actions == [("admit", "subject"), ("begin", None)]


def test_stop_needs_one_press_and_both_must_agree(watch: Watch, site: str) -> None:
    room = LiveRoom()
    page = sit_down(watch, site, LIVE, room=room)
    _running(page)
    page.get_by_role("button", name="STOP").click()
    expect(page.get_by_text("Stopped: in the calm place")).to_be_visible()
    assert len(_stops(room)) == 1
    page.get_by_role("button", name="Agree to go on").click()
    expect(page.get_by_text("You: agreed to go on")).to_be_visible()
    expect(page.get_by_text("The patient: not yet")).to_be_visible()
    room.show(phase=Phase.RUNNING, agreed=[])
    _running(page)


def test_stop_has_a_key_that_works_while_a_note_is_written(watch: Watch, site: str) -> None:
    room = LiveRoom()
    page = sit_down(watch, site, LIVE, room=room)
    _running(page)
    page.get_by_label("New note").fill("She breathes")
    page.keyboard.press("Control+Shift+S")
    expect(page.get_by_text("Stopped: in the calm place")).to_be_visible()
    assert len(_stops(room)) == 1
    expect(page.get_by_label("New note")).to_have_value("She breathes")


def test_stop_pressed_without_a_connection_is_sent_when_the_room_is_back(watch: Watch, site: str) -> None:
    room = LiveRoom()
    page = sit_down(watch, site, LIVE, room=room)
    _running(page)
    room.socket.close()
    page.get_by_role("button", name="STOP").click()
    expect(page.get_by_text("Stopped: in the calm place")).to_be_visible()
    assert len(_stops(room)) == 1


def test_nothing_but_stop_is_red(watch: Watch, site: str) -> None:
    page = sit_down(watch, site, LIVE, room=LiveRoom(Phase.RUNNING))
    _running(page)
    expect(page.get_by_role("button", name="STOP")).to_be_enabled()
    red = page.evaluate("""() => [...document.querySelectorAll('*')].filter(element => {
        const style = getComputedStyle(element);
        return [style.color, style.backgroundColor, style.borderTopColor, style.fill].some(colour => {
            const [r, g, b, a = 1] = (colour.match(/[\\d.]+/g) ?? []).map(Number);
            return a > 0.2 && r > 150 && g < 60 && b < 60;
        });
    }).map(element => element.closest('button')?.innerText ?? element.outerHTML.slice(0, 120))""")
    assert red
    assert all("STOP" in text for text in red)


def test_height_is_raised_by_keyboard_and_never_above_the_limit(watch: Watch, site: str) -> None:
    room = LiveRoom(height_m=29.0)
    page = sit_down(watch, site, LIVE, room=room)
    _running(page)
    slider = page.get_by_role("slider", name="Rise to")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Done")).to_be_visible()
    assert _commands(room) == [("rise_to", {"height_m": 29.5})]
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "30 m")
    page.wait_for_timeout(600)
    assert {arguments["height_m"] for _, arguments in _commands(room)} == {29.5, 30}
    assert len(_commands(room)) < 6


def test_exact_height_and_choices_are_sent(watch: Watch, site: str) -> None:
    room = LiveRoom()
    page = sit_down(watch, site, LIVE, room=room)
    _running(page)
    page.get_by_label("Rise to: exact value in m").fill("18.5")
    page.keyboard.press("Enter")
    page.get_by_role("radiogroup", name="Set railing").get_by_text("Full").click()
    expect(page.get_by_role("radio", name="None")).to_be_disabled()
    expect(page.get_by_text("Done")).to_have_count(2)
    assert _commands(room) == [("rise_to", {"height_m": 18.5}), ("set_railing", {"railing": "full"})]


def test_refused_command_says_why_beside_its_control(watch: Watch, site: str) -> None:
    room = LiveRoom()
    room.refuse = ("ceiling", "18 m", "30 m or less", "Raise the limit on the patient's page.")
    page = sit_down(watch, site, LIVE, room=room)
    _running(page)
    page.get_by_label("Rise to: exact value in m").fill("18")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Refused: got 18 m, expected 30 m or less")).to_be_visible()
    expect(page.get_by_role("slider", name="Rise to")).to_have_attribute("aria-valuetext", "12 m")
    assert accessibility_violations(page) == []


def test_rating_is_asked_for_shown_and_may_be_said_aloud(watch: Watch, site: str) -> None:
    room = LiveRoom()
    page = sit_down(watch, site, LIVE, room=room)
    _running(page)
    page.get_by_role("button", name="Ask for SUDS").click()
    page.get_by_label("Said aloud").fill("64")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Said aloud")).to_have_value("")
    assert [(one.question, one.value) for one in room.asked if isinstance(one, wire.Answer)] == [(9, 64)]
    room.happen(log.Answered(9, "suds", 64.0, "lead"))
    room.show(question=None)
    expect(page.get_by_role("region", name="SUDS").get_by_role("status").first).to_have_text("Last rating 64")


def test_room_suggests_to_ask_after_two_minutes(watch: Watch, site: str) -> None:
    page = sit_down(watch, site, LIVE, room=LiveRoom(minutes=15))
    _running(page)
    expect(page.get_by_text("time to ask")).to_be_visible()


def test_note_is_kept_by_keyboard_and_stays_in_the_field_when_it_is_not(watch: Watch, site: str) -> None:
    room = LiveRoom()
    page = sit_down(watch, site, LIVE, room=room)
    _running(page)
    field = page.get_by_label("New note")
    field.fill("Holds the railing with one hand.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("listitem").filter(has_text="one hand")).to_be_visible()
    expect(field).to_have_value("")


def test_record_that_cannot_be_written_is_told_plainly(watch: Watch, site: str) -> None:
    room = LiveRoom()
    page = sit_down(watch, site, LIVE, room=room)
    _running(page)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    room.show(durable=False, recording=False)
    expect(page.get_by_text("The record cannot be written")).to_be_visible()
    expect(page.get_by_text("Not recording")).to_be_visible()
    expect(page.get_by_text("Saved", exact=True)).to_have_count(0)
    assert accessibility_violations(page) == []


def test_recorded_heart_is_called_recorded(watch: Watch, site: str) -> None:
    room = LiveRoom()
    page = sit_down(watch, site, LIVE, room=room)
    expect(page.get_by_text("recorded: not this patient's heart")).to_be_visible()
    room.beat(NOW_US, 91, "strap")
    expect(page.get_by_text("91 /min")).to_be_visible()
    expect(page.get_by_text("recorded: not this patient's heart")).to_have_count(0)


def test_observer_watches_and_can_do_nothing(watch: Watch, site: str) -> None:
    page = sit_down(watch, site, LIVE, room=LiveRoom(), clinic=Clinic("observer"))
    _running(page)
    expect(page.get_by_role("button", name="STOP")).to_have_count(0)
    expect(page.get_by_label("New note")).to_have_count(0)
    expect(page.get_by_label("Rise to: exact value in m")).to_be_disabled()
    expect(page.get_by_role("slider", name="Rise to")).to_have_count(0)


def test_session_is_closed_only_after_a_question(watch: Watch, site: str) -> None:
    room = LiveRoom()
    page = sit_down(watch, site, LIVE, room=room)
    _running(page)
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Close the session").click()
    expect(page.get_by_text("This session is closed")).to_be_visible()
    page.get_by_role("link", name="Read the report").click()
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()


def test_subjects_view_is_drawn_from_state(watch: Watch, site: str) -> None:
    page = sit_down(watch, site, LIVE, room=LiveRoom(), mirror=True, viewport=(1000, 640))
    view = page.get_by_role("img", name="What the patient sees: Fear of heights")
    expect(view.locator("canvas")).to_be_visible()
    colours = """canvas => {
        const small = document.createElement('canvas');
        small.width = small.height = 16;
        const context = small.getContext('2d');
        return new Promise(resolve => requestAnimationFrame(function look() {
            context.drawImage(canvas, 0, 0, 16, 16);
            const pixels = new Uint32Array(context.getImageData(0, 0, 16, 16).data.buffer);
            const found = new Set(pixels).size;
            found > 20 ? resolve(found) : requestAnimationFrame(look);
        }));
    }"""
    assert view.locator("canvas").evaluate(colours) > 20
    page.get_by_role("button", name="Hide the view").click()
    expect(view.locator("canvas")).to_have_count(0)


def test_replay_is_played_and_searched_by_keyboard(watch: Watch, site: str) -> None:
    page = sit_down(watch, site, REPLAY)
    slider = page.get_by_role("slider", name="Time in the session")
    expect(slider).to_have_attribute("aria-valuetext", "0:00 of 24:00")
    page.get_by_role("button", name="Stopped by the subject").click()
    expect(slider).to_have_attribute("aria-valuetext", "16:50 of 24:00")
    moment = page.get_by_role("region", name="At this moment")
    expect(moment).to_contain_text("In the calm place")
    expect(moment).to_contain_text("20 m")
    page.keyboard.press("Control+ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "14:20 of 24:00")
    page.get_by_role("radiogroup", name="Speed").get_by_text("16").click()
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(slider).not_to_have_attribute("aria-valuetext", "14:20 of 24:00")


def test_report_has_figures_timeline_and_downloads(watch: Watch, site: str) -> None:
    page = sit_down(watch, site, REPORT)
    expect(page.get_by_role("region", name="Summary")).to_contain_text("first 35, last 38")
    expect(page.get_by_role("img", name="Height over the session")).to_be_visible()
    expect(page.get_by_role("link", name="FHIR R4 bundle")).to_have_attribute("href", f"/api{REPORT[:-7]}/export/fhir")
    page.get_by_role("button", name="Show as a table").click()
    expect(page.get_by_role("cell", name="Stopped by the subject")).to_be_visible()
    assert accessibility_violations(page) == []


def test_stop_of_the_subject_is_told(watch: Watch, site: str) -> None:
    room = LiveRoom()
    page = sit_down(watch, site, LIVE, room=room)
    _running(page)
    room.happen(log.Stopped(Role.SUBJECT, "wrist"))
    room.show(phase=Phase.CALM)
    expect(page.get_by_text("Stopped by the subject, the button on the wrist")).to_be_visible()
