"""What commands write: results to standard output, progress and problems to standard error."""

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from abaton.core.errors import Problem


def output() -> Console:
    """Where results go."""
    return Console(highlight=False, soft_wrap=True, emoji=False, markup=False)


def errors() -> Console:
    """Where progress and problems go."""
    return Console(stderr=True, highlight=False, soft_wrap=True, emoji=False, markup=False)


def progress() -> Progress:
    """A bar for work that takes a while; it leaves nothing behind, and shows nothing where there is no terminal."""
    console = errors()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def show_problem(problem: Problem) -> None:
    """Tells what was met, what was expected and what to do."""
    console = errors()
    for label, text, style in (
        ("Got", problem.got, "bold"),
        ("Expected", problem.expected, ""),
        ("Do", problem.next_step, ""),
    ):
        console.print(Text.assemble((f"{label:9}", "dim"), (text, style)))
