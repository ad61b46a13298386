from typing import Any

import pytest

from abaton.imaging.privacy.risks import BURNED_IN, FACE, MAY_BE_BURNED_IN, header_warnings
from tests.imaging.privacy.made import header


def with_(**values: Any):
    made = header()
    for name, value in values.items():
        setattr(made, name, value)
    return made


def test_a_plain_ct_of_the_abdomen_needs_no_warning():
    assert header_warnings([header()]) == ()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"BurnedInAnnotation": "YES"}, BURNED_IN),
        ({"Modality": "US"}, MAY_BE_BURNED_IN),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, MAY_BE_BURNED_IN),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7.4"}, MAY_BE_BURNED_IN),
        ({"ConversionType": "WSD"}, MAY_BE_BURNED_IN),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, MAY_BE_BURNED_IN),
        ({"BodyPartExamined": "HEAD"}, FACE),
        ({"SeriesDescription": "t1_mprage_sag"}, FACE),
    ],
)
def test_what_a_person_should_look_at_is_said_once(values: Any, said: str):
    assert header_warnings([with_(**values)] * 3) == (said,)


def test_a_header_that_rules_it_out_is_believed():
    assert header_warnings([with_(Modality="US", BurnedInAnnotation="NO")]) == ()
    assert header_warnings([with_(BodyPartExamined="HEAD", RecognizableVisualFeatures="NO")]) == ()
