"""Readers for tests of the sandbox, of the kind that hostile files make of honest ones."""

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom import Dataset

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.certificate import GeometryCertificate
from abaton.imaging.importing.found import Found, ImportedSeries, Report, Skipped
from abaton.imaging.privacy import UidMap, deidentify
from abaton.imaging.volume import Segmentation, Volume


def _header(path: Path) -> Dataset:
    library: Any = pydicom
    return library.dcmread(path, stop_before_pixels=True, force=True)


def honest(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    """One slice a file, valued by its place; one label."""
    report("Reading slices", 0.5)
    names = [file for file in files if file.suffix == ".dcm"]
    headers, privacy = deidentify([_header(file) for file in names], uids)
    shape = (max(len(files), 1), 4, 5)
    grid = Grid.of(shape, np.diag([2.0, 1.0, 1.0, 1.0]))
    voxels = np.arange(np.prod(shape), dtype=np.int16).reshape(shape)
    certificate = GeometryCertificate("header", True, (0.0,), 0.0, 0.0, "SPL", ("remark",))
    volume = Volume(voxels, grid, certificate, "CT", "HU", 1.5, -1024.0, -2000.0, "Abdomen Papadopoulos")
    labels = Segmentation((voxels % 3).astype(np.uint16), grid, {1: "liver", 2: "spleen"}, "a rater")
    skipped = (Skipped("colour", "colour pictures", "grey ones", "Nothing.", 1),)
    return Found((ImportedSeries(volume, headers, privacy, len(files)),), ((0, labels),), skipped)


def hanging(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    report("Hanging", 0.1)
    while True:
        time.sleep(0.01)


def busy(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    while True:
        pass


def hungry(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    kept: list[NDArray[np.float64]] = []
    while True:
        kept.append(np.ones(1 << 23))


def believing(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    """Believes a header of 65 535 rows and columns and 30 000 frames."""
    np.empty((30_000, 65_535, 65_535), np.uint16)
    raise AssertionError("not refused")


def crashing(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    ctypes.string_at(0)
    raise AssertionError("not reached")


def aborting(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    os.abort()


def chatty(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    """Writes a patient's name wherever it can, below Python too."""
    for _ in range(10_000):
        sys.stdout.write("Papadopoulos^Eleni\n")
        sys.stderr.write("Papadopoulos^Eleni\n")
    subprocess.run(["/bin/echo", "Papadopoulos^Eleni"], check=True)
    return honest(files, uids, report)


def refusing(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    raise Problem("mixed", "two series", "one", "Choose one.", "refused")


def failing(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    raise ValueError("Papadopoulos^Eleni")


def recursing(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    return recursing(files, uids, report)


def writing(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    """A volume larger than may be written."""
    found = honest(files, uids, report)
    grid = Grid.of((64, 512, 512), np.eye(4))
    volume = Volume(np.zeros(grid.shape, np.int16), grid, found.series[0].volume.certificate)
    return Found((ImportedSeries(volume, (), found.series[0].privacy, 1),), (), ())


def lying(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    """A volume whose grid is larger than its array."""
    found = honest(files, uids, report)
    volume = Volume(np.zeros((2, 2, 2), np.int16), Grid.of((9, 9, 9), np.eye(4)), found.series[0].volume.certificate)
    return Found((ImportedSeries(volume, (), found.series[0].privacy, 1),), (), ())


def leaking(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    """Forgets to de-identify."""
    found = honest(files, uids, report)
    headers = tuple(_header(file) for file in files)
    one = found.series[0]
    return Found((ImportedSeries(one.volume, headers, one.privacy, len(files)),), found.segmentations, ())


def surroundings(files: Sequence[Path], uids: UidMap, report: Report) -> Found:
    """Reports what the process can see of secrets."""
    seen = " ".join([*sys.argv, *os.environ, os.environ.get("ABATON_DATABASE_URL", ""), *sys.path[:1]])
    report(seen, 0.5)
    return honest(files, uids, report)
