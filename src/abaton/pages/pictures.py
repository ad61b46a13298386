"""Pictures inside a page."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def png_address(pixels: NDArray[np.uint8]) -> str:
    """A picture as a `data:` address: (rows, columns) grey, or (rows, columns, 3 or 4) in colour."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
