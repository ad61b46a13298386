"""Abaton: the open, self-hosted platform for virtual reality in healthcare."""
