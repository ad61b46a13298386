"""The coded words of a structured report: SNOMED CT, DICOM, UCUM.

Sources: DICOM PS3.16, CID 7470 (linear measurements), CID 7464 (modifiers of measurements in a region), CID 7181
(units).
"""

from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from abaton.core.errors import Problem
from abaton.imaging.measure.measurement import Measurement, Quantity

_INTENSITY = Code("voxel value", "99ABATON", "Voxel value")

NAME_CODES: dict[Quantity, Code] = {
    "distance": codes.DCM.Distance,
    "path length": codes.DCM.PathLength,
    "angle": codes.SCT.Angle,
    "area": codes.SCT.Area,
    "volume": codes.SCT.Volume,
    "mean": _INTENSITY,
    "standard deviation": _INTENSITY,
    "minimum": _INTENSITY,
    "maximum": _INTENSITY,
    "median": _INTENSITY,
    "percentile": _INTENSITY,
}

UNIT_CODES: dict[str, Code] = {
    "mm": codes.UCUM.Millimeter,
    "deg": codes.UCUM.Degree,
    "mm2": codes.UCUM.SquareMillimeter,
    "mm3": codes.UCUM.CubicMillimeter,
    "[hnsf'U]": codes.UCUM.HounsfieldUnit,
    "1": codes.UCUM.NoUnits,
}

_DERIVATIONS: dict[Quantity, Code] = {
    "mean": codes.SCT.Mean,
    "standard deviation": codes.SCT.StandardDeviation,
    "minimum": codes.SCT.Minimum,
    "maximum": codes.SCT.Maximum,
    "median": codes.SCT.Median,
}
_PERCENTILES: dict[float, Code] = {
    5.0: codes.SCT.FifthPercentile,
    10.0: codes.SCT.TenthPercentile,
    90.0: codes.SCT.NinetiethPercentile,
    95.0: codes.SCT.NinetyFifthPercentile,
}


def name_of(one: Measurement, modality: str) -> Code:
    """The code of what was measured; for voxel values, what they mean in this modality."""
    name = NAME_CODES[one.quantity]
    if name != _INTENSITY:
        return name
    if one.unit == "[hnsf'U]":
        return codes.DCM.AttenuationCoefficient
    return codes.DCM.MRSignalIntensity if modality == "MR" else _INTENSITY


def derivation_of(one: Measurement) -> Code | None:
    """The code of the statistic; None for what is no statistic."""
    if one.percent is None:
        return _DERIVATIONS.get(one.quantity)
    # SNOMED CT has some percentiles only; DICOM lets a designator that begins with 99 fill the gap.
    own = Code(f"percentile {one.percent:g}"[:16], "99ABATON", f"Percentile {one.percent:g}")
    return _PERCENTILES.get(one.percent, own)


def quantity_of(item: Dataset) -> tuple[Quantity, float | None]:
    """What a numeric content item measures, and which percentile where it is one.

    Raises:
        Problem: Its codes are none of ours.
    """
    name = _code(item.ConceptNameCodeSequence[0])
    for quantity, code in NAME_CODES.items():
        if code == name and code != _INTENSITY:
            return quantity, None
    for part in item.get("ContentSequence", ()):
        if _code(part.ConceptNameCodeSequence[0]) == codes.DCM.Derivation:
            derivation = _code(part.ConceptCodeSequence[0])
            for quantity, code in _DERIVATIONS.items():
                if code == derivation:
                    return quantity, None
            for percent, code in _PERCENTILES.items():
                if code == derivation:
                    return "percentile", percent
            if derivation.scheme_designator == "99ABATON":
                return "percentile", float(derivation.meaning.removeprefix("Percentile "))
    raise Problem(
        "measurement_unknown",
        got=f"a measurement coded {name.value} ({name.scheme_designator})",
        expected="a measurement that this product writes",
        next_step="Open the report where it was made.",
    )


def _code(item: Dataset) -> Code:
    return Code(str(item.CodeValue), str(item.CodingSchemeDesignator), str(item.CodeMeaning))
