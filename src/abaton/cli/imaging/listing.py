"""`abaton scan list`: what is stored."""

from rich.table import Table

from abaton.cli.options import Data, settings_of
from abaton.cli.screen import errors, output


def list_scans(data: Data = None) -> None:
    """List the scans: what each is, how large, whether it may be measured, and its labels."""
    from abaton.imaging import words
    from abaton.imaging.store import Scans

    scans = Scans(settings_of(data=data).data / "scans")
    records = scans.records()
    table = Table("Scan", "Series", "Size", "Spacing", "Geometry", "Labels", "Imported", box=None, pad_edge=False)
    for record in records:
        table.add_row(
            words.short_id(record, records),
            f"{record.modality} {record.description}".strip(),
            words.size_text(record).removesuffix(" voxels"),
            words.spacing_text(record),
            "certified" if record.certificate.certified else "not certified",
            "\n".join(words.labels_text(one) for one in record.segmentations),
            record.imported_at,
        )
    if records:
        output().print(table)
    else:
        errors().print("No scans yet. Bring one in with `abaton import scan PATH`, or `abaton import scan --sample`.")
    for scan_id in scans.damaged():
        errors().print(f"Scan {scan_id} is damaged: put its folder back from a copy, or remove it and import it again.")
