"""Colours of labels: told apart on grey, on light and on dark. Red is for stop alone, so none is red."""

import colorsys

_CHOSEN = (
    "#e7a86c",
    "#5fc4b0",
    "#b48ae0",
    "#e6d25c",
    "#6ab0f0",
    "#9ccc65",
    "#f29ac0",
    "#4fd1e0",
    "#c9b79c",
    "#8f9ff5",
)
_GOLDEN = 0.618033988749895


def label_color(value: int) -> str:
    """The colour of a label value of 1 or more, such as `#5fc4b0`; the same value has the same colour everywhere."""
    if 1 <= value <= len(_CHOSEN):
        return _CHOSEN[value - 1]
    # Hues from 25 to 335 degrees, spread by the golden ratio, keep clear of red.
    hue = (25 + 310 * ((value * _GOLDEN) % 1)) / 360
    light, strong = 0.58 + 0.14 * (value % 3) / 2, 0.55 + 0.2 * (value % 2)
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue, light, strong))
    return f"#{red:02x}{green:02x}{blue:02x}"
