import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import DataElement, Dataset
from pydicom.filereader import read_dataset as library_read_dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.valuerep import DA

from abaton.imaging.privacy import Options, UidMap, collect, deidentify, search
from tests.imaging.privacy.made import NAME, PATIENT_ID, UID, decoded, header

read_dataset: Any = library_read_dataset
KEY = b"a key of an installation, secret"
UIDS = UidMap(KEY)
SECRETS = re.findall(
    r"\S+",
    """Papadopoulos Smith Eleni Maria Asklepiades Orsini Gina Hippokrates Asklipiou Kos CTWARD3 00471 778899 445566
    19450312 12031945 20210704 20210705 Lives sister SECRET 1.3.12.2.1107""",
)
ALL = Options(modified_dates=True, patient_characteristics=True, device_identity=True)


def everything(headers: tuple[Dataset, ...]) -> str:
    return json.dumps([one.to_json_dict() for one in headers], ensure_ascii=False)


def test_nothing_of_the_original_is_left_at_any_depth():
    clean, report = deidentify([header(1), header(2)], UIDS)
    text = everything(clean)
    left = [secret for secret in SECRETS if secret.lower() in text.lower().replace("original", "")]
    assert left == []
    assert report.verified
    assert not any(element.tag.is_private for one in clean for element in one.iterall())
    assert {int(element.tag) >> 24 for one in clean for element in one.iterall()} & {0x50, 0x60} == set()


def test_the_original_stays_as_it_is():
    original = header()
    before = everything((original,))
    deidentify([original], UIDS)
    assert everything((original,)) == before


def test_what_measuring_needs_stays_to_the_last_digit():
    (clean,), _ = deidentify([header()], UIDS)
    assert clean.PixelSpacing == [0.6666666666666666] * 2
    assert clean.ImagePositionPatient == [-1.5, 2.25, 3.0]
    assert clean.ImageOrientationPatient == [1, 0, 0, 0, 1, 0]
    assert (clean.Rows, clean.RescaleIntercept, clean.RescaleType, clean.Modality) == (64, -1024, "HU", "CT")
    assert list(clean.ImageType) == ["ORIGINAL", "PRIMARY", "AXIAL"]


def test_descriptions_keep_the_words_of_imaging():
    (clean,), _ = deidentify([header()], UIDS)
    assert clean.SeriesDescription == "Abdomen portal venous 3.0"
    assert clean.StudyDescription == "CT Thorax"
    assert clean.SourceImageSequence[0].PurposeOfReferenceCodeSequence[0].CodeMeaning is None


def test_uids_are_new_keyed_and_agree_between_slices_and_references():
    (first, second), _ = deidentify([header(1), header(2)], UIDS)
    assert first.SOPClassUID == header().SOPClassUID
    assert first.StudyInstanceUID == second.StudyInstanceUID
    assert first.SourceImageSequence[0].ReferencedSOPInstanceUID == second.SOPInstanceUID
    assert re.fullmatch(r"2\.25\.\d{1,39}", first.SOPInstanceUID)
    (other,), _ = deidentify([header(1)], UidMap(KEY[::-1]))
    assert other.StudyInstanceUID != first.StudyInstanceUID


def test_the_result_says_how_it_was_made():
    (clean,), report = deidentify([header()], UIDS, ALL)
    codes = [code.CodeValue for code in clean.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113105", "113107", "113108", "113109"]
    assert clean.PatientIdentityRemoved == "YES"
    assert clean.LongitudinalTemporalInformationModified == "MODIFIED"
    assert "modified dates" in report.profile
    (clean,), _ = deidentify([header()], UIDS)
    assert [code.CodeValue for code in clean.DeidentificationMethodCodeSequence] == ["113100", "113105"]
    assert clean.LongitudinalTemporalInformationModified == "REMOVED"


def test_an_object_can_be_made_from_it():
    (clean,), _ = deidentify([header()], UIDS)
    needed = (
        "PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime AccessionNumber ReferringPhysicianName"
    )
    assert all(name in clean for name in needed.split())
    assert clean.PatientID.startswith("P-")
    assert not clean.PatientName


def test_dates_move_together_and_by_a_keyed_number_of_days():
    (clean,), report = deidentify([header()], UIDS, Options(modified_dates=True))
    study, series = (DA(clean[name].value) for name in ("StudyDate", "SeriesDate"))
    assert study is not None
    assert series is not None
    assert (series - study).days == 1
    assert study.year < 2021
    assert clean.AcquisitionDateTime == f"{study:%Y%m%d}123456.5"
    assert clean.StudyTime == "123456"
    assert not clean.PatientBirthDate
    assert report.verified


def test_two_patients_dates_do_not_move_alike():
    moved = {UIDS.shift_days(f"patient {number}") for number in range(200)}
    assert len(moved) > 150
    assert all(-4000 < days <= -400 for days in moved)


def test_characteristics_stay_when_asked_and_great_age_is_nobodys():
    (clean,), _ = deidentify([header()], UIDS, Options(patient_characteristics=True))
    assert (clean.PatientSex, clean.PatientAge, clean.PatientWeight) == ("F", "090Y", 61.5)
    (clean,), _ = deidentify([header()], UIDS)
    assert "PatientAge" not in clean


def test_the_device_stays_only_when_asked():
    (clean,), report = deidentify([header()], UIDS, Options(device_identity=True))
    assert (clean.StationName, clean.DeviceSerialNumber) == ("CTWARD3", "SN-445566")
    assert report.verified
    (clean,), _ = deidentify([header()], UIDS)
    assert "DeviceSerialNumber" not in clean


def test_descriptions_go_when_not_asked_for():
    (clean,), report = deidentify([header()], UIDS, Options(descriptors=False))
    assert not clean.SeriesDescription
    assert "descriptors" not in report.profile


def test_the_report_names_attributes_and_never_values():
    _, report = deidentify([header(1), header(2)], UIDS)
    done = {(removed.tag, removed.action): removed for removed in report.removed}
    assert done["(0010,0010)", "emptied"].count == 2
    assert done["(0010,0010)", "emptied"].name == "Patient's Name"
    assert done["(0010,0010)", "removed"].count == 2
    assert {"(0020,000D)", "(0008,103E)", "(0008,0080)"} <= {tag for tag, _ in done}
    assert {action for _, action in done} == {"removed", "emptied", "replaced", "cleaned", "new UID"}
    assert report.private_tags == 4
    assert not any(secret in str(report) for secret in SECRETS)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "description", [NAME, "eleni", "PAPADOPOULOS_SMITH", "p.a.p.a.d.o.p.o.u.l.o.s", PATIENT_ID, "HOSP00471"]
)
def test_a_name_in_a_code_word_does_not_stay(description: str):
    hostile = header()
    hostile.add(DataElement(0x00180022, "CS", description.upper()[:16]))
    hostile.BodyPartExamined = description.upper()[:16]
    (clean,), report = deidentify([hostile], UIDS)
    assert not clean.get("ScanOptions")
    assert not clean.get("BodyPartExamined")
    assert report.verified


def test_words_of_imaging_survive_a_patient_whose_name_is_in_them():
    short = header()
    short.PatientName = "Mary^Li"
    short.OperatorsName = "Gina^Axe"
    short.SeriesDescription = "Liver primary axial"
    (clean,), report = deidentify([short], UIDS)
    assert list(clean.ImageType) == ["ORIGINAL", "PRIMARY", "AXIAL"]
    assert clean.SeriesDescription == "Liver primary axial"
    assert report.verified


def test_a_patient_called_head_is_not_found_in_the_description():
    named = header()
    named.PatientName = "Head^Brian"
    named.SeriesDescription = "Head T1 axial"
    (clean,), _ = deidentify([named], UIDS)
    assert clean.SeriesDescription == "T1 axial"


def test_a_value_of_another_kind_than_the_standards_is_dropped():
    liar = header()
    del liar.Rows
    liar.add(DataElement(Tag(0x0028, 0x0010), "LO", NAME))
    liar.add(DataElement(Tag(0x0018, 0x0088), "UT", NAME * 10))
    (clean,), report = deidentify([liar], UIDS)
    assert "Rows" not in clean
    assert "SpacingBetweenSlices" not in clean
    assert report.verified


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "charset", ["ISO_IR 100", "ISO_IR 192", "ISO 2022 IR 87", "GB18030", "no such set", "\\ISO 2022 IR 149"]
)
@pytest.mark.parametrize(
    "raw", ["Müller^Jürgen".encode("latin-1"), "山田^太郎".encode(), b"\xff\xfe^\x1b$B", b"^" * 70]
)
def test_character_sets_that_lie_break_nothing(charset: str, raw: bytes):
    file = BytesIO()
    source = header()
    del source.SpecificCharacterSet
    body = b"".join(
        tag + vr + len(value).to_bytes(2, "little") + value
        for tag, vr, value in (
            (b"\x08\x00\x05\x00", b"CS", charset.encode() + b" " * (len(charset) % 2)),
            (b"\x08\x00\x3e\x10", b"LO", raw + b" " * (len(raw) % 2)),
            (b"\x10\x00\x10\x00", b"PN", raw + b" " * (len(raw) % 2)),
        )
    )
    file.write(body)
    file.seek(0)
    read = read_dataset(file, False, True)
    (clean,), report = deidentify([read], UIDS)
    assert report.verified
    assert not clean.PatientName
    assert not clean.get("SeriesDescription")


def test_sequences_nested_without_end_are_cut():
    deep = inner = Dataset()
    for _ in range(60):
        item = Dataset()
        item.PatientName = NAME
        inner.SourceImageSequence = Sequence([item])
        inner = item
    (clean,), report = deidentify([deep], UIDS)
    assert "Papadopoulos" not in everything((clean,))
    assert report.verified


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(
    st.lists(
        st.tuples(st.sampled_from(["PN", "LO", "SH", "CS", "DA", "ST", "UI", "DS"]), st.text(max_size=40)), max_size=8
    )
)
def test_no_text_of_any_attribute_ever_stays_beside_a_known_name(values: Any):
    hostile = header()
    tags = {"PN": 0x00081070, "LO": 0x00081030, "SH": 0x00181210, "CS": 0x00180015, "DA": 0x00080021, "ST": 0x00080081}
    for vr, text in values:
        hostile.add(DataElement(tags.get(vr, 0x00204000), vr if vr in tags else "LT", f"{text} {NAME}"))
    (clean,), report = deidentify([hostile], UIDS)
    assert report.verified
    assert "papadopoulos" not in everything((clean,)).lower()


def test_no_headers_make_no_report_of_anything():
    clean, report = deidentify([], UIDS)
    assert (clean, report.removed, report.private_tags, report.verified) == ((), (), 0, True)


@pytest.mark.parametrize(
    "series", ["siemens/anatomical/001", "ge/anatomical/001_implicit", "siemens_multiframe/anatomical/001"]
)
def test_real_headers_name_nobody_and_keep_their_geometry(series: str):
    folder = Path(__file__).parents[4] / "shared/data/imaging/conformance" / series
    if not folder.is_dir():
        pytest.skip("the shared recordings are not beside this checkout")
    originals = [decoded(path) for path in sorted(folder.glob("*"))]
    clean, report = deidentify(originals, UIDS)
    assert report.verified
    assert report.private_tags > 0
    for before, after in zip(originals, clean, strict=True):
        assert search(after, collect([before])) == ()
        for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows"):
            assert after.get(name) == before.get(name)
        if "PerFrameFunctionalGroupsSequence" in before:
            frames = zip(before.PerFrameFunctionalGroupsSequence, after.PerFrameFunctionalGroupsSequence, strict=True)
            assert all(
                old.PlanePositionSequence[0].ImagePositionPatient == new.PlanePositionSequence[0].ImagePositionPatient
                for old, new in frames
            )


def test_the_made_patient_is_named_where_the_test_thinks():
    known = collect([header()])
    assert {"papadopoulos", "eleni", "hosp00471", "hippokrates", "ctward3"} <= known.texts
    assert {"19450312", "12031945", "20210704"} <= known.dates
    assert f"{UID}.1" in known.uids
