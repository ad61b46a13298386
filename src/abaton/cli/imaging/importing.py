"""`abaton import scan`: from files to certified, de-identified, stored scans."""

from pathlib import Path
from typing import Annotated

import typer

from abaton.cli.options import Data, settings_of

ScanPath = Annotated[Path, typer.Argument(metavar="PATH", help="A folder, a zip, a DICOM or a NIfTI file.")]


def import_scan(path: ScanPath, data: Data = None) -> None:
    """Read, check, de-identify and store scans."""
    from abaton.imaging.store import Scans

    Scans(settings_of(data=data).data / "scans")
