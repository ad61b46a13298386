"""What cannot be imported, said so that the reader knows what to do."""

from collections import Counter
from collections.abc import Iterable

from abaton.core.errors import Problem
from abaton.imaging.importing.found import Skipped


def skipped(problem: Problem, files: int) -> Skipped:
    """A problem as part of what was found."""
    return Skipped(problem.code, problem.got, problem.expected, problem.next_step, files)


def merged(parts: Iterable[Skipped]) -> tuple[Skipped, ...]:
    """Equal reasons told once, with the number of files that they concern."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for part in parts:
        counts[part.code, part.got, part.expected, part.next_step] += part.files
    return tuple(Skipped(*reason, files) for reason, files in counts.items())


def refuse(code: str, got: str, expected: str, next_step: str) -> Problem:
    """A refusal; `got` must hold neither a name nor a path."""
    return Problem(code, got, expected, next_step, "refused")


def truncated() -> Problem:
    """Fewer bytes than the header says."""
    return refuse(
        "truncated",
        got="a file that ends before its pixels do",
        expected="as many bytes as its header declares",
        next_step="Copy or export the file again; the copy was cut short.",
    )


def unreadable() -> Problem:
    """DICOM that no reader understands."""
    return refuse(
        "unreadable",
        got="a DICOM file whose header or pixels cannot be read",
        expected="a file that follows DICOM part 10",
        next_step="Export the series again, uncompressed if the archive offers it.",
    )


def too_large() -> Problem:
    """A header whose numbers do not fit the bytes behind it."""
    return refuse(
        "size_does_not_fit",
        got="a header that declares more voxels than the file can hold",
        expected="rows, columns and frames that fit the bytes of the pixel data",
        next_step="The file is damaged or was made to mislead; export the series again.",
    )
