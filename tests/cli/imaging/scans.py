"""A store with one made scan: a CT of a bent tube, with DICOM headers."""

from pathlib import Path

import numpy as np
from pydicom import Dataset
from pydicom.uid import CTImageStorage

from abaton.imaging.importing.found import ImportedSeries
from abaton.imaging.privacy.report import PrivacyReport
from abaton.imaging.store import ScanRecord, Scans
from abaton.imaging.volume import Segmentation, Volume
from tests.imaging.flythrough.tubes import arc, tube
from tests.imaging.measure.phantoms import BAD, GOOD

PRIVATE = PrivacyReport("PS3.15 Annex E basic profile", (), 0, (), True)


def headers_of(slices: int, rows: int, columns: int) -> tuple[Dataset, ...]:
    found: list[Dataset] = []
    for place in range(slices):
        one = Dataset()
        one.SOPClassUID, one.SOPInstanceUID = CTImageStorage, f"1.2.3.9.{place + 1}"
        one.StudyInstanceUID, one.SeriesInstanceUID, one.FrameOfReferenceUID = "1.2.3.7", "1.2.3.8", "1.2.3.6"
        one.Modality, one.PatientID, one.PatientName, one.Rows, one.Columns = "CT", "", "", rows, columns
        found.append(one)
    return tuple(found)


def store_a_tube(data: Path, *, dicom: bool = True, certified: bool = True) -> ScanRecord:
    """Radius 10 mm around half a circle of 40 mm; the label `colon` holds it."""
    mask, grid = tube(arc(40, 180), 10.0)
    voxels = np.where(mask, -950, 40).astype(np.int16)
    volume = Volume(voxels, grid, GOOD if certified else BAD, modality="CT", unit="HU", description="made tube")
    labels = Segmentation(mask.astype(np.uint16), grid, {1: "colon"}, "a test")
    headers = headers_of(*grid.shape) if dicom else ()
    return Scans(data / "scans").add(ImportedSeries(volume, headers, PRIVATE, 1), [labels])
