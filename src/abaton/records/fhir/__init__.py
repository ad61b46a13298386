"""A session as FHIR R4."""

from abaton.records.fhir.bundle import bundle
from abaton.records.fhir.dossier import Dossier, dossier

__all__ = ["Dossier", "bundle", "dossier"]
