"""Which of a scan's segmentations is meant by the name of a label."""

from collections.abc import Sequence

from abaton.core.errors import Problem
from abaton.imaging.store import ScanRecord, Scans
from abaton.imaging.volume import Segmentation


def segmentation_with(scans: Scans, record: ScanRecord, name: str, number: int | None) -> Segmentation:
    """The segmentation that holds a label.

    Args:
        scans: Where the scan is kept.
        record: The scan.
        name: Of the label.
        number: Of the segmentation; None where the name alone should tell.

    Raises:
        Problem: No segmentation holds the label, or several do and no number was given.
    """
    holding = [one for one in record.segmentations if name in one.names.values() and number in (None, one.number)]
    if len(holding) == 1:
        return scans.segmentation(record.id, holding[0].number)
    if not holding:
        known = _all_names([tuple(one.names.values()) for one in record.segmentations])
        raise Problem(
            "label_not_found",
            got=f"no label {name!r}" + (f" in segmentation {number}" if number is not None else ""),
            expected=f"one of {known}" if known else "a scan with labels; this one has none",
            next_step="See the labels with `abaton scan list`, or import some.",
            kind="not_found",
        )
    raise Problem(
        "label_ambiguous",
        got=f"{len(holding)} segmentations with a label {name!r}",
        expected="one",
        next_step=f"Say which with --segmentation {' or '.join(str(one.number) for one in holding)}.",
    )


def _all_names(names: Sequence[tuple[str, ...]]) -> str:
    return ", ".join(sorted({name for some in names for name in some}))
