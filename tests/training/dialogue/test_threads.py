"""One thread within, as many as before without."""

import numpy as np
import pytest

from abaton.training.dialogue.threads import one_thread


def test_products_are_right_within_and_an_error_passes() -> None:
    square = np.arange(9.0).reshape(3, 3)
    with one_thread(), one_thread():
        np.testing.assert_array_equal(square @ np.eye(3), square)
    with pytest.raises(ValueError, match="out"), one_thread():
        raise ValueError("out")
