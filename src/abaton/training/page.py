"""The page of a run: score, trends of the monitor with acts, why, what would have been, debrief."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.pages import Block, Figure, Heading, Page, Paragraph, Table
from abaton.training import plots
from abaton.training.physiology.vitals import Vitals
from abaton.training.plots import Mark, Panel, Span, Stage, Trace, bars, legend, trends
from abaton.training.scenario.acts import Act
from abaton.training.scenario.learners import robot
from abaton.training.scenario.playing import (
    Change,
    Counterfactual,
    Played,
    counterfactual,
    differences,
    play,
    why_changed,
)
from abaton.training.why import Why

Array = NDArray[np.float64]

NOTICE = "For training, never for care"
SIGNS = {
    "mean_mmhg": ("Mean arterial pressure", "mmHg", 8.0),
    "heart_rate": ("Heart rate", "/min", 10.0),
    "saturation_pct": ("Oxygen saturation", "%", 4.0),
}
"""Signs that are explained: name, unit, and the least change that is worth it."""
SPAN_S = 120
"""Length of the span that is explained."""
EARLIER_S = 120.0
WORTH_TRYING = frozenset({"order", "treat", "shock", "compress", "ventilate", "airway", "position"})
MOST_TRIED = 12


def run_page(played: Played, learner: str, note: str = "", made_at: str = "") -> Page:
    """The whole page.

    Args:
        played: What was played.
        learner: Who played.
        note: What else is to be told, such as how a replay compared.
        made_at: UTC, for its foot.
    """
    meta, score = played.scenario.meta, played.score
    blocks: list[Block] = [Paragraph(" ".join(played.scenario.prebrief.split()))]
    if note:
        blocks.append(Paragraph(note, "note"))
    if score.critical_failed:
        failed = "; ".join(result.text for result in score.results if result.critical and result.failed)
        blocks.append(Paragraph(f"Critical items failed: {failed}.", "note"))
    passed = "passed" if score.passed else "not passed"
    blocks += [
        Heading(f"Score: {score.total:.0f} of 100, {passed}. The patient: {played.outcome}"),
        checklist(played),
        Heading("The monitor's trends"),
        Figure(course(played), "Trends of the vital signs with the learner's acts", _trends_caption()),
        *_acts(played),
        *_why(played),
        *_otherwise(played, learner),
        *_debrief(played),
        *_about(played),
    ]
    subtitle = f"Learner: {learner}. Seed {played.seed}, {clock(played.run.time_s)} min. {_who(played)}."
    return Page(meta.title, subtitle, blocks, made_at, NOTICE)


def checklist(played: Played) -> Table:
    """Items with when they were done and what they earned."""
    evidence = {item.id: item.evidence for item in played.scenario.checklist}
    rows = [
        (
            result.text + (" (critical)" if result.critical else ""),
            result.verdict,
            "" if result.time_s is None else clock(result.time_s),
            f"{result.points:g} of {result.weight:g}" if result.kind != "never" else f"{result.points:g}",
            evidence[result.item],
        )
        for result in played.score.results
    ]
    return Table(("Item", "", "Done at", "Marks", "Evidence"), rows)


def course(played: Played) -> str:
    """The trends with acts and stages."""
    line = played.timeline
    marks = [Mark(act.time_s, number + 1) for number, act in enumerate(played.acts)]
    return trends(panels(line), max(line[-1].time_s, 1.0), marks, stages(played))


def panels(line: Sequence[Vitals]) -> list[Panel]:
    """A panel for each sign of a monitor."""
    at, end = of(line, "time_s"), line[-1]
    mean = Trace(at, of(line, "mean_mmhg"), plots.RED)
    pressures = Span(at, of(line, "diastolic_mmhg"), of(line, "systolic_mmhg"), plots.RED)
    pair = f"{end.systolic_mmhg:.0f}/{end.diastolic_mmhg:.0f}"

    def one(label: str, unit: str, color: str, name: str, least: float, most: float, decimals: int = 0) -> Panel:
        trace = Trace(at, of(line, name), color)
        return Panel(label, unit, color, (trace,), least, most, last=f"{getattr(end, name):.{decimals}f}")

    return [
        one("HR", "/min", plots.GREEN, "heart_rate", 40, 120),
        Panel("BP", "mmHg", plots.RED, (mean,), 40, 120, pressures, pair),
        one("SpO2", "%", plots.CYAN, "saturation_pct", 85, 100),
        one("EtCO2", "mmHg", plots.YELLOW, "etco2_mmhg", 20, 50),
        one("RR", "/min", plots.WHITE, "respiratory_rate", 0, 30),
        one("T", "°C", plots.ORANGE, "temperature_c", 36, 38, 1),
    ]


def stages(played: Played) -> list[Stage]:
    """Stages of the story from when to when."""
    starts = [(event.time_s, event.name) for event in played.events if event.kind == "state"]
    first = played.run.passed_states[0]
    if not starts or starts[0][1] != first:
        starts.insert(0, (0.0, first))
    ends = [at for at, _ in starts[1:]] + [played.run.time_s]
    return [Stage(name, at, to) for (at, name), to in zip(starts, ends, strict=True)]


def of(line: Sequence[Vitals], name: str) -> Array:
    """One sign over the timeline."""
    return np.array([float(getattr(vitals, name)) for vitals in line])


def clock(seconds: float) -> str:
    """Minutes and seconds, as 3:27."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def said(act: Act) -> str:
    """An act in words."""
    return act.text if act.kind == "ask" else act.text.replace("_", " ")


def _trends_caption() -> str:
    return (
        "True values before any sensor. The band is diastolic to systolic pressure, the line in it the mean. Numbers "
        "are the learner's acts, listed below; at the foot, the stages of the story."
    )


def _acts(played: Played) -> list[Block]:
    """Acts with what came of them; and what happened without an act."""
    told = {"told", "refused", "answer", "finding", "shock"}
    rows: list[tuple[str, str, str, str]] = []
    acts = iter(enumerate(played.acts, 1))
    never = {item.id for item in played.scenario.checklist if item.kind == "never"}
    for event in played.events:
        if event.kind == "act":
            number, act = next(acts)
            rows.append((str(number), clock(event.time_s), said(act), ""))
        elif event.kind in told and rows and rows[-1][0] and rows[-1][1] == clock(event.time_s) and not rows[-1][3]:
            who = "Refused: " if event.kind == "refused" else ""
            rows[-1] = (*rows[-1][:3], who + event.text)
        elif event.kind in told or event.kind in ("state", "rhythm", "item"):
            item = "Broken: " if event.name in never else "Checklist: "
            who = {"refused": "Refused: ", "item": item, "answer": "Answer: "}.get(event.kind, "")
            rows.append(("", clock(max(event.time_s, 0.0)), "", who + event.text))
    if not rows:
        return []
    return [Heading("What happened"), Table(("Act", "Time", "Done", "What came of it"), rows[:120])]


def worst_span(played: Played, sign: str, seconds: int = SPAN_S) -> tuple[int, int]:
    """The span in which a sign changed most, s since arrival."""
    values = of(played.timeline, sign)
    seconds = min(seconds, len(values) - 1)
    smooth = np.convolve(values, np.full(5, 0.2), "valid") if len(values) >= 5 else values
    reach = max(len(smooth) - seconds, 1)
    moved = np.abs(smooth[-reach:] - smooth[:reach]) if len(smooth) > seconds else np.zeros(1)
    start = int(np.argmax(moved))
    return start, min(start + seconds, int(played.run.time_s))


def _why(played: Played) -> list[Block]:
    made: list[Block] = []
    start, end = worst_span(played, played.scenario.debrief.sign)
    for sign, (name, unit, worth) in SIGNS.items():
        try:
            found = why_changed(played, sign, start, end)
        except Problem:
            continue
        if abs(found.last - found.first) < worth and sign != played.scenario.debrief.sign:
            continue
        made += [Figure(why_bars(found, unit), _why_text(name, unit, found), _why_text(name, unit, found))]
    if not made:
        return []
    what = SIGNS.get(played.scenario.debrief.sign, (played.scenario.debrief.sign,))[0].lower()
    text = (
        f"From {clock(start)} to {clock(end)}, when {what} changed most. The span was played again with causes held "
        "as they were at its beginning, in many orders; each bar is what a cause added when it was let go, on average "
        "over the orders, and the thin line how far that depends on what else acts."
    )
    return [Heading("Why"), Paragraph(text), *made]


def why_bars(found: Why, unit: str) -> str:
    """Bars of the parts that count; the others together."""
    whole = max(abs(part.change) for part in found.parts)
    large = [part for part in found.parts if abs(part.change) >= max(0.02 * whole, 0.05)]
    small = sum(part.change for part in found.parts if part not in large)
    rows = [(part.cause, part.change, part.spread) for part in large]
    if abs(small) >= 0.05:
        rows.append(("all others", small, 0.0))
    return bars(rows, unit, found.last - found.first)


def _why_text(name: str, unit: str, found: Why) -> str:
    parts = sum(part.change for part in found.parts)
    return (
        f"{name}: from {found.first:.1f} to {found.last:.1f} {unit}. The parts add up to {parts:+.1f} {unit}, the "
        f"change is {found.last - found.first:+.1f}."
    )


def weightiest(played: Played) -> tuple[int, Counterfactual] | None:
    """The act without which the course would have differed most, and that course."""
    tried = [number for number, act in enumerate(played.acts) if act.kind in WORTH_TRYING][:MOST_TRIED]
    best: tuple[float, int, Counterfactual] | None = None
    for number in tried:
        other = counterfactual(played, Change("remove", number))
        weight = apart(played.timeline, other.played.timeline)
        if best is None or weight > best[0]:
            best = weight, number, other
    return (best[1], best[2]) if best is not None and best[0] > 1.0 else None


def apart(first: Sequence[Vitals], second: Sequence[Vitals]) -> float:
    """How far two courses are apart: mean pressure (mmHg) and saturation (%, doubled), over the longer of both.

    Who has died stays where they were.
    """
    length = max(len(first), len(second))
    total = 0.0
    for name, weight in (("mean_mmhg", 1.0), ("saturation_pct", 2.0)):
        one, other = (
            np.pad(values, (0, length - len(values)), "edge") for values in (of(first, name), of(second, name))
        )
        total += weight * float(np.mean(np.abs(one - other)))
    return total


def _otherwise(played: Played, learner: str) -> list[Block]:
    found = weightiest(played)
    made: list[Block] = []
    if found is not None:
        number, without = found
        act = played.acts[number]
        earlier = act.time_s >= 30.0
        to_s = max(act.time_s - EARLIER_S, 0.0) if earlier else act.time_s + EARLIER_S
        moved = counterfactual(played, Change("move", number, to_s=to_s))
        when = "2 min earlier" if act.time_s >= EARLIER_S else "at once" if earlier else "2 min later"
        text = (
            f"The act that mattered most was number {number + 1}, {said(act)}, at {clock(act.time_s)}. The same "
            "patient, chance and other acts, played again:"
        )
        others = [(f"{said(act)}, {when}", moved.played, plots.ORANGE), ("not at all", without.played, plots.WHITE)]
        made += [Paragraph(text), *_beside(played, others)]
    if learner != "ideal":
        ideal = play(played.scenario, robot("ideal"), played.seed, person=played.person)
        made += [Paragraph("What the ideal learner would have reached with the same patient:"),
                 *_beside(played, [("ideal learner", ideal, plots.WHITE)])]  # fmt: skip
    return [Heading("What would have been"), *made] if made else []


def _beside(played: Played, others: Sequence[tuple[str, Played, str]]) -> list[Block]:
    """Both courses drawn, and what came out otherwise."""
    until = max([played.run.time_s] + [other.run.time_s for _, other, _ in others])
    made: list[Panel] = []
    for label, unit, color, name, least, most in (
        ("MAP", "mmHg", plots.RED, "mean_mmhg", 40, 100),
        ("HR", "/min", plots.GREEN, "heart_rate", 40, 120),
        ("SpO2", "%", plots.CYAN, "saturation_pct", 85, 100),
    ):
        lines = [Trace(of(each.timeline, "time_s"), of(each.timeline, name), hue, True) for _, each, hue in others]
        lines.append(Trace(of(played.timeline, "time_s"), of(played.timeline, name), color))
        made.append(Panel(label, unit, color, tuple(lines), least, most))
    key = legend([("as played", plots.RED, False), *((name, hue, True) for name, _, hue in others)])
    names = [name for name, _, _ in others]
    compared = {name: {one.what: one for one in differences(played, other)} for name, other, _ in others}
    wanted = list(dict.fromkeys(what for found in compared.values() for what in found))
    rows = [
        (_plain(what), next(found[what].before for found in compared.values() if what in found),
         *(compared[name][what].after if what in compared[name] else "the same" for name in names))
        for what in wanted
    ]  # fmt: skip
    told = "Solid as it was played; dashed: " + "; ".join(names) + "."
    return [
        Figure(key, "Legend"),
        Figure(trends(made, until), told, told),
        *([Table(("", "As played", *names), rows[:24])] if rows else []),
    ]


def _plain(what: str) -> str:
    words = {"mean_mmhg": "mean pressure, mmHg", "saturation_pct": "saturation, %", "heart_rate": "heart rate, /min",
             "lactate_mmol_l": "lactate, mmol/l", "coma_scale": "coma scale"}  # fmt: skip
    for name, plain in words.items():
        what = what.replace(name, plain)
    return what[:1].upper() + what[1:]


def _debrief(played: Played) -> list[Block]:
    texts = played.scenario.debrief
    said = {one.item: one for one in texts.items}
    rows = [
        (result.text, said[result.item].met if result.verdict in ("done", "kept") else said[result.item].missed)
        for result in played.score.results
        if result.item in said
    ]
    blocks: list[Block] = [Heading("To talk through"), Paragraph(texts.opening)]
    if rows:
        blocks.append(Table(("Item", ""), rows))
    return [*blocks, *(Paragraph(question) for question in texts.reflect)]


def _about(played: Played) -> list[Block]:
    meta = played.scenario.meta
    guidelines = "; ".join(f"{one.name.replace('_', ' ')} {one.edition} of {one.date}" for one in meta.guidelines)
    rows = [
        ("Scenario", f"{meta.id}, edition {meta.edition}, {meta.pilot}"),
        ("Guidelines", guidelines),
        ("Setting", meta.setting),
        ("Authors", ", ".join(meta.authors)),
        ("Digest", played.digest),
    ]
    return [Heading("About this scenario"), Table((), rows)]


def _who(played: Played) -> str:
    person = played.person
    diseases = f", {', '.join(person.diseases).replace('_', ' ')}" if person.diseases else ""
    return f"{person.sex.capitalize()}, {person.age_years:.0f} years, {person.weight_kg:.0f} kg{diseases}"
