"""Numeric functions compiled by Numba, with the types that Python sees kept as they were written."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(*, parallel: bool = False, fastmath: bool = False, inline: bool = False) -> Callable[[Function], Function]:
    """Compiles a function of arrays and numbers; the machine code is kept beside the source for the next start.

    Args:
        parallel: `numba.prange` loops run on all cores; each turn must write where no other does.
        fastmath: Sums may be reordered. Never where results are promised bit for bit, or where NaN may occur.
        inline: The body is put into each caller.
    """
    options: dict[str, Any] = {"cache": True, "nogil": True, "parallel": parallel, "fastmath": fastmath}
    if inline:
        options["inline"] = "always"

    def compile_function(function: Function) -> Function:
        compiler: Any = numba.njit(**options)
        return cast("Function", compiler(function))

    return compile_function


parallel_range = numba.prange
"""A range whose turns are shared among cores, inside a kernel with `parallel=True`."""
