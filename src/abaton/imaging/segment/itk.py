"""SimpleITK's filters on arrays, with progress and cancel."""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abaton.imaging.segment.watch import Stopped, Watch


def toolkit() -> Any:
    """SimpleITK, loaded when first needed: it takes a while."""
    return import_module("SimpleITK")


def image(array: NDArray[Any], spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Any:
    """An image of an array; its axes are named in the opposite order, as SimpleITK does."""
    made = toolkit().GetImageFromArray(array)
    made.SetSpacing(spacing_mm[::-1])
    return made


def run(itk_filter: Any, images: tuple[Any, ...], watch: Watch, doing: str) -> NDArray[Any]:
    """Executes a filter and gives its first output as an array.

    Raises:
        Stopped: The work was called off; the filter is aborted at its next sign of progress.
    """
    stopped = False
    done = 0.0

    def progressed() -> None:
        # An exception must not pass through the filter's C++ frames, so it is kept until the filter has ended.
        nonlocal stopped, done
        # Some filters of many stages tell of a little less than before when a stage begins.
        done = max(done, float(itk_filter.GetProgress()))
        try:
            watch.at(doing, done)
        except Stopped:
            stopped = True
            itk_filter.Abort()

    watch.at(doing, 0.0)
    itk_filter.AddCommand(toolkit().sitkProgressEvent, progressed)
    try:
        result = itk_filter.Execute(*images)
    except RuntimeError:
        if stopped:
            raise Stopped from None
        raise
    finally:
        itk_filter.RemoveAllCommands()
    if stopped:
        raise Stopped
    watch.at(doing, 1.0)
    return np.asarray(toolkit().GetArrayFromImage(result))
