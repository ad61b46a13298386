"""A scenario played with many people."""

from typing import TYPE_CHECKING

from rich.table import Table

from abaton.cli.screen import output, progress

if TYPE_CHECKING:
    from abaton.training.recording import Chosen
    from abaton.training.scenario.language import Scenario
    from abaton.training.scenario.playing import Played


def run_cohort(scenario: "Scenario", who: "Chosen", seed: int, count: int, json: bool) -> None:
    """Prints what became of each; the same seed brings the same people."""
    import msgspec
    import numpy as np

    from abaton.training.physiology.person import cohort
    from abaton.training.scenario.playing import play

    people = cohort(count, np.random.default_rng([seed, count]))
    with progress() as bar:
        each = bar.track(people, description="Playing")
        runs = [play(scenario, who.learner, seed, person=person) for person in each]
    if json:
        rows = [
            {
                "person": run.person,
                "score": run.score.total,
                "outcome": run.outcome,
                "lowest_mean_mmhg": _lowest(run),
                "digest": run.digest,
            }
            for run in runs
        ]
        output().print(msgspec.json.encode(rows).decode())
        return
    table = Table("Patient", "Diseases", "Score", "Lowest MAP", "Outcome", box=None, pad_edge=False)
    table.columns[2].justify = table.columns[3].justify = "right"
    for run in runs:
        who_is = f"{run.person.sex}, {run.person.age_years:.0f} years, {run.person.weight_kg:.0f} kg"
        table.add_row(
            who_is, ", ".join(run.person.diseases), f"{run.score.total:.0f}", f"{_lowest(run):.0f}", run.outcome
        )
    output().print(table)
    scores = [run.score.total for run in runs]
    output().print(f"Score {np.mean(scores):.0f} on average, {min(scores):.0f} to {max(scores):.0f}.")


def _lowest(run: "Played") -> float:
    return min(vitals.mean_mmhg for vitals in run.timeline)
