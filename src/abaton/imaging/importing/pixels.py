"""Frames to numbers: reads or decodes pixels into one array, in the order of the slices."""

import os
import struct
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.datadict import tag_for_keyword

from abaton.imaging.importing.frames import Frame, Layout
from abaton.imaging.importing.library import dataset_of, foreign
from abaton.imaging.importing.multiframe import NATIVE
from abaton.imaging.importing.refusals import refuse, too_large, truncated, unreadable

_BIG_ENDIAN = "1.2.840.10008.1.2.2"
_JPEG_2000 = frozenset(f"1.2.840.10008.1.2.4.{n}" for n in (90, 91, 201, 202, 203))
_JPEG = frozenset(f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 57, 70, 80, 81))
_MOST_WAITING = 8
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_DECODERS = {"80": "gdcm", "81": "gdcm", "50": "gdcm", "51": "gdcm", "57": "gdcm", "70": "gdcm", "90": "pylibjpeg"}
_KEYWORDS = (
    *("Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration"),
    *("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", *_PIXELS),
    *("ExtendedOffsetTable", "ExtendedOffsetTableLengths"),
)
_TAGS = tuple(tag for keyword in _KEYWORDS if (tag := tag_for_keyword(keyword)) is not None)


def stored_type(layout: Layout) -> np.dtype[Any]:
    """The type in which pixels of this layout are kept, little endian."""
    letter = "f" if layout.floating else "i" if layout.signed else "u"
    return np.dtype(f"<{letter}{layout.bits_allocated // 8}")


def read_pixels(
    frames: Sequence[Frame], threads: int, decoded: Callable[[float], None] = lambda _: None
) -> NDArray[Any]:
    """All pixels, (frames, rows, columns), as stored; values out of the stored bits are put right.

    Args:
        frames: Of one size and type, in the order wanted.
        threads: How many read at once.
        decoded: Told what share of compressed frames is done.

    Raises:
        Problem: `truncated`, `unreadable`, `size_does_not_fit`, `unsupported_compression`.
    """
    layout = frames[0].layout
    try:
        voxels = np.empty((len(frames), layout.rows, layout.columns), stored_type(layout))
    except MemoryError:
        raise too_large() from None
    if threads > 1 and len(frames) > 1:
        with ThreadPoolExecutor(threads) as pool:
            shares = [pool.submit(_read_plain, frames, voxels, turn, threads) for turn in range(threads)]
        for share in shares:
            share.result()
    else:
        _read_plain(frames, voxels, 0, 1)
    _decode(frames, voxels, threads, decoded)
    return voxels


def _read_plain(frames: Sequence[Frame], voxels: NDArray[Any], turn: int, turns: int) -> None:
    """One thread's share of the uncompressed frames, straight from the file to its place."""
    share = -(-len(frames) // turns)
    for number in range(turn * share, min((turn + 1) * share, len(frames))):
        frame = frames[number]
        if frame.offset < 0:
            continue
        plane = voxels[number]
        descriptor = os.open(frame.path, os.O_RDONLY)
        try:
            got = os.preadv(descriptor, [plane.reshape(-1).view(np.uint8).data], frame.offset)
        finally:
            os.close(descriptor)
        if got != plane.nbytes:
            raise truncated()
        _keep_stored_bits(plane, frame)


def _decode(frames: Sequence[Frame], voxels: NDArray[Any], threads: int, decoded: Callable[[float], None]) -> None:
    """Frames that must be decoded: files are read here one by one, and decoded by threads where that helps."""
    by_file: dict[Path, list[int]] = {}
    for number, frame in enumerate(frames):
        if frame.offset < 0:
            by_file.setdefault(frame.path, []).append(number)
    if not by_file:
        return
    waiting: deque[Future[None]] = deque()
    with foreign(), ThreadPoolExecutor(threads) as pool:
        for done, (path, numbers) in enumerate(by_file.items()):
            decoded(done / len(by_file))
            layout = frames[numbers[0]].layout
            threaded = threads > 1 and len(frames) > 1 and _in_threads(layout)
            decode = _decoder_of(dataset_of(path, _TAGS, pixels=True), layout, threaded)
            for number in numbers:
                if threaded:
                    waiting.append(pool.submit(_put, voxels, number, frames[number], decode))
                else:
                    _put(voxels, number, frames[number], decode)
            while len(waiting) > _MOST_WAITING:
                waiting.popleft().result()
        while waiting:
            waiting.popleft().result()


def _put(voxels: NDArray[Any], number: int, frame: Frame, decode: Callable[[int], NDArray[Any]]) -> None:
    voxels[number] = decode(frame.index)
    _keep_stored_bits(voxels[number], frame)


def _decoder_of(dataset: Dataset, layout: Layout, threaded: bool) -> Callable[[int], NDArray[Any]]:
    """Gives frames of a file by their index."""
    name = next((name for name in _PIXELS if name in dataset), "")
    data: Any = dataset.get(name) if name else None
    if not isinstance(data, bytes):
        raise truncated()
    if layout.syntax in NATIVE:
        return lambda index: _plain_plane(data, layout, index)
    count = int(dataset.get("NumberOfFrames") or 1)
    plugin = "pillow" if threaded else _DECODERS.get(layout.syntax.rsplit(".", 1)[1], "")
    return lambda index: _decoded_plane(dataset, layout, index, count, plugin)


def _plain_plane(data: bytes, layout: Layout, index: int) -> NDArray[Any]:
    """From pixel data that pydicom found: big-endian, deflated, or behind an unusual header."""
    kind = stored_type(layout)
    if layout.syntax == _BIG_ENDIAN:
        kind = kind.newbyteorder(">")
    start = index * layout.frame_bytes
    if start + layout.frame_bytes > len(data):
        raise truncated()
    return np.frombuffer(data, kind, layout.rows * layout.columns, start).reshape(layout.rows, layout.columns)


def _decoded_plane(dataset: Dataset, layout: Layout, index: int, count: int, plugin: str) -> NDArray[Any]:
    """A compressed frame; what its codestream declares is compared with the header before it is decoded."""
    from pydicom.encaps import get_frame
    from pydicom.pixels.decoders.base import get_decoder

    _check_codestream(get_frame(dataset.PixelData, index, number_of_frames=count), layout)
    decoder: Any = _decoder(get_decoder, layout.syntax)
    plane: NDArray[Any] = decoder.as_array(dataset, index=index, raw=True, decoding_plugin=plugin)[0]
    if plane.shape != (layout.rows, layout.columns):
        raise too_large()
    return plane


def _in_threads(layout: Layout) -> bool:
    """Whether Pillow decodes this: its OpenJPEG lets other threads run, and reads whole numbers from 0 only."""
    return layout.syntax in _JPEG_2000 and not layout.signed and layout.bits_allocated == 16


def _decoder(get_decoder: Any, syntax: str) -> Any:
    try:
        decoder = get_decoder(syntax)
        if decoder.is_available:
            return decoder
    except NotImplementedError:
        pass
    raise refuse(
        "unsupported_compression",
        got="pixels in a compression that is not supported",
        expected="uncompressed, JPEG 2000, JPEG-LS, JPEG, run-length or deflated pixels",
        next_step="Export the series again, uncompressed.",
    )


def _check_codestream(data: bytes, layout: Layout) -> None:
    """Refuses a codestream of another size than the header's, before memory is taken for it."""
    if layout.syntax in _JPEG_2000:
        at = data.find(b"\xff\x51", 0, 4096)  # SIZ, ISO 15444-1 A.5.1
        if at < 0 or len(data) < at + 38:
            raise unreadable()
        x1, y1, x0, y0 = struct.unpack_from(">4L", data, at + 6)
        size = (y1 - y0, x1 - x0)
    elif layout.syntax in _JPEG:
        size = _jpeg_size(data)
    else:
        return
    if size != (layout.rows, layout.columns):
        raise too_large()


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Rows and columns of the start-of-frame segment (ISO 10918-1, B.2.2; ISO 14495-1, C.2.2)."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], struct.unpack_from(">H", data, at + 2)[0]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xF7 or (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)):
            rows, columns = struct.unpack_from(">HH", data, at + 5)
            return rows, columns
        at += 2 + length
    raise unreadable()


def _keep_stored_bits(plane: NDArray[Any], frame: Frame) -> None:
    """Drops bits that are not the value's (overlays of old files), and extends the sign; in place."""
    layout = frame.layout
    if layout.floating or (layout.bits_stored == layout.bits_allocated):
        return
    padded = plane == frame.padding[0] if frame.padding and not _fits(frame.padding[0], layout) else None
    if layout.signed:
        np.left_shift(plane, layout.bits_allocated - 1 - layout.high_bit, out=plane)
        np.right_shift(plane, layout.bits_allocated - layout.bits_stored, out=plane)
    elif int(plane.max(initial=0)) >> layout.bits_stored or layout.high_bit != layout.bits_stored - 1:
        np.right_shift(plane, layout.high_bit + 1 - layout.bits_stored, out=plane)
        np.bitwise_and(plane, (1 << layout.bits_stored) - 1, out=plane)
    if padded is not None and frame.padding:
        plane[padded] = frame.padding[0]


def _fits(value: int, layout: Layout) -> bool:
    if layout.signed:
        return -(1 << (layout.bits_stored - 1)) <= value < 1 << (layout.bits_stored - 1)
    return 0 <= value < 1 << layout.bits_stored
