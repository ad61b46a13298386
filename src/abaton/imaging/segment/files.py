"""Files that are written whole or not at all."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written(path: Path) -> Generator[Path]:
    """A path beside the wanted one, which takes its place when all went well and is removed otherwise."""
    beside = path.with_name(f".{path.name}.writing")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
