"""Whether the scores of surgery's tasks tell a careful trainee from a clumsy one.

Each task is played by both scripted trainees over the same seeds. For each task:

- `TASK_careful_least`, `TASK_clumsy_most`: the worst score of careful and the best of clumsy hands.
- `TASK_gap`: the first less the second; above 0 there is no overlap.
- `TASK_run_s`: mean wall time of a run.
"""

import argparse
import time
from typing import Any

from abaton.surgery.tasks.catalogue import NAMES, run_task, task_of
from benchmarks import output


def main() -> None:
    """Plays, scores, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20, help="seeds for each trainee")
    parser.add_argument("--task", choices=NAMES, action="append", help="only this one; may be given again")
    output.add_arguments(parser)
    arguments = parser.parse_args()
    figures: dict[str, Any] = {"runs": arguments.runs}
    for name in arguments.task or NAMES:
        marks: dict[str, list[float]] = {"careful": [], "clumsy": []}
        begun = time.perf_counter()
        for skill, found in marks.items():
            for seed in range(arguments.seed, arguments.seed + arguments.runs):
                run, _ = run_task(task_of(name), skill, seed)
                found.append(run.score.total)
                output.progress(f"{name} {skill} {seed}: {run.score.total:.1f}")
        figures[f"{name}_careful_least"] = round(min(marks["careful"]), 1)
        figures[f"{name}_clumsy_most"] = round(max(marks["clumsy"]), 1)
        figures[f"{name}_gap"] = round(min(marks["careful"]) - max(marks["clumsy"]), 1)
        figures[f"{name}_run_s"] = round((time.perf_counter() - begun) / (2 * arguments.runs), 2)
    output.show("surgery_scores", figures, arguments)


if __name__ == "__main__":
    main()
