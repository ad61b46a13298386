"""How long it takes from files on a disk to a volume with a geometry certificate, beside three peers.

`t1`: the head of 384 uncompressed slices. `ct`: 20 slices of the abdomen in JPEG 2000. Files are in the page cache for
everyone; each reader runs as often, in random order, and the median counts.

- `ours_s`: headers, grouping, pixels and certificate, by two threads. `ours_one_thread_s`: by one.
- `import_s`: the same and de-identification of every header, all that an import does before it stores.
- `ours_sandboxed_s`: all of that in a child process with limits, result handed over; what `abaton import scan` waits
  for.
- `simpleitk_s`: `ImageSeriesReader` with its own sorting by position, in process. It certifies nothing.
- `dcm2niix_s`: the program, from its start to the uncompressed NIfTI file in memory (`/dev/shm`), as its users run it.
- `dicom2nifti_s`: `dicom_series_to_nifti`, in process, to an uncompressed file in memory.
- `identical`: voxels equal to dcm2niix's at the same places of the patient, every one; a run in which they are not
  fails.
- `error_mm`: the certificate's.
- `speedup`: the fastest of the peers' medians over ours. `cpu_speedup`: the same of processor time.
- `..._cpu_s`: processor time, child processes included; of a machine that is busy with other things it tells more.
- `peak_mb`: the most memory of a process that only imports the T1 head, the interpreter and libraries included.
  `volume_mb`: of it, the volume itself.
"""

import argparse
import importlib
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from abaton.imaging.importing.dicom import read_volumes
from abaton.imaging.importing.labels import turned
from abaton.imaging.importing.limits import Limits
from abaton.imaging.importing.nifti import read_nifti
from abaton.imaging.importing.reading import read_files
from abaton.imaging.importing.sandbox import import_path
from abaton.imaging.privacy.uids import UidMap
from abaton.imaging.volume import Volume
from benchmarks import output

DATA = Path(__file__).parents[2] / "shared/data/imaging"
SERIES = {"t1": DATA / "t1_head_dicom/dicoms", "ct": DATA / "abdomen_ct/dicom_j2k"}
PEERS = ("simpleitk", "dcm2niix", "dicom2nifti")
KEY = b"0" * 32


def no_report(text: str, share: float) -> None:
    """Tells nobody."""
    del text, share


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def ours(folder: Path, threads: int) -> Volume:
    return read_volumes(files_of(folder), threads=threads).series[0].volume


def imported(folder: Path) -> Volume:
    return read_files(files_of(folder), UidMap(KEY), no_report).series[0].volume


def sandboxed(folder: Path) -> Volume:
    return import_path(folder, KEY, Limits(), no_report).series[0].volume


def simpleitk(folder: Path) -> Any:
    import SimpleITK

    itk: Any = SimpleITK
    reader = itk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return itk.GetArrayViewFromImage(reader.Execute())


def dcm2niix(folder: Path, into: Path) -> Path:
    program = Path(sys.executable).with_name("dcm2niix")
    subprocess.run(
        [program, "-z", "n", "-b", "n", "-f", "volume", "-o", into, folder], check=True, stdout=subprocess.DEVNULL
    )
    return into / "volume.nii"


def dicom2nifti(folder: Path, into: Path) -> Path:
    peer: Any = importlib.import_module("dicom2nifti")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer.dicom_series_to_nifti(str(folder), str(into / "volume.nii"), reorient_nifti=False)
    return into / "volume.nii"


def readers(folder: Path) -> dict[str, Callable[[Path], object]]:
    """What is measured, by the name of its figure; each is given an empty folder in memory."""
    return {
        "ours": lambda _: ours(folder, 2),
        "ours_one_thread": lambda _: ours(folder, 1),
        "import": lambda _: imported(folder),
        "ours_sandboxed": lambda _: sandboxed(folder),
        "simpleitk": lambda _: simpleitk(folder),
        "dcm2niix": lambda into: dcm2niix(folder, into),
        "dicom2nifti": lambda into: dicom2nifti(folder, into),
    }


def processor_s() -> float:
    """Processor time so far, of this process and of those that it waited for."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def seconds(read: Callable[[Path], object]) -> tuple[float, float]:
    """Wall and processor time."""
    with TemporaryDirectory(dir="/dev/shm") as into:
        start, used = time.perf_counter(), processor_s()
        result = read(Path(into))
        elapsed, used = time.perf_counter() - start, processor_s() - used
        del result
    return elapsed, used


def measure(name: str, folder: Path, repeats: int, random: Random) -> dict[str, Any]:
    """Figures of one series."""
    measured = readers(folder)
    for key, read in measured.items():
        output.progress(f"{name}: {key}, once, unmeasured")
        seconds(read)
    times: dict[str, list[float]] = {key: [] for key in measured}
    processor: dict[str, list[float]] = {key: [] for key in measured}
    for repeat in range(repeats):
        output.progress(f"{name}: {repeat + 1} of {repeats}")
        for key in random.sample(sorted(measured), len(measured)):
            wall, used = seconds(measured[key])
            times[key].append(wall)
            processor[key].append(used)
    figures: dict[str, Any] = {f"{name}.{key}_s": round(median(taken), 4) for key, taken in times.items()}
    figures |= {f"{name}.{key}_cpu_s": round(median(used), 4) for key, used in processor.items()}
    figures[f"{name}.ours_range_s"] = [round(min(times["ours"]), 4), round(max(times["ours"]), 4)]
    figures[f"{name}.speedup"] = round(min(median(times[peer]) for peer in PEERS) / median(times["ours"]), 2)
    least = min(median(processor[peer]) for peer in PEERS)
    figures[f"{name}.cpu_speedup"] = round(least / median(processor["ours"]), 2)
    volume = ours(folder, 2)
    figures[f"{name}.identical"] = is_identical(volume, folder)
    figures[f"{name}.error_mm"] = float(f"{volume.certificate.error_mm:.2g}")
    figures[f"{name}.slices"] = len(volume.voxels)
    return figures


def is_identical(volume: Volume, folder: Path) -> bool:
    """Whether each voxel has dcm2niix's value at the same place; places may differ by a hundredth of a voxel."""
    with TemporaryDirectory(dir="/dev/shm") as into:
        peer = read_nifti(dcm2niix(folder, Path(into)))
    voxels = turned(peer.kept.voxels, peer.grid, volume.grid)
    if voxels is None:
        raise SystemExit("dcm2niix lays the volume elsewhere")
    theirs = voxels.astype(np.float64) * peer.kept.slope + peer.kept.intercept
    if not np.array_equal(theirs, volume.voxels.astype(np.float64) * volume.slope + volume.intercept):
        raise SystemExit("voxels differ from dcm2niix's")
    return True


def peak_mb() -> dict[str, float]:
    """Memory of a process of its own; the kernel's high-water mark, as `ru_maxrss` would count the parent's too."""
    program = (
        "from pathlib import Path; from benchmarks.scanload import SERIES, imported;"
        "volume = imported(SERIES['t1']);"
        "status = Path('/proc/self/status').read_text();"
        "print(status.split('VmHWM:')[1].split()[0], volume.voxels.nbytes)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    kilobytes, held = map(int, done.stdout.split())
    return {"peak_mb": round(kilobytes / 1024, 1), "volume_mb": round(held / 2**20, 1)}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    output.add_arguments(parser)
    parser.add_argument("--repeats", type=int, default=9, help="of each reader")
    arguments = parser.parse_args()
    if not DATA.is_dir():
        raise SystemExit(f"the scans are not there: {DATA}")
    figures: dict[str, Any] = {}
    for name, folder in SERIES.items():
        figures |= measure(name, folder, arguments.repeats, Random(arguments.seed))  # noqa: S311 - an order
    output.show("scanload", {**figures, **peak_mb()}, arguments)


if __name__ == "__main__":
    main()
