"""What a haptic device must be able to do, whatever it is."""

from collections.abc import Iterable
from importlib import metadata
from typing import Any, Protocol, runtime_checkable

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem

Array = NDArray[np.float64]
GROUP = "abaton.haptic_devices"
PARTS = ("limits", "open", "read", "write", "close")


class Limits(msgspec.Struct, frozen=True):
    """What a device can bear, from its data sheet.

    Attributes:
        force_n: The largest force that it may be asked for.
        damping_n_s_m: Its own damping at the handle, with motors off; what keeps virtual walls passive (Colgate).
        mass_kg: Apparent mass at the handle.
    """

    force_n: float
    damping_n_s_m: float
    mass_kg: float


class Sample(msgspec.Struct, frozen=True, eq=False):
    """What a device says of itself.

    Attributes:
        position_m: (3,), of the handle, in the scene's axes.
        velocity_m_s: (3,).
        buttons: Bit n is set while button n is pressed.
        number: Grows with every new measurement; a number that stands still is a device that hangs.
    """

    position_m: Array
    velocity_m_s: Array
    buttons: int
    number: int


@runtime_checkable
class HapticDevice(Protocol):
    """A driver. `read` and `write` never wait; `write` and `close` may be called from a second thread."""

    limits: Limits

    def open(self) -> None:
        """Get hold of the device, with no force on it."""
        ...

    def read(self) -> Sample:
        """The newest measurement."""
        ...

    def write(self, force_n: Array) -> None:
        """The force on the hand from now on, (3,) N."""
        ...

    def close(self) -> None:
        """Force to zero, and let go of the device. May be called twice."""
        ...


def device_named(name: str, entry_points: Iterable[metadata.EntryPoint] | None = None) -> Any:
    """The driver class that an installed package announces under a name in `abaton.haptic_devices`.

    Args:
        name: As announced.
        entry_points: Those of this Python environment when None.

    Raises:
        Problem: Nobody announces it, or it is not a driver.
    """
    points = list(metadata.entry_points(group=GROUP) if entry_points is None else entry_points)
    for point in points:
        if point.name == name:
            try:
                found: Any = point.load()
            except Exception as error:  # Whatever a driver's package, or what it needs, raises.
                raise _unfit(f"{point.value}, which can not be loaded: {error}") from error
            lacking = [what for what in PARTS if not hasattr(found, what)]
            if lacking:
                raise _unfit(f"{point.value}, which lacks {', '.join(lacking)}")
            return found
    raise Problem(
        "haptic_device_not_found",
        got=f"no haptic device {name!r}; there are: {', '.join(sorted(point.name for point in points)) or 'none'}",
        expected="the name of an installed driver",
        next_step="Install its package beside Abaton, or choose another.",
        kind="not_found",
    )


def _unfit(got: str) -> Problem:
    return Problem(
        "haptic_device_unfit",
        got=got,
        expected=f"a class with {', '.join(PARTS)}",
        next_step="Complete the driver: see docs/how-to/haptic_device.md.",
    )
