"""A thermometer that follows the core late."""

import math

import msgspec

from abaton.core.errors import Problem

SITES = {"oesophagus": 30.0, "bladder": 240.0, "rectum": 600.0}
"""Time constants, s. The oesophagus is nearest to the heart, the rectum lags by many minutes; stylised."""


class Temperature(msgspec.Struct, frozen=True):
    """A probe.

    Attributes:
        site: Where it lies.
        value_c: What it reads; None until it was first sampled.
        connected: Whether it is.
    """

    site: str = "oesophagus"
    value_c: float | None = None
    connected: bool = True


def thermometer(site: str = "oesophagus") -> Temperature:
    """A probe.

    Raises:
        Problem: No such site.
    """
    if site not in SITES:
        raise Problem("temperature_site", repr(site), f"one of {', '.join(SITES)}", "Choose one of these.")
    return Temperature(site)


def warmed(probe: Temperature, core_c: float, seconds: float = 1.0) -> Temperature:
    """The probe a little later."""
    if probe.value_c is None:
        return msgspec.structs.replace(probe, value_c=core_c)
    share = 1.0 - math.exp(-seconds / SITES[probe.site])
    return msgspec.structs.replace(probe, value_c=probe.value_c + share * (core_c - probe.value_c))
