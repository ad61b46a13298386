"""What label values mean, where the file of labels does not say: from a list by name, or from a file."""

from importlib import resources
from pathlib import Path

import msgspec

from abaton.core.errors import Problem
from abaton.imaging.volume import Segmentation

KNOWN = {"totalsegmentator": "totalsegmentator_v2.json", "brats": "brats.json"}
"""Lists that come with the package: the 117 classes of TotalSegmentator version 2, the three of the BraTS challenge."""

_LARGEST_FILE_BYTES = 1_000_000


def label_names(given: str) -> dict[int, str]:
    """Names by label value.

    Args:
        given: The name of a list that comes with the package, or a path: a JSON object such as `{"5": "liver"}`, or
            text with a value and a name on each line, as ITK-SNAP and others write it (`5 liver`).

    Raises:
        Problem: There is no such file, or it cannot be read.
    """
    if given.lower() in KNOWN:
        content = resources.files("abaton.imaging.content") / KNOWN[given.lower()]
        return msgspec.json.decode(content.read_bytes(), type=dict[int, str], strict=False)
    try:
        path = Path(given)
        if path.stat().st_size > _LARGEST_FILE_BYTES:
            raise _unreadable("a file of names of more than 1 MB")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable("a file of names that cannot be read") from error
    try:
        names = msgspec.json.decode(text, type=dict[int, str], strict=False) if "{" in text else _lines(text)
    except (msgspec.MsgspecError, ValueError) as error:
        raise _unreadable("a file of names in another form") from error
    if not names or min(names) < 0 or len(set(names.values())) < len(names):
        raise _unreadable("a file with no names, with values below 0 or with a name given twice")
    return names


def renamed(segmentation: Segmentation, names: dict[int, str]) -> Segmentation:
    """The segmentation with these names; values without one keep theirs."""
    return msgspec.structs.replace(
        segmentation, names={value: names.get(value, known) for value, known in segmentation.names.items()}
    )


def _lines(text: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for line in text.splitlines():
        words = line.split("#")[0].split(maxsplit=1)
        if words:
            value, name = words
            # ITK-SNAP puts colours and switches between the value and the quoted name.
            found[int(value)] = name.split('"')[1] if name.count('"') >= 2 else name.strip()
    return found


def _unreadable(got: str) -> Problem:
    return Problem(
        "label_names_unreadable",
        got=got,
        expected=f'one of {", ".join(KNOWN)}, a JSON file such as {{"5": "liver"}}, or lines such as `5 liver`',
        next_step="Correct the file or its path.",
    )
