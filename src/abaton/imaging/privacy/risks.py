"""What a header says of text that may be burned into the picture, and of faces that can be rebuilt from it."""

from collections.abc import Sequence

from pydicom import Dataset

from abaton.imaging.privacy.descriptors import plain
from abaton.imaging.privacy.identifiers import read

_PHOTOGRAPHED = frozenset(("US", "IVUS", "ES", "XC", "SC", "OT", "XA", "RF", "GM", "SM", "OP", "DOC"))
_CAPTURES = "1.2.840.10008.5.1.4.1.1.7"
_HEAD = frozenset(
    ("head", "brain", "skull", "face", "neuro", "cranium", "mprage", "headneck", "schaedel", "kopf", "tete")
)

BURNED_IN = "The header says that text is burned into the picture. Look at every slice before it is shown to others."
MAY_BE_BURNED_IN = (
    "Pictures of this kind often have a name or a date burned into them, and the header does not rule it out. "
    "Look at them before they are shown to others."
)
FACE = (
    "This may be a scan of the head: a face can be rebuilt from it. Remove the face before it leaves the clinic, "
    "and label it as a scan that can be recognised."
)


def header_warnings(headers: Sequence[Dataset]) -> tuple[str, ...]:
    """What a person should look at, judged by the original headers alone; each sentence once."""
    said: dict[str, None] = {}
    for header in headers:
        burned = _text(header, "BurnedInAnnotation")
        captured = (
            _text(header, "Modality").upper() in _PHOTOGRAPHED
            or _text(header, "SOPClassUID").startswith(_CAPTURES)
            or "ConversionType" in header
            or "screen" in plain(_text(header, "ImageType"))
        )
        if burned.upper() == "YES":
            said[BURNED_IN] = None
        elif captured and burned.upper() != "NO":
            said[MAY_BE_BURNED_IN] = None
        if _text(header, "RecognizableVisualFeatures").upper() != "NO" and _is_head(header):
            said[FACE] = None
    return tuple(said)


def _is_head(header: Dataset) -> bool:
    named = " ".join(_text(header, name) for name in ("BodyPartExamined", "SeriesDescription", "StudyDescription"))
    return not _HEAD.isdisjoint(plain(named).replace("_", " ").replace("-", " ").split())


def _text(header: Dataset, keyword: str) -> str:
    if keyword not in header:
        return ""
    element = read(header, keyword)
    return "" if element is None or element.value is None else str(element.value)
