"""The store of scans: exact voxels in bricks, levels of detail, working copy, gradients, segmentations."""

from abaton.imaging.store.record import ScanRecord, SegmentationRecord
from abaton.imaging.store.scans import Scans

__all__ = ["ScanRecord", "Scans", "SegmentationRecord"]
