"""The terminal, driven by a pilot and a clock that stands still until it is moved."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, RichLog

from abaton.core.clock import ManualClock
from abaton.training.live.app import Monitor
from abaton.training.live.bedside import ScenarioBedside
from abaton.training.live.sweep import BLANK
from abaton.training.live.views import Banner, Figure, Wave
from abaton.training.scenario.reading import shipped

SENSORS = ("ecg", "spo2", "nibp", "arterial line", "capnography", "temperature")


class At:
    """A monitor, a clock, and hands."""

    def __init__(self, scenario: str = "bleeding", speed: float = 1.0) -> None:
        self.clock = ManualClock()
        self.bedside = ScenarioBedside(shipped(scenario).scenario, 1, lambda run: f"Score of {len(run.acts)} acts")
        self.app = Monitor(self.bedside, self.clock, speed)

    def pass_s(self, seconds: float) -> None:
        for _ in range(round(seconds * 2)):
            self.clock.advance(0.5)
            self.app.frame()

    async def type(self, pilot: Pilot[Any], text: str) -> None:
        self.app.query_one(Input).value = text
        await pilot.press("enter")

    def figure(self, name: str) -> tuple[str, ...]:
        return self.app.query_one(f"#{name}", Figure).shown

    async def log(self, pilot: Pilot[Any]) -> str:
        await pilot.pause()
        return " ".join(strip.text.strip() for strip in self.app.query_one(RichLog).lines)


def run(test: Callable[[At, Pilot[Any]], Awaitable[None]], at: At, size: tuple[int, int] = (120, 40)) -> None:
    async def driven() -> None:
        async with at.app.run_test(size=size) as pilot:
            await test(at, pilot)

    asyncio.run(driven())


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_a_nurse_sees_waves_and_figures_of_what_is_attached(size: tuple[int, int]) -> None:
    async def test(at: At, pilot: Pilot[Any]) -> None:
        at.pass_s(2)
        assert at.figure("hr") == ("--",)
        for sensor in SENSORS:
            await at.type(pilot, f"attach {sensor}")
        at.pass_s(15)
        assert 40 < float(at.figure("hr")[0]) < 140
        systolic, diastolic = map(float, at.figure("bp")[0].split("/"))
        assert 60 < diastolic + 20 < systolic < 180
        assert float(at.figure("spo2")[0]) > 90
        assert 20 < float(at.figure("etco2")[0]) < 50
        assert 8 < float(at.figure("etco2")[1]) < 30
        for name in ("ecg", "art", "pleth", "co2"):
            wave = at.app.query_one(f"#{name}", Wave)
            assert wave.size.height >= 3
            assert any(character != chr(BLANK) for row in wave.sweep.rows(wave.size.height) for character in row)
            shown = [wave.render_line(row) for row in range(wave.size.height)]
            assert {strip.cell_length for strip in shown} == {wave.size.width}
        assert at.bedside.run.time_s == 18

    run(test, At(), size)


def test_orders_take_effect_and_mistakes_are_told() -> None:
    async def test(at: At, pilot: Pilot[Any]) -> None:
        at.pass_s(1)
        await at.type(pilot, "adrenaline 500 mg im")
        await at.type(pilot, "attach leeches")
        await at.type(pilot, "treat tourniquet leg")
        await at.type(pilot, "ask do you have any allergies")
        at.pass_s(10)
        log = await at.log(pilot)
        assert "adrenaline 500 mg im" in log
        assert "expected" in log
        assert "leeches" in log
        assert "The tourniquet is tight: leg." in log
        assert "allerg" in log.split("ask do you have any allergies")[1]
        assert [act.kind for act in at.bedside.run.acts] == ["order", "treat", "ask"]

    run(test, At())


def test_a_patient_who_bleeds_on_makes_the_monitor_alarm_until_it_is_silenced() -> None:
    async def test(at: At, pilot: Pilot[Any]) -> None:
        for sensor in SENSORS:
            await at.type(pilot, f"attach {sensor}")
        at.pass_s(2)
        before = float(at.figure("bp")[0].split("/")[0])
        at.app.speed = 40.0
        at.pass_s(6)
        banner = at.app.query_one(Banner)
        assert float(at.figure("bp")[0].split("/")[0]) < before - 30
        assert banner.alarms
        assert banner.alarms[0].priority == "high"
        assert at.app.query_one("#bp", Figure).alarm == "high"
        assert "!!!" in banner.render_line(0).text
        phases = set[bool]()
        for _ in range(8):
            at.clock.advance(0.07)
            at.app.frame()
            phases.add(banner.bright)
        assert phases == {True, False}
        assert not banner.silenced
        await at.type(pilot, "silence")
        at.app.speed = 1.0
        at.pass_s(2)
        assert banner.silenced

    run(test, At())


def test_time_is_held_hurried_and_ended() -> None:
    async def test(at: At, pilot: Pilot[Any]) -> None:
        at.pass_s(3)
        await pilot.press("f2")
        at.pass_s(5)
        assert at.bedside.run.time_s == 4
        await at.type(pilot, "go")
        await pilot.press("f4")
        assert at.app.speed == 2.0
        at.pass_s(2)
        assert at.bedside.run.time_s == 8
        await at.type(pilot, "speed 4")
        await at.type(pilot, "speed 4000")
        assert at.app.speed == 4.0
        await at.type(pilot, "help")
        assert "non-rebreather" in await at.log(pilot)
        await pilot.press("f10")
        workers: Any = at.app.workers
        await workers.wait_for_complete()
        assert "Score of 0 acts" in await at.log(pilot)
        at.pass_s(5)
        assert at.bedside.run.time_s == 8
        await at.type(pilot, "treat tourniquet leg")
        assert "It has ended" in await at.log(pilot)
        await pilot.press("f10")

    at = At()
    run(test, at)
    assert at.app.return_value == "Score of 0 acts"


def test_a_terminal_that_was_held_up_does_not_rush() -> None:
    async def test(at: At, pilot: Pilot[Any]) -> None:
        at.clock.advance(3600)
        at.app.frame()
        assert at.bedside.run.time_s <= 5

    run(test, At())
