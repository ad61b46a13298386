"""How fast the virtual patient lives, and where it is wrong.

- `speed_x`: seconds of one whole patient (pulsatile, 1 ms steps, vital signs, two drugs running) in a second of one
  core's time; `speed_plain_x` without drugs, `speed_body_x` the body alone; all by the processor's time of this
  process, the best of five, so that a busy machine tells the same. `speed_wall_x` by the clock.
- `patients_live`: how many patients one core keeps up with in real time, tick by tick, by a run of 100 side by side.
- `bands_missed`: bands of an adult at rest that are not met.
- `haemorrhage_rmse_map`, `haemorrhage_rmse_co`: points of percent against Guyton at 250 ml/min, 4 to 28 % of the blood;
  parameters were fitted to this, so it is calibration. `..._100` and `..._500` are other rates, not fitted.
- `where_wrong`: every target that is missed: target, ours, band, source, peers.
- `targets`: all of them.

Peers cannot be installed beside it: BioGears and Pulse have no package, python-anesthesia-simulator does not import
with NumPy 2. Their figures, measured earlier or published, stand in `peers` and beside each target.
"""

import argparse
import time
from typing import Any

import msgspec
import numpy as np

from abaton.training.drugs.checking import checked
from abaton.training.drugs.giving import give
from abaton.training.drugs.orders import parse_order
from abaton.training.patient import Patient, admit, tick
from abaton.training.physiology.engine import advance
from abaton.training.physiology.influences import INFLUENCES, Support
from abaton.training.physiology.person import Person, cohort
from abaton.training.physiology.targets import Finding, findings
from benchmarks import output

SECONDS = 1500
PEERS = {
    "BioGears 8.0": "9.1 x real time, pulsatile (measured)",
    "Pulse 4.3": "5 to 10 x real time (its own FAQ)",
    "python-anesthesia-simulator 1.0.0": "7 550 x at steps of 1 s, not pulsatile (measured)",
    "ModularCirc 0.3.0": "about 78 x, no reflexes, no lungs (measured)",
}


def main() -> None:
    """Measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    output.add_arguments(parser)
    arguments = parser.parse_args()
    found = findings()
    by_name = {finding.target: finding for finding in found}
    missed = [finding for finding in found if not finding.met]

    def error(rate: int, of: str) -> float:
        return round(by_name[f"haemorrhage at {rate} ml/min: error of {of}"].ours, 2)

    output.show(
        "physiology",
        {
            **speed(),
            "patients_live": crowd(),
            "bands_missed": [f.target.removeprefix("rest: ") for f in missed if f.target.startswith("rest: ")],
            "haemorrhage_rmse_map": error(250, "mean pressure"),
            "haemorrhage_rmse_co": error(250, "output"),
            "haemorrhage_rmse_map_100": error(100, "mean pressure"),
            "haemorrhage_rmse_co_100": error(100, "output"),
            "haemorrhage_rmse_map_500": error(500, "mean pressure"),
            "haemorrhage_rmse_co_500": error(500, "output"),
            "targets_met": f"{len(found) - len(missed)} of {len(found)}",
            "where_wrong": [told(finding) for finding in missed],
            "targets": [told(finding) for finding in found],
            "peers": PEERS,
        },
        arguments,
    )


def told(finding: Finding) -> dict[str, Any]:
    """A target as it is printed."""
    return {
        "target": finding.target,
        "ours": round(finding.ours, 2),
        "band": [round(finding.least, 2), round(finding.most, 2)],
        "unit": finding.unit,
        "source": finding.source,
        "peers": finding.peers,
        "fitted": finding.fitted,
    }


def speed() -> dict[str, float]:
    """Seconds of patient in a second of processor."""
    plain, _ = tick(admit(Person()))
    drugged = plain
    for text in ("noradrenaline 0.1 mcg/kg/min", "propofol 4 mg/kg/h"):
        order = checked(parse_order(text), drugged.person, drugged.drugs)
        drugged = msgspec.structs.replace(drugged, drugs=give(drugged.drugs, order, drugged.person))
    drugged, _ = tick(drugged)
    best = {"speed_x": 0.0, "speed_plain_x": 0.0, "speed_body_x": 0.0, "speed_wall_x": 0.0}
    quiet = np.zeros(len(INFLUENCES))
    for _ in range(5):
        clock = time.perf_counter()
        best["speed_x"] = max(best["speed_x"], lived(drugged))
        best["speed_wall_x"] = max(best["speed_wall_x"], SECONDS / (time.perf_counter() - clock))
        best["speed_plain_x"] = max(best["speed_plain_x"], lived(plain))
        begun = time.process_time()
        advance(plain.body, quiet, Support(), 1000 * SECONDS, 8)
        best["speed_body_x"] = max(best["speed_body_x"], SECONDS / (time.process_time() - begun))
    return {name: round(value) for name, value in best.items()}


def lived(patient: Patient) -> float:
    """Seconds of a patient in a second of processor."""
    begun = time.process_time()
    for _ in range(SECONDS):
        patient, _ = tick(patient)
    return SECONDS / (time.process_time() - begun)


def crowd() -> int:
    """How many patients one core keeps up with: a hundred of a cohort, a minute each, tick by tick."""
    patients = [admit(person) for person in cohort(100, np.random.default_rng(1))]
    begun = time.process_time()
    for _ in range(60):
        patients = [tick(patient)[0] for patient in patients]
    return round(100 * 60 / (time.process_time() - begun))


if __name__ == "__main__":
    main()
