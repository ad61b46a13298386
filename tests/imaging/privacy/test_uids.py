import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.imaging.privacy import UidMap
from abaton.imaging.privacy.uids import is_registered

UIDS = UidMap(b"0123456789abcdef")


@given(st.text(alphabet="0123456789.", min_size=1, max_size=64).filter(lambda uid: not is_registered(uid)))
def test_a_new_uid_is_valid_and_always_the_same(uid: str):
    new = UIDS.new(uid)
    assert new == UidMap(b"0123456789abcdef").new(uid)
    assert re.fullmatch(r"2\.25\.(0|[1-9]\d{0,38})", new)
    assert len(new) <= 64


def test_uids_of_the_standard_stay_and_no_others_under_its_root():
    assert UIDS.new("1.2.840.10008.1.2.1") == "1.2.840.10008.1.2.1"
    assert UIDS.new("1.2.840.10008.19450312").startswith("2.25.")


def test_padding_makes_no_other_uid():
    assert UIDS.new("1.2.3\0") == UIDS.new("1.2.3") == UIDS.new(" 1.2.3 ")


def test_a_uid_is_a_uuid_of_version_8():
    number = int(UIDS.new("1.2.3").removeprefix("2.25."))
    assert (number >> 76) & 0xF == 8
    assert (number >> 62) & 0x3 == 2


def test_uids_patients_and_days_do_not_give_each_other_away():
    assert UIDS.pseudonym("1.2.3") != UIDS.new("1.2.3")
    assert UIDS.pseudonym("") == ""
    assert UIDS.pseudonym("a") != UidMap(b"fedcba9876543210").pseudonym("a")


def test_a_short_key_is_refused():
    with pytest.raises(Problem) as refused:
        UidMap(b"short")
    assert refused.value.code == "privacy_key"
    assert "short" not in str(refused.value)
