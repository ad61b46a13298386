"""De-identified headers as DICOM JSON (PS3.18 Annex F)."""

import gzip
import json
import warnings
from collections.abc import Sequence
from typing import Any

from pydicom import Dataset

_COMPRESSION = 6


def headers_to_json(headers: Sequence[Dataset]) -> bytes:
    """The headers as one JSON list, compressed; the same headers give the same bytes."""
    # Values that break their type's rules are common; what could not be written is left out, not guessed.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = [header.to_json_dict(suppress_invalid_tags=True) for header in headers]
    return gzip.compress(json.dumps(found, separators=(",", ":")).encode(), _COMPRESSION, mtime=0)


def headers_from_json(raw: bytes) -> tuple[Dataset, ...]:
    """The headers again.

    Raises:
        OSError: They were damaged.
        ValueError: Likewise.
    """
    found: list[dict[str, Any]] = json.loads(gzip.decompress(raw))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return tuple(Dataset.from_json(header) for header in found)
