from typing import Any

import pytest
from pydicom import DataElement, Dataset
from pydicom.sequence import Sequence

from abaton.imaging.privacy import UidMap, collect, deidentify, search, search_text
from tests.imaging.privacy.made import NAME, UID, header

KNOWN = collect([header()])
PLANTED = [
    (0x0008103E, "LO", "Abdomen Papadopoulos"),
    (0x0008103E, "LO", "abdomen PAPA-DOPOULOS"),
    (0x0008103E, "LO", "p.a.p.a.d.o.p.o.u.l.o.s"),
    (0x0008103E, "LO", "Eléni"),
    (0x0008103E, "LO", "hosp 00471"),
    (0x0008103E, "LO", "ACC-77-88-99"),
    (0x0008103E, "LO", "seen 12/03/1945"),
    (0x0008103E, "LO", "seen 1945-03-12"),
    (0x0008103E, "LO", "seen 12 Mar 1945"),
    (0x0008103E, "LO", "seen March 12, 1945".replace("March", "Mar")),
    (0x0008103E, "LO", "done 04.07.2021"),
    (0x0008103E, "LO", "Hippokrates General"),
    (0x0008103E, "LO", f"see {UID}.3.1"),
    (0x00081090, "LO", "CTWARD3"),
    (0x00180015, "CS", "ELENI"),
    (0x00204000, "LT", "her doctor is Asklepiades"),
    (0x00080018, "UI", f"{UID}.3.1"),
    (0x00080018, "UI", "1.2.276.0.7230010.3"),
    (0x00100010, "PN", "Anyone^Else"),
    (0x00190010, "LO", "SECRET CORP"),
    (0x00191010, "UN", b"\1\2"),
    (0x60003000, "OW", b"\1\2"),
    (0x50000005, "US", 1),
    (0x00420011, "OB", b"%PDF"),
    (0x00080021, "DA", "20210705"),
]


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("tag", "vr", "value"), PLANTED)
@pytest.mark.parametrize("nested", [False, True])
def test_whatever_is_put_back_is_found(tag: int, vr: str, value: Any, nested: bool):
    (clean,), _ = deidentify([header()], UidMap(b"0123456789abcdef"))
    assert search(clean, KNOWN) == ()
    place = clean
    if nested:
        place = Dataset()
        clean.DerivationImageSequence = Sequence([place])
    place.add(DataElement(tag, vr, value))
    findings = search([clean], KNOWN)
    assert [finding.number for finding in findings] == [tag]
    assert vr == "US" or all(str(value) not in str(finding) for finding in findings)


def test_the_original_is_full_of_findings():
    whys = {finding.why for finding in search(header(), KNOWN)}
    assert {"an identifier of the original", "a UID of the original", "a person's name", "a private attribute"} <= whys


def test_numbers_of_geometry_are_no_dates():
    grid = Dataset()
    grid.PixelSpacing = [0.19450312, 0.19450312]
    grid.ImagePositionPatient = [-19450312.0, 0, 0]
    assert search(grid, KNOWN) == ()


def test_short_names_are_only_found_as_words():
    source = Dataset()
    source.PatientName = "Li^Bo"
    known = collect([source])
    told = Dataset()
    told.SeriesDescription = "Liver bone"
    assert search(told, known) == ()
    told.SeriesDescription = "Liver of Li"
    assert search(told, known) != ()


def test_names_in_other_scripts_are_found():
    source = Dataset()
    source.SpecificCharacterSet = "ISO_IR 192"
    source.PatientName = "Yamada^Tarou=山田^太郎=やまだ^たろう"
    known = collect([source])
    assert search_text("検査 山田太郎 様", known)
    assert search_text("report on yamada", known)
    assert not search_text("T1 axial", known)


def test_text_of_a_nifti_header_is_searched_alike():
    assert search_text(f"db:{NAME}", KNOWN)
    assert search_text(f"from {UID}.3.1", KNOWN)
    assert not search_text("FSL5.0", KNOWN)
