"""How every benchmark prints: one JSON object, or a table for people; with the machine it ran on."""

import argparse
import os
import platform
import sys
from collections.abc import Mapping
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

_progress = Console(stderr=True)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that all benchmarks share."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--seed", type=int, default=1, help="of whatever is random")


def progress(text: str) -> None:
    """Says what is being done, where someone is watching; never on standard output."""
    if sys.stderr.isatty():
        _progress.print(f"[dim]{text}[/dim]")


def machine() -> dict[str, Any]:
    """What the figures were made on, and how busy it was with other things."""
    return {
        "cpus": os.cpu_count(),
        "cpu": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_average_1min": round(os.getloadavg()[0], 2),
    }


def show(name: str, figures: Mapping[str, Any], arguments: argparse.Namespace) -> None:
    """Print the figures and the machine."""
    if arguments.json:
        print(msgspec.json.encode({**figures, "machine": machine()}).decode())
        return
    table = Table("figure", "value", title=name)
    table.columns[1].justify = "right"
    for key, value in figures.items():
        table.add_row(key, str(value))
    console = Console()
    console.print(table)
    console.print(", ".join(f"{key} {value}" for key, value in machine().items()), style="dim")


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as file:  # noqa: PTH123 - not a file of ours
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()
