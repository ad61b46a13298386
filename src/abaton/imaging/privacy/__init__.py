"""Removal of identifiers by DICOM PS3.15 Annex E, and the search that proves it."""
