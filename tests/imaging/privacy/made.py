"""Headers of a made-up patient who is named everywhere."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
from pydicom import DataElement, Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.sequence import Sequence

NAME = "Papadopoulos-Smith^Eleni Maria"
PATIENT_ID = "HOSP-00471"
UID = "1.3.12.2.1107.5.2.30.19450312"


def header(number: int = 1) -> Dataset:
    """One CT slice; `number` is its place."""
    made = Dataset()
    made.SpecificCharacterSet = "ISO_IR 192"
    made.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    made.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    made.SOPInstanceUID = f"{UID}.3.{number}"
    made.StudyInstanceUID = f"{UID}.1"
    made.SeriesInstanceUID = f"{UID}.2"
    made.FrameOfReferenceUID = f"{UID}.4"
    made.StudyDate = "20210704"
    made.SeriesDate = "20210705"
    made.AcquisitionDateTime = "20210704123456.5"
    made.StudyTime = "123456"
    made.AccessionNumber = "ACC/778899"
    made.Modality = "CT"
    made.Manufacturer = "SIEMENS"
    made.InstitutionName = "Hippokrates General"
    made.InstitutionAddress = "Odos Asklipiou 7, Kos"
    made.ReferringPhysicianName = "Asklepiades^Ion"
    made.StationName = "CTWARD3"
    made.StudyDescription = "CT Thorax Papadopoulos 12.03.1945"
    made.SeriesDescription = "Abdomen portal venous 3.0 Hippokrates"
    made.OperatorsName = "Gina^Orsini"
    made.PatientName = NAME
    made.PatientID = PATIENT_ID
    made.PatientBirthDate = "19450312"
    made.PatientSex = "F"
    made.PatientAge = "096Y"
    made.PatientWeight = "61.5"
    made.PatientComments = "Lives next to Eleni's sister"
    made.DeviceSerialNumber = "SN-445566"
    made.InstanceNumber = number
    made.ImagePositionPatient = [-1.5, 2.25, 3.0 * number]
    made.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    made.PixelSpacing = [0.6666666666666666, 0.6666666666666666]
    made.SliceThickness = "3"
    made.Rows = 64
    made.Columns = 64
    made.RescaleSlope = 1
    made.RescaleIntercept = -1024
    made.RescaleType = "HU"
    made.ImageComments = NAME
    block = made.private_block(0x0019, "SECRET CORP", create=True)
    block.add_new(0x10, "LO", NAME)
    made.add(DataElement(0x60000010, "US", 64))
    made.add(DataElement(0x60003000, "OW", b"\1" * 16))
    made.add(DataElement(0x50000005, "US", 1))
    study = Dataset()
    study.ReferencedSOPClassUID = "1.2.840.10008.3.1.2.3.1"
    study.ReferencedSOPInstanceUID = f"{UID}.5"
    made.ReferencedStudySequence = Sequence([study])
    image = Dataset()
    image.ReferencedSOPClassUID = made.SOPClassUID
    image.ReferencedSOPInstanceUID = f"{UID}.3.{number + 1}"
    image.PatientName = NAME
    hidden = Dataset()
    hidden.CodeValue = "121320"
    hidden.CodingSchemeDesignator = "DCM"
    hidden.CodeMeaning = f"Uncompressed {NAME}"
    hidden.OperatorsName = "Gina^Orsini"
    image.PurposeOfReferenceCodeSequence = Sequence([hidden])
    made.SourceImageSequence = Sequence([image])
    return made


def with_meta(made: Dataset) -> Dataset:
    """The same header with what a file says of itself."""
    meta: Any = FileMetaDataset()
    meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    meta.MediaStorageSOPClassUID = made.SOPClassUID
    meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.file_meta = meta
    return made


def encoded(made: Dataset) -> bytes:
    """A file of this header."""
    library: Any = pydicom
    file = BytesIO()
    library.dcmwrite(file, with_meta(made), enforce_file_format=True)
    return file.getvalue()


def decoded(path: Path) -> Dataset:
    """What a file holds, without pixels."""
    library: Any = pydicom
    return library.dcmread(path, stop_before_pixels=True, force=True)
