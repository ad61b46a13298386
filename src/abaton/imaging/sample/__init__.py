"""A scan that comes with the package: a head, T1-weighted, without its face."""

from abaton.imaging.sample.reading import read_sample

__all__ = ["read_sample"]
