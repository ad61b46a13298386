"""What is planned for and what is to be kept clear of, from the labels of one or more raters."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.plan.foreground import foreground
from abaton.imaging.volume import Segmentation, Volume

BOUNDARY = "boundary"
"""Names the outside of the patient, where no label has this name."""

_MERGED = ("fus", "majority", "consensus", "staple", "merged", "mean of")


class Rated(msgspec.Struct, frozen=True, eq=False):
    """One rater's drawing of a structure: `made_by` and a boolean mask of the grid's shape."""

    made_by: str
    mask: NDArray[np.bool_]


class Structure(msgspec.Struct, frozen=True, eq=False):
    """A structure as most raters drew it.

    Attributes:
        name: Of the label.
        mask: Boolean, the grid's shape: where more than half of the raters drew it. For `BOUNDARY`, all that lies
            outside the patient.
        raters: Each rater's own drawing; none where nobody drew it.
        outside: Whether it is the outside of the patient.
    """

    name: str
    mask: NDArray[np.bool_]
    raters: tuple[Rated, ...] = ()
    outside: bool = False

    def by(self, rater: str) -> NDArray[np.bool_]:
        """What one rater drew; what most drew, where this rater did not draw it."""
        return next((one.mask for one in self.raters if one.made_by == rater), self.mask)


class Chosen(msgspec.Struct, frozen=True, eq=False):
    """A target and what it is to keep clear of.

    Attributes:
        grid: Of all masks.
        target: What the plan is for.
        avoided: At least one.
        remarks: What was left out, in plain sentences.
    """

    grid: Grid
    target: Structure
    avoided: tuple[Structure, ...]
    remarks: tuple[str, ...] = ()


def choose(volume: Volume, segmentations: Sequence[Segmentation], target: str, avoid: Sequence[str] = ()) -> Chosen:
    """The structures of a plan, by the names of their labels.

    Several segmentations in which a label has the same name are several raters' drawings of the same thing. A
    segmentation whose maker's name says that it was merged from others (`fused`, `majority`, `consensus`, `STAPLE`)
    is not counted as one more rater beside two or more.

    Args:
        volume: The scan; looked at only where the boundary is to be avoided.
        segmentations: On its grid.
        target: Name of a label.
        avoid: Names of labels, or `boundary`; the boundary where none is named.

    Raises:
        Problem: A name is unknown (it lists those that there are), a label holds no voxel, a segmentation lies on
            another grid, or the target is to avoid itself.
    """
    for one in segmentations:
        if one.grid.shape != volume.grid.shape or not np.allclose(one.grid.affine, volume.grid.affine, atol=1e-6):
            raise Problem(
                "segmentation_elsewhere",
                got="labels on another grid than the scan's",
                expected="labels on the scan's grid",
                next_step="Import the labels with their scan.",
            )
    names = tuple(dict.fromkeys(avoid)) or (BOUNDARY,)
    if target in names:
        raise Problem(
            "target_avoids_itself",
            got=f"{target!r} both as target and to be avoided",
            expected="two different labels",
            next_step="Leave it out of --avoid.",
        )
    remarks: list[str] = []
    drawn = _drawn(segmentations, target, remarks)
    avoided = tuple(
        _outside(volume)
        if name == BOUNDARY and name not in known_names(segmentations)
        else _drawn(segmentations, name, remarks)
        for name in names
    )
    if any(one.outside for one in avoided):
        remarks.append(
            "The patient's boundary is where the scan's values rise above those of the air: look at its line on the "
            "slices. Where a face was removed, it runs along the cut; at the edge of the scan there is none."
        )
    return Chosen(volume.grid, drawn, avoided, tuple(dict.fromkeys(remarks)))


def known_names(segmentations: Sequence[Segmentation]) -> tuple[str, ...]:
    """The names of all labels, in alphabetical order."""
    return tuple(sorted({name for one in segmentations for name in one.names.values()}))


def _outside(volume: Volume) -> Structure:
    return Structure(BOUNDARY, ~foreground(volume), outside=True)


def _drawn(segmentations: Sequence[Segmentation], name: str, remarks: list[str]) -> Structure:
    holding = [one for one in segmentations if name in one.names.values()]
    if not holding:
        known = ", ".join(known_names(segmentations))
        raise Problem(
            "label_not_found",
            got=f"no label {name!r}",
            expected=f"one of: {known}" if known else "a scan with labels; this one has none",
            next_step="Choose one of these names, or segment the scan first.",
            kind="not_found",
        )
    raters = _raters(holding, name, remarks)
    if not raters:
        raise Problem(
            "label_empty",
            got=f"a label {name!r} without a voxel",
            expected="a label that was drawn",
            next_step="Choose another label, or draw it first.",
        )
    votes = np.zeros(raters[0].mask.shape, dtype=np.uint8)
    for one in raters:
        votes += one.mask
    most = votes > len(raters) / 2
    if not most.any():
        raise Problem(
            "no_majority",
            got=f"{len(raters)} raters of {name!r} of whom no more than half agree on any voxel",
            expected="voxels that more than half of them drew",
            next_step="Plan on one rater's segmentation with --segmentation.",
        )
    return Structure(name, most, tuple(raters))


def _raters(holding: Sequence[Segmentation], name: str, remarks: list[str]) -> list[Rated]:
    merged = [one for one in holding if is_merged(one.made_by)]
    single = [one for one in holding if one not in merged]
    counted = single if len(single) > 1 else list(holding)
    if len(counted) < len(holding):
        remarks.append(
            f"{', '.join(one.made_by for one in merged)}: merged from others, so not counted as a rater of {name}."
        )
    raters: list[Rated] = []
    seen: dict[str, int] = {}
    for one in counted:
        mask = one.mask(name)
        seen[one.made_by] = seen.get(one.made_by, 0) + 1
        made_by = one.made_by if seen[one.made_by] == 1 else f"{one.made_by} ({seen[one.made_by]})"
        if mask.any():
            raters.append(Rated(made_by, mask))
        else:
            remarks.append(f"{made_by} drew no {name}.")
    return raters


def is_merged(made_by: str) -> bool:
    """Whether a segmentation's maker says that it was merged from others, and so is no rater of its own."""
    return any(word in made_by.lower() for word in _MERGED)
