"""What is told at the end of a scenario that was played live, and where it is written."""

from collections.abc import Callable
from pathlib import Path

from abaton.pages import write_page
from abaton.training.page import run_page
from abaton.training.recording import write_record
from abaton.training.scenario.learners import recorded
from abaton.training.scenario.playing import Played, play
from abaton.training.scenario.running import Run


def debriefing(to: Path, stamp: Callable[[], str], learner: str = "live") -> Callable[[Run], str]:
    """What tells score and items, and writes record and page.

    A run that was left before its end is played on without its learner, so that its record can be played again.

    Args:
        to: Folder.
        stamp: Says when the page was made.
        learner: Name of the learner, for the record.
    """

    def tell(run: Run) -> str:
        played = play(run.scenario, recorded(run.acts), run.seed, person=run.patient.person)
        stem = to / f"{run.scenario.meta.id}-{learner}-{run.seed}"
        record, page = stem.with_name(stem.name + ".mcap"), stem.with_name(stem.name + ".html")
        write_record(record, played, learner)
        write_page(page, run_page(played, learner, made_at=stamp()))
        lines = [summary(played)]
        if played.run.time_s > run.time_s:
            lines.append(
                f"You left after {run.time_s:.0f} s; it was played on without you to {played.run.time_s:.0f} s."
            )
        lines += [f"  {result.verdict:13}{result.text}" for result in played.score.results]
        return "\n".join([*lines, f"Record: {record}", f"Page: {page}"])

    return tell


def summary(played: Played) -> str:
    """The score in a sentence."""
    score = played.score
    failed = f", critical items failed: {', '.join(score.critical_failed)}" if score.critical_failed else ""
    passed = "passed" if score.passed else "not passed"
    return f"Score {score.total:.0f} of 100, {passed}{failed}. The patient: {played.outcome}."
