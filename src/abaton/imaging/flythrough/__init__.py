"""Flights through hollow organs: centreline, camera path, and what of the wall is seen. Not for primary diagnosis."""
