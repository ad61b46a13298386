"""Experiences of the therapy department, each found by the entry point group `abaton.experiences`."""
