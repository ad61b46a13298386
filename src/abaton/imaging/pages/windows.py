"""Which values are drawn black and which white."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.imaging.volume import Volume

_SAMPLES = 2_000_000


class Window(msgspec.Struct, frozen=True):
    """Values from `low`, drawn black, to `high`, drawn white, in the volume's unit; `name` tells which it is."""

    low: float
    high: float
    name: str

    @property
    def text(self) -> str:
        """Width and level, as radiologists write it."""
        return f"W {self.high - self.low:.0f} L {(self.high + self.low) / 2:.0f}"


SOFT_TISSUE = Window(-160.0, 240.0, "soft tissue")
BONE = Window(-450.0, 1050.0, "bone")
LUNG = Window(-1350.0, 150.0, "lung")


def display_window(volume: Volume) -> Window:
    """The window in which a slice is first shown.

    CT in Hounsfield units is shown in the soft tissue window. Everything else goes from the 1st percentile of all
    values to the 99.5th of those above the darkest tenth of the range, so that air around a head does not count.
    """
    if volume.modality == "CT" and volume.unit == "HU":
        return SOFT_TISSUE
    values = _sample(volume)
    if values.size == 0:
        return Window(0.0, 1.0, "empty")
    low, high = float(np.percentile(values, 1)), float(np.percentile(values, 99.9))
    body = values[values > low + 0.1 * (high - low)]
    high = float(np.percentile(body, 99.5)) if body.size else high
    return Window(low, high if high > low else low + 1.0, "automatic")


def _sample(volume: Volume) -> NDArray[np.float32]:
    """Evenly spread values, at most about two million, without padding and without NaN."""
    step = max(1, round((volume.voxels.size / _SAMPLES) ** (1 / 3)))
    voxels = volume.voxels[::step, ::step, ::step]
    kept = np.isfinite(voxels)
    if volume.padding is not None:
        kept &= voxels != volume.padding
    return voxels[kept].astype(np.float32) * np.float32(volume.slope) + np.float32(volume.intercept)
