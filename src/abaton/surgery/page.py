"""The page of a run: what was to be done, how well it was, what it looked like."""

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.pages import Block, Figure, Figures, Heading, Page, Paragraph, Table, png_address
from abaton.surgery.pictures.plots import Band, Line, paths, plot
from abaton.surgery.pictures.scenes import anatomy, heat_map, picture
from abaton.surgery.tasks import needle, pads, peg_transfer, pegboard, press, resect
from abaton.surgery.tasks.card import card
from abaton.surgery.tasks.running import RATE_HZ, Run, Task

Array = NDArray[np.float64]

NOTICE = "For training and research, not evidence of competence"
SHOTS, EVENTS = 2, 60


class Shots:
    """Keeps the states of some ticks, for pictures: the middle of each share of the time limit that was played.

    Args:
        every: Ticks between two states that are kept.
    """

    def __init__(self, every: int = 500) -> None:
        self._every = every
        self._kept: list[tuple[int, Any]] = []

    def __call__(self, tick: int, state: Any) -> None:
        """Keeps the state if it is one of those."""
        if tick % self._every == 0:
            self._kept.append((tick, state))

    def chosen(self, count: int = SHOTS) -> list[tuple[float, Any]]:
        """Time in s and state, evenly spread."""
        if not self._kept:
            return []
        places = np.linspace(0.22, 0.78, count) * (len(self._kept) - 1)
        return [(self._kept[round(place)][0] / RATE_HZ, self._kept[round(place)][1]) for place in places.tolist()]


def run_page(task: Task, run: Run, shots: Shots, note: str = "", made_at: str = "") -> Page:
    """The whole page.

    Args:
        task: What was played.
        run: How.
        shots: States for pictures.
        note: What else is to be told, such as how a replay compared.
        made_at: UTC, for its foot.
    """
    blocks: list[Block] = [Paragraph(task.goal)]
    if note:
        blocks.append(Paragraph(note, "note"))
    if run.score.failed:
        blocks.append(Paragraph("Failed: " + ", ".join(run.score.failed) + ".", "note"))
    blocks += [Heading(f"Score: {run.score.total:.0f} of 100"), score_table(task, run), Heading("What happened")]
    pictures = [
        Figure(png_address(picture(state)), f"The scene after {at:.1f} s", f"{at:.1f} s")
        for at, state in shots.chosen()
    ]
    end = Figure(png_address(picture(run.last)), "The scene at the end", f"The end, {run.trace.duration_s:.1f} s")
    blocks += [Figures([*pictures, end]), *_own(run), Heading("Forces and paths"), *_plots(run)]
    if run.trace.events:
        rows = [(f"{event.tick / RATE_HZ:.2f} s", event.text) for event in run.trace.events[:EVENTS]]
        left = len(run.trace.events) - len(rows)
        told = f"The first {EVENTS}; the record has {left} more." if left else ""
        blocks += [Heading("Events"), Table(("Time", "Event"), rows, told)]
    blocks += [Heading("All figures"), _figures(run), Heading("Physics card"), card_table(run.task)]
    subtitle = f"{run.trainee} trainee, seed {run.seed}, {run.trace.duration_s:.1f} s"
    return Page(task.title, subtitle, blocks, made_at, NOTICE)


def score_table(task: Task, run: Run) -> Table:
    """Marks, with bounds and their sources."""
    rows = [
        (
            part.criterion.title + (" (critical)" if part.criterion.critical else ""),
            shown(part.value) + (f" {part.criterion.unit}" if not math.isnan(part.value) else ""),
            f"{part.criterion.proficient:.3g}",
            f"{part.criterion.failing:.3g}",
            f"{part.criterion.weight:g}",
            f"{part.marks:.0f}",
            task.sources.get(part.criterion.figure, ""),
        )
        for part in run.score.parts
    ]
    return Table(("Part", "Value", "Full marks at", "None at", "Weight", "Marks", "Where the bounds come from"), rows)


def shown(value: float) -> str:
    """A number as people read it."""
    if math.isnan(value):
        return "not measured"
    return f"{value:.0f}" if value == round(value) else f"{value:.3g}"


def card_table(task: str) -> Table:
    """The physics card."""
    rows = [
        (one.aspect, one.told, "" if math.isnan(one.error) else f"{one.error:.2g} {one.unit}") for one in card(task)
    ]
    return Table(("Aspect", "Model", "Measured error"), rows, "Where the model is right and where it is not.")


def _figures(run: Run) -> Table:
    return Table(("Figure", "Value"), [(name.replace("_", " "), shown(value)) for name, value in run.figures.items()])


def _own(run: Run) -> list[Block]:
    """What only one task has."""
    if not isinstance(run.last, resect.State):
        return []
    if not run.last.cuts:
        return [Heading("Margin"), Paragraph("Nothing was cut: tumour remains.")]
    found = resect.final_margin(run.last)
    aim = run.last.field.aim
    words = found.verdict(aim.planned_mm) if run.last.freed else "the specimen still hangs on: tumour remains"
    text = (
        f"{words[0].upper()}{words[1:]}. Least margin {found.minimum_mm:.1f} mm (planned {aim.planned_mm:g}), "
        f"5th percentile {found.fifth_percentile_mm:.1f} mm, {found.below_plan_mm2:.0f} mm2 of "
        f"{found.area_mm2:.0f} below plan; with {aim.registration_sd_mm:g} mm of registration error at least "
        f"{found.certain_mm:.1f} mm with 95 % confidence."
    )
    rows = [
        (f"{cut.tick / RATE_HZ:.1f}", f"{cut.minimum_mm:.1f}", f"{cut.fifth_percentile_mm:.1f}",
         f"{cut.certain_mm:.1f}", f"{cut.below_plan_mm2:.0f} of {cut.area_mm2:.0f}", f"{cut.healthy_mm3 / 1000:.1f}",
         cut.verdict)
        for cut in _few(run.last.cuts)
    ]  # fmt: skip
    columns = ("After, s", "Least, mm", "5th percentile, mm", "Least with 95 % confidence, mm", "Area below plan, mm2",
               "Healthy liver taken, ml", "Verdict")  # fmt: skip
    return [
        Heading("Margin"),
        Paragraph(text),
        Table(columns, rows, "The margin as it stood after cuts along the way; the record has every one."),
        Figures([
            Figure(png_address(heat_map(run.last)), "The cut surface from above and below, coloured by its margin",
                   "The cut surface from the arm's side and from below. Dark red 0 mm, orange 2.5, yellow just below "
                   "the planned 5, green 5 to 7, blue beyond."),
            Figure(png_address(anatomy(run.first)), "The liver from the front with tumour and vessels",
                   "The whole liver from the front: tumour yellow, portal vein violet, hepatic veins blue."),
        ]),
    ]  # fmt: skip


def _few(cuts: tuple[resect.CutMargin, ...], count: int = 12) -> list[resect.CutMargin]:
    """Some cuts, evenly spread, those that changed the verdict among them, and the last."""
    even = np.linspace(0, len(cuts) - 1, min(count, len(cuts)))
    places = {round(place) for place in even.tolist()}
    places |= {n for n in range(1, len(cuts)) if cuts[n].verdict != cuts[n - 1].verdict}
    return [cuts[n] for n in sorted(places)]


def _plots(run: Run) -> list[Block]:
    trace = run.trace
    step = 10
    times = trace.times_s[::step]
    marks = [(event.tick / RATE_HZ, event.text) for event in trace.events]

    def reading(name: str) -> Array:
        return trace.readings[name][step - 1 :: step][: len(times)]

    def line(name: str, values: Array) -> Line:
        return Line(name, times[: len(values)], values)

    forces = [line(tool, trace.force_n[::step, n]) for n, tool in enumerate(_tools(run))]
    made: list[tuple[str, str]] = []
    match run.task:
        case "press":
            bands = [Band(*press.WINDOW_N, "window"), Band(press.FORCE_LIMIT_N, press.FORCE_LIMIT_N, "limit")]
            made.append(
                (plot(forces, "s", "force, N", bands, marks, low=0), "Force, with the window that is to be held")
            )
            made.append(
                (plot([line("depth", reading("depth"))], "s", "depth, mm", low=0), "How deep the probe sinks in")
            )
        case "needle":
            made += _force_depth(run)
            both = [line("along", reading("along")), line("across", reading("across"))]
            made.append(
                (
                    plot(both, "s", "force, N", (), marks),
                    "Force along the needle, positive where tissue pushes it out, and across it",
                )
            )
            limit = [Band(0, 0, "the vessel's wall")]
            away = [line("to vessel", reading("to vessel")), line("to target", reading("to target"))]
            made.append((plot(away, "s", "distance, mm", limit, marks), "Distance of the tip from vessel and target"))
        case "resect":
            plan = [Band(resect.PLANNED_MM, resect.PLANNED_MM, "planned margin")]
            least = [line("least", reading("least margin")),
                     line("5th percentile", reading("5th percentile of the margin")),
                     line("least with 95 % confidence", reading("least margin with 95 % confidence"))]  # fmt: skip
            text = "The margin after each cut: of the cut so far, and of the specimen once it is free"
            made.append((plot(least, "s", "margin, mm", plan, marks, low=0), text))
            made.append((plot(forces, "s", "force, N", (), marks, low=0), "Force on the tip"))
            limits = [Band(resect.PLANNED_MM, resect.PLANNED_MM, "planned margin"), Band(0, 0, "")]
            away = [line("to tumour", reading("to tumour")), line("to vessels", reading("to vessels"))]
            text = "Distance of the tip's edge from tumour and vessels"
            made.append((plot(away, "s", "distance, mm", limits, marks, high=30), text))
        case _:
            limit = [Band(peg_transfer.FORCE_LIMIT_N, peg_transfer.FORCE_LIMIT_N, "limit")]
            high = max(1.2 * peg_transfer.FORCE_LIMIT_N, float(trace.force_n.max()))
            made.append(
                (plot(forces, "s", "force, N", limit, marks, low=0, high=high), "Forces on rings, pegs and board")
            )
    if isinstance(run.first, needle.State):
        made.append((_section(run, run.first), "The tip's way in the plane across the vessel, as ultrasound shows it"))
    else:
        made += [
            (_above(run, 2), "Paths of the tools, from above"), (_above(run, 1), "Paths of the tools, from the front")
        ]  # fmt: skip
    return [Figure(svg, caption, caption) for svg, caption in made]


def _force_depth(run: Run) -> list[tuple[str, str]]:
    """Force over depth of the deepest pass: in to the deepest place, and out again; nothing where there was none."""
    trace = run.trace
    depth = trace.readings["depth"]
    if not depth.max() > 0:
        return []
    first = int(np.flatnonzero(depth <= 0)[np.flatnonzero(depth <= 0) < int(np.argmax(depth))][-1:].sum())
    turned = int(np.argmax(depth))
    after = np.flatnonzero(depth[turned:] <= 0)
    last = turned + int(after[0]) if len(after) else len(depth)
    marks = [
        (
            float(depth[event.tick - 1]),
            {"sampled": "Sample", "vessel": "Vessel"}.get(event.name, event.text.rstrip(".")),
        )
        for event in trace.events
        if first < event.tick <= last and event.name in ("punctured", "vessel", "sampled")
    ]
    force = trace.readings["along"]
    lines = [Line("in", depth[first:turned:5], force[first:turned:5]),
             Line("out", depth[turned:last:5], force[turned:last:5])]  # fmt: skip
    text = "Force along the needle over its depth, in the pass that went deepest, with each puncture"
    return [(plot(lines, "mm", "force, N", (), marks, named=True), text)]


def _section(run: Run, first: needle.State) -> str:
    """The tip's way in the plane across the vessel."""
    across = np.cross(first.vessel_axis, -needle.DOWN)
    across /= np.linalg.norm(across)
    middle = float(first.target_m @ across)
    side = 1000 * (run.trace.position_m[::20, 0] @ across - middle)
    wide = np.array([min(-40.0, float(side.min())), max(40.0, float(side.max()))])
    lines = [Line("needle's tip", side, 1000 * run.trace.position_m[::20, 0, 2]), Line("skin", wide, np.zeros(2)),
             Line("capsule", wide, np.full(2, -1000 * needle.CAPSULE_M))]  # fmt: skip
    places = [(0.0, 1000 * first.target_m[2], 1000 * needle.TARGET_RADIUS_M, "target"),
              (1000 * (float(first.vessel_m @ across) - middle), 1000 * first.vessel_m[2],
               1000 * needle.VESSEL_RADIUS_M, "vessel")]  # fmt: skip
    return paths(lines, places)


def _tools(run: Run) -> Sequence[str]:
    return ("left", "right") if run.trace.position_m.shape[1] == 2 else ("tool",)


def _above(run: Run, along: int) -> str:
    """From above (along z) or from the front (along y)."""
    one, two = (0, 1) if along == 2 else (0, 2)
    lines = [
        Line(tool, 1000 * run.trace.position_m[::20, n, one], 1000 * run.trace.position_m[::20, n, two])
        for n, tool in enumerate(_tools(run))
    ]
    if isinstance(run.first, peg_transfer.State) and along == 1:
        wide, high = 1000 * pegboard.PEG_RADIUS_M, 1000 * pegboard.PEG_HEIGHT_M
        return paths(lines, (), [(x - wide, 0.0, x + wide, high) for x in (1000 * pegboard.PEGS_M[:, 0]).tolist()])
    return paths(lines, [(1000 * c[one], 1000 * c[two], 1000 * r, name) for c, r, name in _places(run)])


def _places(run: Run) -> list[tuple[Array, float, str]]:
    match run.first:
        case peg_transfer.State():
            return [(peg, pegboard.PEG_RADIUS_M, "") for peg in pegboard.PEGS_M]
        case press.State():
            return [(np.array([*run.first.lump_m, -pads.LUMP_DEPTH_M]), pads.LUMP_RADIUS_M, "lump")]
        case _:
            return [(np.zeros(3), run.first.field.scene.radius_mm / 1000, "tumour")]


def as_json(run: Run) -> bytes:
    """Score and figures, for programs; what could not be measured is null."""
    return msgspec.json.encode(
        {"task": run.task, "seed": run.seed, "trainee": run.trainee, "total": run.score.total,
         "failed": run.score.failed, "figures": run.figures, "digest": run.trace.digest()}
    )  # fmt: skip
