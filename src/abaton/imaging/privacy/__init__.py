"""Scans that name nobody: de-identification before anything is stored, and the search that proves it."""

from abaton.imaging.privacy.deidentify import deidentify
from abaton.imaging.privacy.identifiers import Identifiers, collect
from abaton.imaging.privacy.profile import Options
from abaton.imaging.privacy.report import PrivacyReport, Removed
from abaton.imaging.privacy.search import Finding, search, search_text
from abaton.imaging.privacy.uids import UidMap

__all__ = [
    "Finding",
    "Identifiers",
    "Options",
    "PrivacyReport",
    "Removed",
    "UidMap",
    "collect",
    "deidentify",
    "search",
    "search_text",
]
