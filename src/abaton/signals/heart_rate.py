"""Heart Rate Measurement (characteristic 2A37) of the Bluetooth Heart Rate service, byte for byte.

Source: Bluetooth SIG, GATT Specification Supplement, 'Heart Rate Measurement'. Fields of more than one byte are
little-endian and follow the flags in the order of the flags' bits.
"""

from collections import deque

import msgspec

HEART_RATE_SERVICE = 0x180D
HEART_RATE_MEASUREMENT = 0x2A37

RR_TICKS_PER_S = 1024
"""RR intervals are counted in 1/1024 s."""

_RATE_IS_16_BIT = 0b0000_0001
_CONTACT_DETECTED = 0b0000_0010
_CONTACT_SUPPORTED = 0b0000_0100
_HAS_ENERGY = 0b0000_1000
_HAS_RR = 0b0001_0000


class MalformedMeasurement(ValueError):
    """A notification that is not a Heart Rate Measurement; drop it and keep the connection."""


class HeartRateMeasurement(msgspec.Struct, frozen=True):
    """One notification of a strap.

    `rate_bpm` is beats a minute, 0 where the strap has none. `contact` is None where the strap cannot tell.
    `energy_kj` is the energy spent since it was last reset, `rr_s` the times between beats, oldest first.
    """

    rate_bpm: int
    contact: bool | None = None
    energy_kj: int | None = None
    rr_s: tuple[float, ...] = ()


def parse_heart_rate(frame: bytes) -> HeartRateMeasurement:
    """Read one notification.

    Raises:
        MalformedMeasurement: The frame ends before a field that its flags announce, or goes on after them.
    """
    if not frame:
        raise MalformedMeasurement("got an empty heart rate frame, expected at least 2 bytes; skip it")
    flags, at = frame[0], 1

    def take(size: int, field: str) -> int:
        nonlocal at
        if at + size > len(frame):
            raise MalformedMeasurement(
                f"got a heart rate frame of {len(frame)} bytes ({frame.hex()}), "
                f"expected {field} in bytes {at} to {at + size - 1} as its flags say; skip it"
            )
        value = int.from_bytes(frame[at : at + size], "little")
        at += size
        return value

    rate_bpm = take(2 if flags & _RATE_IS_16_BIT else 1, "the heart rate")
    contact = bool(flags & _CONTACT_DETECTED) if flags & _CONTACT_SUPPORTED else None
    energy_kj = take(2, "the energy spent") if flags & _HAS_ENERGY else None
    intervals: list[float] = []
    while flags & _HAS_RR and at < len(frame):
        intervals.append(take(2, "an RR interval") / RR_TICKS_PER_S)
    if at < len(frame):
        raise MalformedMeasurement(
            f"got a heart rate frame of {len(frame)} bytes ({frame.hex()}), "
            f"expected {at} bytes as its flags say; skip it"
        )
    return HeartRateMeasurement(rate_bpm, contact, energy_kj, tuple(intervals))


class SynthesisedIntervals:
    """Notices a strap whose RR intervals are only 60 s divided by its heart rate.

    Such intervals carry no heart rate variability, and whatever is computed from them is worthless. A real
    heart strays from its mean by many milliseconds at every breath, so `enough` intervals in a row, all within
    one tick of 60 s over the rate beside them, are taken as computed. A strap that divides a rate it has not
    rounded first cannot be told from a very even heart and is not noticed.
    """

    def __init__(self, enough: int = 20) -> None:
        self._computed: deque[bool] = deque(maxlen=enough)

    def add(self, measurement: HeartRateMeasurement) -> None:
        """Look at one more measurement; one without rate or intervals says nothing."""
        if measurement.rate_bpm == 0:
            return
        expected_s = 60 / measurement.rate_bpm
        self._computed.extend(abs(rr - expected_s) <= 1 / RR_TICKS_PER_S for rr in measurement.rr_s)

    @property
    def suspected(self) -> bool:
        """Whether the last `enough` intervals all look computed."""
        return len(self._computed) == self._computed.maxlen and all(self._computed)
