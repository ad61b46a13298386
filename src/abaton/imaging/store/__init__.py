"""The store of scans: exact voxels in bricks, levels of detail, working copy, gradients, segmentations."""

from abaton.imaging.store.bricks import Brick, Eye, Kind, in_order_of_need
from abaton.imaging.store.record import ScanRecord, SegmentationRecord
from abaton.imaging.store.scans import Scans

__all__ = ["Brick", "Eye", "Kind", "ScanRecord", "Scans", "SegmentationRecord", "in_order_of_need"]
