"""Logistic regression against what must hold at its optimum."""

import numpy as np
from numpy.typing import NDArray

from abaton.training.dialogue.regression import fit

Array = NDArray[np.float64]


def _points() -> tuple[Array, NDArray[np.intp]]:
    points = np.array([[2.0, 0.1], [1.8, -0.2], [2.2, 0.0], [0.0, 2.0], [0.1, 1.7], [-2.0, -2.0]])
    return points, np.array([0, 0, 0, 1, 1, 2])


def test_the_gradient_vanishes_at_the_fit() -> None:
    points, classes = _points()
    penalty = 0.3
    model = fit(points @ points.T, classes, 3, penalty)
    weights = points.T @ model.weights
    slope = model.probabilities(points @ points.T) - np.eye(3)[classes]
    share = (1 / np.bincount(classes))[classes] * len(classes) / 3
    gradient = points.T @ (share[:, None] * slope) + penalty * weights
    np.testing.assert_allclose(gradient, 0.0, atol=1e-3)


def test_probabilities_sum_to_one_and_find_the_classes() -> None:
    points, classes = _points()
    model = fit(points @ points.T, classes, 3, 0.1)
    found = model.probabilities(np.array([[3.0, 0.0], [0.0, 3.0], [-3.0, -3.0]]) @ points.T)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    assert found.argmax(axis=1).tolist() == [0, 1, 2]


def test_two_fits_are_the_same() -> None:
    points, classes = _points()
    first, second = (fit(points @ points.T, classes, 3, 0.1) for _ in range(2))
    np.testing.assert_array_equal(first.weights, second.weights)
