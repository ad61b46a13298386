"""`abaton scan list`: what is stored."""

from rich.table import Table

from abaton.cli.options import Data, settings_of
from abaton.cli.screen import errors, output


def list_scans(data: Data = None) -> None:
    """List the scans: what each is, how large, whether it may be measured, and how often it was segmented."""
    from abaton.imaging import words
    from abaton.imaging.store import Scans

    scans = Scans(settings_of(data=data).data / "scans")
    records = scans.records()
    table = Table("Scan", "Series", "Voxels", "Spacing, mm", "Geometry", "Segm.", "Imported", box=None, pad_edge=False)
    for record in records:
        table.add_row(
            words.short_id(record, records),
            words.title(record),
            words.size_text(record).removesuffix(" voxels"),
            " x ".join(f"{mm:.2f}" for mm in reversed(record.grid.spacing_mm)),
            "certified" if record.certificate.certified else "not certified",
            str(len(record.segmentations)) if record.segmentations else "",
            record.imported_at[:10],
        )
    if records:
        output().print(table)
    else:
        errors().print("No scans yet. Bring one in with `abaton import scan PATH`, or `abaton import scan --sample`.")
    for scan_id in scans.damaged():
        errors().print(f"Scan {scan_id} is damaged: put its folder back from a copy, or remove it and import it again.")
