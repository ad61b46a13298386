"""Multinomial logistic regression over similarities, by L-BFGS: small, exact, the same on every run."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

Array = NDArray[np.float64]

_LEAST_EIGENVALUE = 1e-6
_ROUNDS = 300


@dataclass(frozen=True, slots=True)
class Regression:
    """A fitted model.

    Args:
        weights: Shape (examples, classes): how much likeness to each example speaks for each class.
        offsets: Shape (classes,).
    """

    weights: Array
    offsets: Array

    def probabilities(self, likeness: Array) -> Array:
        """Of the classes.

        Args:
            likeness: Shape (questions, examples): the kernel between questions and the examples of the fit.

        Returns:
            Shape (questions, classes); rows sum to one.
        """
        return softmax(likeness @ self.weights + self.offsets, axis=1)


def fit(likeness: Array, classes: NDArray[np.intp], count: int, penalty: float) -> Regression:
    """Least penalised cross-entropy; every class weighs the same, however many examples it has.

    Args:
        likeness: Shape (examples, examples): a symmetric positive semi-definite kernel.
        classes: Shape (examples,), each below `count`.
        count: How many classes.
        penalty: Of the squared length of the weights in the kernel's space.
    """
    values, vectors = np.linalg.eigh(likeness)
    kept = values > _LEAST_EIGENVALUE * values[-1]
    to_features = vectors[:, kept] / np.sqrt(values[kept])
    features = likeness @ to_features
    share = (1.0 / np.bincount(classes, minlength=count))[classes] * (len(classes) / count)
    rows = np.arange(len(classes))

    def loss(flat: Array) -> tuple[float, Array]:
        weights = flat.reshape(features.shape[1] + 1, count)
        logs = log_softmax(features @ weights[:-1] + weights[-1], axis=1)
        slope = np.exp(logs)
        slope[rows, classes] -= 1.0
        slope *= share[:, None]
        gradient = np.vstack([features.T @ slope + penalty * weights[:-1], slope.sum(axis=0)])
        value = -float(share @ logs[rows, classes]) + 0.5 * penalty * float((weights[:-1] ** 2).sum())
        return value, gradient.ravel()

    start = np.zeros((features.shape[1] + 1) * count)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS, "maxcor": 10})
    weights = np.asarray(found.x, dtype=np.float64).reshape(features.shape[1] + 1, count)
    return Regression(to_features @ weights[:-1], weights[-1])
