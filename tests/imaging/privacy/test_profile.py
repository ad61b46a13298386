import pytest
from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword

from abaton.imaging.privacy.profile import BASIC, Options, action, describe, kept, table, words

ROWS = [row for row in table() if row.tag.isalnum() and "x" not in row.tag]


def test_every_row_is_an_attribute_of_the_standard():
    assert len(ROWS) > 600
    assert len({row.tag for row in ROWS}) == len(ROWS)
    assert all(keyword_for_tag(int(row.tag, 16)) == row.keyword for row in ROWS)


def test_everything_kept_is_an_attribute_of_the_standard_and_said_once():
    assert len(kept()) > 200
    assert all(keyword_for_tag(tag) for tag in kept())


def test_abaton_is_never_laxer_than_the_basic_profile():
    allowed: dict[str, set[str]] = {
        "keep": set(),
        "uid": {"U"},
        "items": {"X/Z/U*"},
        "empty": {"Z", "Z/D", "X/Z"},
        "pseudonym": {"Z/D"},
        "remove": {row.action for row in ROWS},
    }
    wrong = [
        row.keyword
        for row in ROWS
        for how in [action(int(row.tag, 16), BASIC)]
        if not (row.action in allowed.get(how, set()) or (how == "clean" and "descriptors" in row.options))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("option", "name"),
    [("modified_dates", "dates"), ("patient_characteristics", "patient"), ("device_identity", "device")],
)
def test_an_option_changes_only_what_the_standard_lets_it(option: str, name: str):
    options = Options(**{option: True})
    changed = [row for row in ROWS if action(int(row.tag, 16), options) != action(int(row.tag, 16), BASIC)]
    assert changed
    assert all(name in row.options for row in changed)
    assert not any(dictionary_VR(int(row.tag, 16)) in ("UI", "SQ") for row in changed)


def test_no_date_is_ever_kept_as_it_is():
    everything = Options(modified_dates=True, patient_characteristics=True, device_identity=True)
    dates = [int(row.tag, 16) for row in ROWS if dictionary_VR(int(row.tag, 16)) in ("DA", "DT")]
    assert len(dates) > 80
    assert all(action(tag, options) != "keep" for tag in dates for options in (BASIC, everything))


def test_the_birth_date_does_not_move_but_goes():
    options = Options(modified_dates=True)
    assert action(int(tag_for_keyword("PatientBirthDate") or 0), options) == "empty"


def test_what_the_profile_does_not_know_is_removed_too():
    assert action(0x00181020, BASIC) == "remove"
    assert action(0x00091001, BASIC) == "remove"


def test_words_are_written_as_they_are_looked_up():
    assert len(words()) > 500
    assert all(word == word.casefold() and word.isascii() for word in words())
    assert not any(word.isdigit() for word in words())


def test_the_profile_and_its_options_are_named():
    assert describe(Options(descriptors=False)) == "PS3.15 Annex E basic profile"
    assert "device identity" in describe(Options(device_identity=True))
