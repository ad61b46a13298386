"""Alarms by the principles of IEC 60601-1-8: priorities, delays, latching, acknowledging, audio pause.

The standard is not freely published; the figures are recalled from IEC 60601-1-8:2006+A1:2012, to be checked.
"""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from abaton.core.errors import Problem
from abaton.training.devices.machine import (
    STAY,
    Chart,
    Happened,
    Move,
    UseError,
    checked_seconds,
    next_state,
    with_fields,
)

Priority = Literal["high", "medium", "low"]
RANK: Final[dict[str, int]] = {"high": 3, "medium": 2, "low": 1}
LONGEST_PAUSE_S: Final = 120.0
"""Longest audio pause (training reference, section 10)."""


class Signal(msgspec.Struct, frozen=True):
    """How a priority looks and sounds.

    Attributes:
        colour: Of the lamp.
        flash_hz: Of the lamp, least and most; 0 is steady.
        duty: Share of the time that it is lit, least and most.
        pulses: In a burst of sound.
        group: Pulses in a group of the burst (10 are 5 and 5).
        between_s: From the end of a burst to the next, least and most.
    """

    colour: str
    flash_hz: tuple[float, float]
    duty: tuple[float, float]
    pulses: int
    group: int
    between_s: tuple[float, float]


SIGNALS: Final[dict[str, Signal]] = {
    "high": Signal("red", (1.4, 2.8), (0.2, 0.6), 10, 5, (2.5, 15.0)),
    "medium": Signal("yellow", (0.4, 0.8), (0.2, 0.6), 3, 3, (2.5, 30.0)),
    "low": Signal("cyan", (0.0, 0.0), (1.0, 1.0), 2, 2, (15.0, 120.0)),
}
"""Recalled from IEC 60601-1-8 (training reference, section 10), to be checked; low may also be yellow or silent."""


class Rule(msgspec.Struct, frozen=True):
    """One condition that may raise an alarm.

    Attributes:
        name: Short stable word.
        text: As shown.
        priority: Of the alarm.
        condition_delay_s: How long the condition must last before it is one.
        signal_delay_s: From then to the first signal.
        latching: Whether signals stay, once raised, until someone acknowledges.
        covers: Name of a lesser rule that is not shown beside it.
    """

    name: str
    text: str
    priority: Priority
    condition_delay_s: float = 0.0
    signal_delay_s: float = 0.0
    latching: bool = False
    covers: str = ""


CHART = Chart(
    "alarm",
    ("clear", "pending", "delayed", "signalling", "acknowledged", "latched"),
    "clear",
    (
        Move("onset", ("clear",), "pending"),
        Move("onset", ("latched",), "signalling"),
        Move("lasted", ("pending",), "delayed"),
        Move("signal", ("delayed",), "signalling"),
        Move("offset", ("pending", "delayed", "acknowledged"), "clear"),
        Move("offset", ("signalling",), "latched", "latching"),
        Move("offset", ("signalling",), "clear"),
        Move("acknowledge", ("signalling",), "acknowledged"),
        Move("acknowledge", ("latched",), "clear"),
        Move("acknowledge", ("acknowledged",), STAY),
    ),
)


class AlarmChange(msgspec.Struct, frozen=True, tag="alarm"):
    """A change of an alarm, for the log.

    Attributes:
        name: Of the rule.
        text: As shown.
        priority: Of the rule.
        change: `raised`, `latched`, `ended`, `acknowledged`.
        time_s: When, on the board's clock.
        began_s: When the condition began.
        condition_delay_s, signal_delay_s: That passed before it was raised.
    """

    name: str
    text: str
    priority: str
    change: str
    time_s: float
    began_s: float
    condition_delay_s: float
    signal_delay_s: float


class Alarm(msgspec.Struct, frozen=True):
    """One rule's alarm now.

    Attributes:
        name: Of the rule.
        state: In the chart.
        began_s: When its condition began.
    """

    name: str
    state: str = "clear"
    began_s: float = 0.0


class Board(msgspec.Struct, frozen=True):
    """All alarms of a device, and its sound.

    Attributes:
        rules: In order.
        alarms: Those that are not clear.
        time_s: Clock, moved by `after`.
        paused_until_s: End of the audio pause; at or before `time_s` there is none.
    """

    rules: tuple[Rule, ...]
    alarms: tuple[Alarm, ...] = ()
    time_s: float = 0.0
    paused_until_s: float = 0.0

    def rule(self, name: str) -> Rule:
        """The rule of a name."""
        return next(rule for rule in self.rules if rule.name == name)

    def state_of(self, name: str) -> str:
        """The state of a rule's alarm."""
        return next((alarm.state for alarm in self.alarms if alarm.name == name), "clear")


def after(board: Board, seconds: float, present: Mapping[str, str | None]) -> tuple[Board, Happened]:
    """The board some seconds later.

    Args:
        board: Now.
        seconds: How long.
        present: Conditions that held in all of this time, and what to show instead of the rule's text, if anything.

    Raises:
        Problem: A condition without a rule, or a wrong time.
    """
    unknown = set(present) - {rule.name for rule in board.rules}
    if unknown:
        raise Problem(
            "alarm_unknown", ", ".join(sorted(unknown)), "conditions that have a rule", "Add a rule, or leave it out."
        )
    now = board.time_s + checked_seconds(seconds)
    active = {alarm.name: alarm for alarm in board.alarms}
    alarms: list[Alarm] = []
    happened: list[AlarmChange | UseError] = []
    for rule in board.rules:
        if rule.name not in active and rule.name not in present:
            continue
        alarm = active.get(rule.name) or Alarm(rule.name)
        later, changes = _moved(alarm, rule, rule.name in present, board.time_s, now, present.get(rule.name))
        happened.extend(changes)
        if later.state != "clear":
            alarms.append(later)
    raised = any(change.change == "raised" and change.priority == "high" for change in _changes(happened))
    until = board.paused_until_s
    if until > board.time_s:
        if raised:
            until = now
        elif until <= now and any(alarm.state == "signalling" for alarm in alarms):
            happened.append(_forgotten(board, alarms))
    return with_fields(board, alarms=tuple(alarms), time_s=now, paused_until_s=until), tuple(happened)


def _changes(happened: list[AlarmChange | UseError]) -> list[AlarmChange]:
    return [entry for entry in happened if isinstance(entry, AlarmChange)]


def _forgotten(board: Board, alarms: list[Alarm]) -> UseError:
    texts = ", ".join(board.rule(alarm.name).text for alarm in alarms if alarm.state == "signalling")
    return UseError(
        "alarm_silenced_forgotten", f"The audio pause ended, and what was silenced is still there: {texts}."
    )


def _moved(
    alarm: Alarm, rule: Rule, present: bool, before_s: float, now_s: float, text: str | None
) -> tuple[Alarm, list[AlarmChange]]:
    """One alarm through a step, with the time of every change within it."""
    if not present:
        state = _next(alarm.state, "offset", rule)
        if state == alarm.state:
            return alarm, []
        later = with_fields(alarm, state=state)
        shown = alarm.state in ("signalling", "acknowledged")
        return later, [_change(rule, later, "latched" if state == "latched" else "ended", now_s, text)] if shown else []
    began = before_s if alarm.state == "clear" else alarm.began_s
    later = with_fields(alarm, state=_next(alarm.state, "onset", rule), began_s=began)
    if alarm.state == "latched":
        return later, [_change(rule, later, "raised", before_s, text)]
    if later.state == "pending" and began + rule.condition_delay_s <= now_s:
        later = with_fields(later, state=_next(later.state, "lasted", rule))
    due = began + rule.condition_delay_s + rule.signal_delay_s
    if later.state == "delayed" and due <= now_s:
        later = with_fields(later, state=_next(later.state, "signal", rule))
        return later, [_change(rule, later, "raised", due, text)]
    return later, []


def _next(state: str, trigger: str, rule: Rule) -> str:
    return next_state(CHART, state, trigger, lambda _: rule.latching) or state


def _change(rule: Rule, alarm: Alarm, change: str, time_s: float, text: str | None) -> AlarmChange:
    return AlarmChange(
        rule.name,
        text or rule.text,
        rule.priority,
        change,
        time_s,
        alarm.began_s,
        rule.condition_delay_s,
        rule.signal_delay_s,
    )


def paused(board: Board, seconds: float) -> Board:
    """The board with its sound paused; 0 ends a pause.

    Raises:
        Problem: Longer than two minutes, or not a number.
    """
    if not 0.0 <= seconds <= LONGEST_PAUSE_S:
        raise Problem(
            "alarm_pause_too_long",
            f"an audio pause of {seconds:g} s",
            f"0 to {LONGEST_PAUSE_S:g} s",
            "Pause it for two minutes at most, and look after the patient.",
        )
    return with_fields(board, paused_until_s=board.time_s + seconds)


def acknowledged(board: Board) -> tuple[Board, Happened]:
    """The board once someone acknowledged: what signals goes silent but stays seen, what was latched ends."""
    alarms: list[Alarm] = []
    happened: list[AlarmChange] = []
    for alarm in board.alarms:
        rule = board.rule(alarm.name)
        state = _next(alarm.state, "acknowledge", rule)
        later = with_fields(alarm, state=state)
        if state != alarm.state:
            change = "ended" if state == "clear" else "acknowledged"
            happened.append(_change(rule, later, change, board.time_s, None))
        if state != "clear":
            alarms.append(later)
    return with_fields(board, alarms=tuple(alarms)), tuple(happened)


def silenced(board: Board) -> bool:
    """Whether the sound is paused now; a symbol must show it."""
    return board.paused_until_s > board.time_s


def seen(board: Board) -> tuple[Rule, ...]:
    """Rules whose alarms are shown, the most urgent first."""
    found = [
        board.rule(alarm.name) for alarm in board.alarms if alarm.state in ("signalling", "latched", "acknowledged")
    ]
    covered = {rule.covers for rule in found}
    return tuple(sorted((rule for rule in found if rule.name not in covered), key=lambda rule: -RANK[rule.priority]))


def sounding(board: Board) -> Signal | None:
    """The signal that sounds now: of the most urgent alarm that is not acknowledged, unless the sound is paused."""
    if silenced(board):
        return None
    heard = [board.rule(alarm.name).priority for alarm in board.alarms if alarm.state in ("signalling", "latched")]
    return SIGNALS[max(heard, key=lambda priority: RANK[priority])] if heard else None
