"""What commands and pages say of a scan, in the same words."""

from collections.abc import Sequence

from abaton.imaging.certificate import TOLERANCE_MM, GeometryCertificate
from abaton.imaging.privacy.report import PrivacyReport
from abaton.imaging.store import ScanRecord, SegmentationRecord

SHORT = 8
"""Characters of an id that are enough among a few thousand scans."""

_TOWARDS = {"R": "right", "L": "left", "A": "front", "P": "back", "I": "feet", "S": "head"}
_NAMES_SHOWN = 6


def short_id(record: ScanRecord, others: Sequence[ScanRecord] = ()) -> str:
    """The beginning of an id that no other has; eight characters at least."""
    length = SHORT
    while length < len(record.id) and sum(other.id.startswith(record.id[:length]) for other in others) > 1:
        length += 1
    return record.id[:length]


def title(record: ScanRecord) -> str:
    """Modality and description, without saying the same twice."""
    description = record.description.strip()
    if record.modality == "OT":
        return description or "Scan"
    if description.lower().startswith(record.modality.lower()):
        return f"{record.modality}{description[len(record.modality) :]}"
    return f"{record.modality} {description}".strip()


def size_text(record: ScanRecord) -> str:
    """Voxels along each axis, columns first as people write it."""
    slices, rows, columns = record.grid.shape
    return f"{columns} x {rows} x {slices} voxels"


def spacing_text(record: ScanRecord) -> str:
    """Distance between voxels along each axis, in the same order."""
    slices, rows, columns = record.grid.spacing_mm
    return f"{columns:.3f} x {rows:.3f} x {slices:.3f} mm"


def extent_text(record: ScanRecord) -> str:
    """How large the box of the scan is, in the same order."""
    extents = [count * mm for count, mm in zip(record.grid.shape, record.grid.spacing_mm, strict=True)]
    slices, rows, columns = extents
    return f"{columns:.0f} x {rows:.0f} x {slices:.0f} mm"


def orientation_text(record: ScanRecord) -> str:
    """Where the array's axes lead, such as `LPS: columns to the left, rows to the back, slices to the head`."""
    letters = record.certificate.orientation
    if len(letters) != 3 or any(letter not in _TOWARDS for letter in letters):
        return letters or "unknown"
    slices, rows, columns = (_TOWARDS[letter] for letter in letters)
    return f"{letters[::-1]}: columns towards {columns}, rows towards {rows}, slices towards {slices}"


def certificate_text(certificate: GeometryCertificate) -> str:
    """What the certificate says, in a sentence."""
    worst = max(certificate.slice_errors_mm, default=0.0)
    if certificate.evidence == "header":
        said = "by the header alone: the file holds no slice positions to compare it with"
        return f"certified {said}" if certificate.certified else f"not certified: {said}"
    if not certificate.certified:
        return f"NOT certified: slices lie up to {worst:.3f} mm from where the volume says; no measuring"
    if certificate.evidence == "resampled" and worst <= TOLERANCE_MM:
        return f"certified, then computed on another grid: slices lay within {_micro(worst)} of where they should"
    if certificate.evidence == "resampled":
        tilt = f", gantry tilt {certificate.tilt_deg:.1f} degrees" if certificate.tilt_deg else ""
        return f"certified after resampling: slices lay up to {worst:.2f} mm off{tilt}"
    return (
        f"certified: {len(certificate.slice_errors_mm)} slices within {_micro(certificate.error_mm)} of their recorded "
        f"positions (tolerance {TOLERANCE_MM:g} mm)"
    )


def privacy_text(privacy: PrivacyReport) -> str:
    """What was removed, in a sentence."""
    searched = "a search of the result found no identifier" if privacy.verified else "NOT verified by a search"
    if not privacy.removed and not privacy.private_tags:
        return f"nothing had to be removed; {searched}"
    changed = sum(one.count for one in privacy.removed)
    values = f"{changed} value{'' if changed == 1 else 's'}"
    attributes = f"{len(privacy.removed)} attribute{'' if len(privacy.removed) == 1 else 's'}"
    parts = [f"{values} of {attributes} removed or replaced"]
    if privacy.private_tags:
        parts.append(f"{privacy.private_tags} private one{'' if privacy.private_tags == 1 else 's'} dropped")
    return f"{', '.join(parts)}; {searched}"


def labels_text(segmentation: SegmentationRecord) -> str:
    """Who labelled what, in a line."""
    names = [segmentation.names[value] for value in segmentation.voxels if value in segmentation.names]
    shown = ", ".join(names[:_NAMES_SHOWN])
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"{segmentation.number}: {segmentation.made_by} ({shown}{more})"


def _micro(error_mm: float) -> str:
    return f"{error_mm:.4f} mm" if error_mm >= 0.00005 else "0.0001 mm"
