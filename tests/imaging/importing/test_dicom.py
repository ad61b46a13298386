import tracemalloc
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.uid import UID

from abaton.geometry.grid import Grid
from abaton.imaging.certificate import TOLERANCE_MM
from abaton.imaging.importing.dicom import Read, ReadSeries, read_volumes
from abaton.imaging.volume import Volume
from tests.imaging.importing.made import (
    AXIAL,
    CORONAL,
    SAGITTAL,
    decimal,
    enhanced,
    grid_of,
    header,
    oblique,
    positions,
    set_pixels,
    slices,
    voxels_of,
    write,
)

SPACINGS = st.tuples(st.floats(0.3, 2), st.floats(0.3, 2))
ANGLES = st.tuples(*(st.floats(-180, 180) for _ in range(3)))


def only(read: Read) -> ReadSeries:
    assert read.skipped == ()
    (series,) = read.series
    return series


def refused(read: Read) -> str:
    assert read.series == ()
    (skipped,) = read.skipped
    assert skipped.got
    assert skipped.next_step
    return skipped.code


def lies(volume: Volume, grid: Grid) -> None:
    assert volume.grid.shape == grid.shape
    corners = np.array(np.meshgrid(*([0, side - 1] for side in grid.shape))).reshape(3, -1).T
    np.testing.assert_allclose(volume.grid.to_world(corners), grid.to_world(corners), atol=TOLERANCE_MM)


class TestOrdinarySeries:
    @settings(max_examples=25, deadline=None)
    @given(angles=ANGLES, spacing=SPACINGS, gap_mm=st.floats(0.4, 6), seed=st.integers(0, 99))
    def test_lies_where_it_was_recorded_in_any_orientation_and_order(
        self, angles: tuple[float, ...], spacing: tuple[float, float], gap_mm: float, seed: int
    ):
        orientation, voxels = oblique(angles), voxels_of()
        at_mm = positions(5, orientation, gap_mm)
        with TemporaryDirectory() as folder:
            files = write(Path(folder), slices(voxels, orientation, spacing, at_mm))
            Random(seed).shuffle(files)
            volume = only(read_volumes(files)).volume
        assert np.array_equal(volume.voxels, voxels)
        lies(volume, grid_of(5, orientation, spacing, (6, 7), gap_mm=gap_mm))
        certificate = volume.certificate
        assert certificate.certified
        assert certificate.evidence == "slice positions"
        assert certificate.error_mm == max(certificate.slice_errors_mm) <= TOLERANCE_MM
        assert len(certificate.slice_errors_mm) == 5

    @pytest.mark.parametrize(
        ("orientation", "letters"),
        [(AXIAL, "SPL"), (CORONAL, "PIL"), (SAGITTAL, "RIP")],
        ids=["axial", "coronal", "sagittal"],
    )
    def test_says_where_its_axes_lead(self, tmp_path: Path, orientation: tuple[float, ...], letters: str):
        volume = only(read_volumes(write(tmp_path, slices(voxels_of(), orientation)))).volume
        # The normal of a sagittal slice with rows to the back and columns downward is P x I, towards the right.
        assert volume.certificate.orientation == letters
        np.testing.assert_allclose(volume.grid.spacing_mm, (2.0, 0.5, 0.8), atol=1e-6)

    def test_directions_rounded_by_the_header_are_said_and_nothing_is_resampled(self, tmp_path: Path):
        exact = oblique((20, -40, 70))
        files = write(tmp_path, slices(voxels_of(5, 64, 64), np.round(exact, 3).tolist(), (4, 4), positions(5, exact)))
        series = only(read_volumes(files))
        assert not series.resampled
        assert series.volume.certificate.error_mm <= TOLERANCE_MM
        assert "rounded" in series.volume.certificate.remarks[0]

    def test_two_thousand_slices(self, tmp_path: Path):
        (first,) = write(tmp_path, slices(voxels_of(1, 2, 3, np.uint16), at_mm=np.array([[0, 0, 7777.7]])))
        data, voxels = first.read_bytes(), voxels_of(2000, 2, 3, np.uint16)
        files = [tmp_path / f"{number}" for number in Random(3).sample(range(2000), 2000)]
        for path in files:
            number = int(path.name)
            place = f"{number / 10:06.1f}".encode()
            path.write_bytes(data[:-12].replace(b"7777.7", place) + voxels[number].tobytes())
        volume = only(read_volumes(files)).volume
        assert np.array_equal(volume.voxels, voxels)
        assert volume.certificate.error_mm < 1e-6

    def test_holds_its_pixels_once(self, tmp_path: Path):
        (first,) = write(tmp_path, slices(voxels_of(1, 128, 128, np.uint16), at_mm=np.array([[0, 0, 777.7]])))
        data = first.read_bytes()
        files = [tmp_path / f"{number}" for number in range(300)]
        for path in files:
            path.write_bytes(data.replace(b"777.7", f"{int(path.name) / 10:05.1f}".encode()))
        read_volumes(files)  # what is imported or compiled at the first call is not counted
        tracemalloc.start()
        volume = only(read_volumes(files)).volume
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 1.1 * volume.voxels.nbytes + (1 << 20)

    def test_headers_in_unexpected_character_sets(self, tmp_path: Path):
        made = slices(voxels_of(), SpecificCharacterSet="ISO_IR 6")
        files = write(tmp_path, made)
        for path in files:
            path.write_bytes(
                path.read_bytes().replace(b"ISO_IR 6", b"ISO_XY 9").replace(b"Rivers^Anna", b"R\xef\xbfers\xff\x1bnna")
            )
        assert np.array_equal(only(read_volumes(files)).volume.voxels, voxels_of())


class TestPixels:
    @pytest.mark.parametrize(
        ("kind", "syntax"),
        [
            (kind, f"1.2.840.10008.1.2{end}")
            for kind in ("u1", "i1", "i2", "u2", "i4", "u4", "f4", "f8")
            for end in ("", ".1", ".2", ".1.99")
            if not (kind[0] == "f" and end == ".2")  # floating point came after big endian was retired
        ],
    )
    def test_each_type_in_each_uncompressed_syntax(self, tmp_path: Path, kind: str, syntax: str):
        voxels = (np.arange(5 * 6 * 7).reshape(5, 6, 7) % 120).astype(kind)
        made = slices(voxels)
        for dataset in made:
            dataset.file_meta.TransferSyntaxUID = UID(syntax)
            if syntax.endswith(".2.2") and voxels.dtype.itemsize > 1:
                dataset.PixelData = np.frombuffer(dataset.PixelData, f"<{kind}").astype(f">{kind}").tobytes()
        volume = only(read_volumes(write(tmp_path, made))).volume
        assert np.array_equal(volume.voxels, voxels)
        assert volume.voxels.dtype == (np.uint16 if kind in ("u1", "u2") else np.int16)

    @pytest.mark.parametrize("codec", ["rle", "jpeg2000", "jpegls", "jpeg"])
    def test_lossless_compression(self, tmp_path: Path, codec: str):
        voxels = Random(4).randbytes(2 * 4 * 16 * 20)
        pixels = np.frombuffer(voxels, "<u2").reshape(4, 16, 20) >> 4
        files = compressed(write(tmp_path, slices(pixels)), codec)
        volume = only(read_volumes(files)).volume
        assert np.array_equal(volume.voxels, pixels)

    def test_sign_is_extended_and_foreign_bits_are_dropped(self, tmp_path: Path):
        signed = voxels_of() - 100
        made = slices(signed)
        for dataset, plane in zip(made, signed, strict=True):
            dataset.BitsStored, dataset.HighBit = 12, 11
            dataset.PixelData = ((plane.astype(np.uint16) & 0x0FFF) | 0x3000).tobytes()  # an overlay in the upper bits
        assert np.array_equal(only(read_volumes(write(tmp_path, made))).volume.voxels, signed)

    def test_values_above_unused_low_bits(self, tmp_path: Path):
        made = slices(voxels_of(kind=np.uint16))
        for dataset, plane in zip(made, voxels_of(kind=np.uint16), strict=True):
            dataset.BitsStored, dataset.HighBit = 12, 15
            dataset.PixelData = (plane << 4 | 5).tobytes()
        assert np.array_equal(only(read_volumes(write(tmp_path, made))).volume.voxels, voxels_of())

    def test_padding_beyond_the_stored_bits_stays(self, tmp_path: Path):
        voxels = voxels_of()
        voxels[:, 0, 0] = -2000
        made = slices(voxels, PixelPaddingValue=-2000)
        for dataset in made:
            dataset.BitsStored, dataset.HighBit = 11, 10
        volume = only(read_volumes(write(tmp_path, made))).volume
        assert volume.padding == -2000
        assert np.array_equal(volume.voxels, voxels)

    def test_a_range_of_padding_becomes_one_value(self, tmp_path: Path):
        made = slices(voxels_of(), PixelPaddingValue=0, PixelPaddingRangeLimit=10)
        volume = only(read_volumes(write(tmp_path, made))).volume
        assert volume.padding == 0
        assert np.array_equal(volume.voxels, np.where(voxels_of() <= 10, 0, voxels_of()))

    def test_one_rescale_is_kept_beside_the_stored_values(self, tmp_path: Path):
        files = write(tmp_path, slices(voxels_of(), Modality="CT", RescaleSlope="2", RescaleIntercept="-1024"))
        volume = only(read_volumes(files)).volume
        assert (volume.slope, volume.intercept, volume.unit) == (2.0, -1024.0, "HU")
        assert np.array_equal(volume.voxels, voxels_of())

    def test_a_rescale_for_each_slice_is_applied(self, tmp_path: Path):
        made = slices(voxels_of(), Modality="PT", Units="BQML")
        for number, dataset in enumerate(made):
            dataset.RescaleSlope, dataset.RescaleIntercept = decimal(0.1 * (number + 1)), str(number)
        volume = only(read_volumes(write(tmp_path, made))).volume
        factors = np.arange(1, 6).reshape(5, 1, 1)
        assert volume.unit == "Bq/ml"
        np.testing.assert_allclose(volume.values(), voxels_of() * (0.1 * factors) + factors - 1, rtol=1e-6)

    def test_whole_rescales_for_each_slice_stay_16_bit(self, tmp_path: Path):
        made = slices(voxels_of())
        for number, dataset in enumerate(made):
            dataset.RescaleSlope, dataset.RescaleIntercept = str(number + 1), "-3"
        volume = only(read_volumes(write(tmp_path, made))).volume
        assert volume.voxels.dtype == np.int16
        assert np.array_equal(volume.voxels, voxels_of() * np.arange(1, 6).reshape(5, 1, 1) - 3)

    def test_floating_point_without_numbers_is_marked(self, tmp_path: Path):
        voxels = voxels_of(kind=np.float32) / 8
        voxels[2, 3, 4], voxels[0, 0, 0] = np.nan, np.inf
        volume = only(read_volumes(write(tmp_path, slices(voxels)))).volume
        assert volume.voxels.dtype == np.float32
        assert np.isfinite(volume.voxels).all()
        assert volume.padding is not None
        assert volume.voxels[2, 3, 4] == volume.voxels[0, 0, 0] == volume.padding < 0
        assert "2 voxels held no finite number" in volume.certificate.remarks[0]

    def test_32_bits_that_need_only_16_are_kept_exactly(self, tmp_path: Path):
        voxels = voxels_of(kind=np.int32) * 300 + 1_000_000
        volume = only(read_volumes(write(tmp_path, slices(voxels)))).volume
        assert volume.voxels.dtype == np.uint16
        assert np.array_equal(volume.voxels * np.float64(volume.slope) + volume.intercept, voxels)

    def test_monochrome1_keeps_the_recorded_numbers(self, tmp_path: Path):
        volume = only(
            read_volumes(write(tmp_path, slices(voxels_of(), PhotometricInterpretation="MONOCHROME1")))
        ).volume
        assert np.array_equal(volume.voxels, voxels_of())
        assert "MONOCHROME1" in volume.certificate.remarks[0]

    def test_loss_is_said(self, tmp_path: Path):
        volume = only(read_volumes(write(tmp_path, slices(voxels_of(), LossyImageCompression="01")))).volume
        assert "compressed with loss" in volume.certificate.remarks[0]


class TestEnhanced:
    def test_frames_out_of_order(self, tmp_path: Path):
        files = write(tmp_path, [enhanced(voxels_of(), (3, 0, 4, 1, 2), oblique((20, -40, 70)))])
        volume = only(read_volumes(files)).volume
        assert np.array_equal(volume.voxels, voxels_of())
        lies(volume, grid_of(5, oblique((20, -40, 70)), (0.5, 0.8), (6, 7)))

    @pytest.mark.parametrize("is_compressed", [False, True])
    def test_a_rescale_for_each_frame(self, tmp_path: Path, is_compressed: bool):
        order = (3, 0, 4, 1, 2)
        dataset = enhanced(voxels_of(), order)
        for index, group in zip(order, dataset.PerFrameFunctionalGroupsSequence, strict=True):
            group.PixelValueTransformationSequence = [Dataset()]
            group.PixelValueTransformationSequence[0].RescaleSlope = str(index + 1)
            group.PixelValueTransformationSequence[0].RescaleIntercept = "0"
        if is_compressed:
            dataset.compress("1.2.840.10008.1.2.5")
        volume = only(read_volumes(write(tmp_path, [dataset]))).volume
        assert np.array_equal(volume.values(), voxels_of() * np.arange(1, 6).reshape(5, 1, 1))

    def test_two_stacks_become_two_volumes(self, tmp_path: Path):
        dataset = enhanced(voxels_of(8), range(8))
        for number, group in enumerate(dataset.PerFrameFunctionalGroupsSequence):
            group.FrameContentSequence = [Dataset()]
            group.FrameContentSequence[0].StackID = str(number // 4)
        read = read_volumes(write(tmp_path, [dataset]))
        assert [
            np.array_equal(one.volume.voxels, part)
            for one, part in zip(read.series, np.split(voxels_of(8), 2), strict=True)
        ] == [True, True]

    def test_fewer_groups_than_frames_are_refused(self, tmp_path: Path):
        dataset = enhanced(voxels_of(), range(5))
        del dataset.PerFrameFunctionalGroupsSequence[3]
        assert refused(read_volumes(write(tmp_path, [dataset]))) == "frames_without_place"

    def test_a_film_without_positions_is_refused(self, tmp_path: Path):
        dataset = enhanced(voxels_of(), range(5))
        del dataset.PerFrameFunctionalGroupsSequence
        assert refused(read_volumes(write(tmp_path, [dataset]))) == "no_frame_positions"


class TestIrregular:
    @settings(max_examples=10, deadline=None)
    @given(angles=ANGLES, tilt_deg=st.floats(-25, 25).filter(lambda tilt: abs(tilt) > 1), missing=st.booleans())
    def test_distances_survive_tilt_and_a_gap(self, angles: tuple[float, ...], tilt_deg: float, missing: bool):
        """Two soft balls, 37.4 mm apart: their centres are found again within 0.1 mm wherever the slices lay."""
        orientation = oblique(angles)
        row, column = np.array(orientation[:3]), np.array(orientation[3:])
        normal = np.cross(row, column)
        along = np.arange(30) * 2.0
        keep = np.arange(30) != 3 if missing else np.ones(30, bool)
        at_mm = (along[:, None] * (normal + np.tan(np.radians(tilt_deg)) * column))[keep]
        middle = normal * 29 + row * 32 + column * (32 + 29 * np.tan(np.radians(tilt_deg)))
        direction = normal * 0.6 + row * 0.8
        centres = (middle - direction * 18.7, middle + direction * 18.7)
        voxels = balls(at_mm, row * 1.0, column * 0.8, (80, 64), centres)
        with TemporaryDirectory() as folder:
            read = only(read_volumes(write(Path(folder), slices(voxels, orientation, (0.8, 1.0), at_mm))))
        certificate = read.volume.certificate
        assert read.resampled
        assert (certificate.evidence, certificate.certified) == ("resampled", True)
        assert abs(certificate.tilt_deg - abs(tilt_deg)) < 0.2 if not missing else certificate.tilt_deg > 0
        assert max(certificate.slice_errors_mm) > TOLERANCE_MM >= certificate.error_mm
        found = [centroid(read.volume, centre) for centre in centres]
        for centre, near in zip(centres, found, strict=True):
            assert np.linalg.norm(centre - near) < 0.1
        assert abs(np.linalg.norm(found[0] - found[1]) - 37.4) < 0.1

    def test_a_missing_slice_lies_between_its_neighbours(self, tmp_path: Path):
        voxels = voxels_of(6) * 2
        files = write(tmp_path, slices(voxels))
        del files[3]
        series = only(read_volumes(files))
        assert series.resampled
        assert np.array_equal(series.volume.voxels, voxels)
        lies(series.volume, grid_of(6, AXIAL, (0.5, 0.8), (6, 7)))
        assert any("1 of 6 slices lie between recorded ones" in remark for remark in series.volume.certificate.remarks)

    def test_padding_is_not_mixed_with_values(self, tmp_path: Path):
        voxels = voxels_of(6)
        voxels[4, 1, 1] = -2000
        files = write(tmp_path, slices(voxels, PixelPaddingValue=-2000))
        del files[3]
        assert only(read_volumes(files)).volume.voxels[3, 1, 1] == -2000

    def test_two_missing_in_a_row_are_refused(self, tmp_path: Path):
        files = write(tmp_path, slices(voxels_of(9)))
        assert refused(read_volumes([*files[:3], *files[5:]])) == "missing_slices"

    def test_slices_at_many_distances_are_refused(self, tmp_path: Path):
        at_mm = np.array([[0, 0, z] for z in (0, 2, 2.2, 4.2, 6.2, 6.3, 8.3, 10.3)])
        assert refused(read_volumes(write(tmp_path, slices(voxels_of(8), at_mm=at_mm)))) == "uneven_spacing"


class TestGrouping:
    def test_a_slice_recorded_twice_is_taken_once(self, tmp_path: Path):
        made = slices(voxels_of())
        series = only(read_volumes([*write(tmp_path, made), *write(tmp_path / "copy", made[1:3])]))
        assert np.array_equal(series.volume.voxels, voxels_of())
        assert "2 slices were there twice" in series.volume.certificate.remarks[0]

    def test_different_slices_at_one_place_are_refused(self, tmp_path: Path):
        files = write(tmp_path, slices(voxels_of())) + write(
            tmp_path, slices(voxels_of()[1:2] + 1, at_mm=positions(2, AXIAL)[1:]), "other"
        )
        assert refused(read_volumes(files)) == "duplicate_slices"

    @pytest.mark.parametrize(
        ("keyword", "values"),
        [
            ("SeriesInstanceUID", ("1.2.1", "1.2.2")),
            ("EchoTime", ("4.5", "90")),
            ("AcquisitionNumber", (1, 2)),
            ("TemporalPositionIdentifier", (1, 2)),
            ("ImageType", (["ORIGINAL", "PRIMARY", "M"], ["ORIGINAL", "PRIMARY", "P"])),
            ("DiffusionBValue", (0.0, 1000.0)),
        ],
    )
    def test_what_differs_at_one_place_is_parted(self, tmp_path: Path, keyword: str, values: tuple[Any, Any]):
        first = write(tmp_path, slices(voxels_of(), **{keyword: values[0]}), "first")
        second = write(tmp_path, slices(voxels_of() + 1, **{keyword: values[1]}), "second")
        files = first + second
        Random(1).shuffle(files)
        read = read_volumes(files)
        assert read.skipped == ()
        assert sorted(int(one.volume.voxels[0, 0, 0]) for one in read.series) == [0, 1]
        assert all(one.volume.certificate.evidence == "slice positions" for one in read.series)

    def test_an_acquisition_number_for_each_slice_does_not_part_them(self, tmp_path: Path):
        made = slices(voxels_of())
        for number, dataset in enumerate(made):
            dataset.AcquisitionNumber = number
        assert np.array_equal(only(read_volumes(write(tmp_path, made))).volume.voxels, voxels_of())

    def test_two_orientations_become_two_volumes(self, tmp_path: Path):
        files = write(tmp_path, slices(voxels_of())) + write(tmp_path, slices(voxels_of(), CORONAL), "coronal")
        read = read_volumes(files)
        assert sorted(one.volume.certificate.orientation for one in read.series) == ["PIL", "SPL"]

    def test_a_localizer_is_refused(self, tmp_path: Path):
        files = [
            path
            for n, orientation in enumerate((AXIAL, CORONAL, SAGITTAL))
            for path in write(tmp_path, slices(voxels_of(1), orientation), str(n))
        ]
        assert refused(read_volumes(files)) == "mixed_orientation"

    @pytest.mark.parametrize("count", [1, 2])
    def test_too_few_slices_are_refused(self, tmp_path: Path, count: int):
        assert refused(read_volumes(write(tmp_path, slices(voxels_of(count))))) == "too_few_slices"


class TestBadInput:
    @pytest.mark.parametrize(
        ("keyword", "value", "code"),
        [
            ("ImageOrientationPatient", None, "no_orientation"),
            ("ImageOrientationPatient", ["1", "0", "0", "1", "0", "0"], "no_orientation"),
            ("ImageOrientationPatient", ["0", "0", "0", "0", "0", "0"], "no_orientation"),
            ("ImagePositionPatient", None, "no_position"),
            ("PixelSpacing", None, "no_spacing"),
            ("PixelSpacing", ["0", "1"], "no_spacing"),
            ("RescaleSlope", "0", "bad_rescale"),
        ],
    )
    def test_without_geometry_or_scale(self, tmp_path: Path, keyword: str, value: Any, code: str):
        made = slices(voxels_of())
        for dataset in made:
            if value is None:
                delattr(dataset, keyword)
            else:
                setattr(dataset, keyword, value)
        assert refused(read_volumes(write(tmp_path, made))) == code

    def test_numbers_that_are_none(self, tmp_path: Path):
        files = write(tmp_path, slices(voxels_of(), at_mm=positions(5, AXIAL, first_mm=(-123456, 0, 0))))
        for path in files:
            path.write_bytes(path.read_bytes().replace(b"-123456", b"NaN    "))
        assert refused(read_volumes(files)) == "no_position"

    def test_colour(self, tmp_path: Path):
        made = [header() for _ in range(3)]
        for dataset in made:
            set_pixels(dataset, np.zeros((4, 4), np.uint8))
            dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PlanarConfiguration = 3, "RGB", 0
            dataset.PixelData = bytes(48)
        assert refused(read_volumes(write(tmp_path, made))) == "colour"

    @pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
    def test_cut_short(self, tmp_path: Path, share: float):
        files = write(tmp_path, slices(voxels_of(5, 40, 40)))
        for path in files:
            data = path.read_bytes()
            path.write_bytes(data[: int(len(data) * share)])
        assert refused(read_volumes(files)) == "truncated"

    @pytest.mark.parametrize("codec", ["", "rle", "jpeg2000", "jpegls"])
    def test_a_header_that_lies_about_its_size(self, tmp_path: Path, codec: str):
        files = compressed(write(tmp_path, slices(voxels_of(5, 16, 16, np.uint16))), codec)
        rows = b"\x28\0\x10\0US\2\0"
        for path in files:
            path.write_bytes(path.read_bytes().replace(rows + b"\x10\0", rows + b"\0\x7f"))
        assert refused(read_volumes(files)) in ("size_does_not_fit", "unreadable")

    @pytest.mark.parametrize("codec", ["", "rle", "jpeg2000", "jpegls", "jpeg"])
    def test_random_damage_is_answered(self, tmp_path: Path, codec: str):
        random = Random(7)
        files = compressed(write(tmp_path, slices(voxels_of(3, 16, 16, np.uint16))), codec)
        whole = [path.read_bytes() for path in files]
        for _ in range(60):
            for path, data in zip(files, whole, strict=True):
                damaged = bytearray(data)
                for _ in range(random.choice((1, 3, 30))):
                    damaged[random.randrange(132, len(damaged))] = random.randrange(256)
                path.write_bytes(damaged)
            read = read_volumes(files)
            assert read.series or read.skipped or read.others

    def test_files_without_preamble(self, tmp_path: Path):
        files = write(tmp_path, slices(voxels_of()))
        for path in files:
            path.write_bytes(path.read_bytes()[132:])
        assert np.array_equal(only(read_volumes(files)).volume.voxels, voxels_of())

    def test_other_objects_and_files(self, tmp_path: Path):
        report = header(SOPClassUID="1.2.840.10008.5.1.4.1.1.88.33", Modality="SR")
        (tmp_path / "notes.txt").write_text("no scan")
        read = read_volumes([*write(tmp_path, [report]), tmp_path / "notes.txt"])
        assert [skipped.code for skipped in read.skipped] == ["not_an_image"]
        assert read.others == (tmp_path / "notes.txt",)


def compressed(files: list[Path], codec: str) -> list[Path]:
    """The same files in another transfer syntax; GDCM writes what pydicom cannot."""
    import gdcm  # pyright: ignore[reportMissingTypeStubs]

    library: Any = gdcm
    syntaxes = {
        "rle": library.TransferSyntax.RLELossless,
        "jpeg2000": library.TransferSyntax.JPEG2000Lossless,
        "jpegls": library.TransferSyntax.JPEGLSLossless,
        "jpeg": library.TransferSyntax.JPEGLosslessProcess14_1,
    }
    for path in files if codec else ():
        reader = library.ImageReader()
        reader.SetFileName(str(path))
        assert reader.Read()
        change = library.ImageChangeTransferSyntax()
        change.SetTransferSyntax(library.TransferSyntax(syntaxes[codec]))
        change.SetInput(reader.GetImage())
        assert change.Change()
        writer = library.ImageWriter()
        writer.SetFileName(str(path))
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        assert writer.Write()
    return files


def balls(
    at_mm: NDArray[np.float64],
    along_row: NDArray[np.float64],
    along_column: NDArray[np.float64],
    shape: tuple[int, int],
    centres: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.int16]:
    """Gaussian balls of 4 mm around two places of the world, seen by slices."""
    rows, columns = np.meshgrid(np.arange(shape[0]), np.arange(shape[1]), indexing="ij")
    plane = rows[..., None] * along_column + columns[..., None] * along_row
    world = at_mm[:, None, None, :] + plane
    away = [np.linalg.norm(world - centre, axis=-1) for centre in centres]
    return np.rint(sum(10_000 * np.exp(-(d**2) / (2 * 4.0**2)) for d in away)).astype(np.int16)


def centroid(volume: Volume, near_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the values within 13 mm of a place."""
    indices = np.argwhere(volume.voxels > 20)
    world = volume.grid.to_world(indices)
    weights = volume.voxels[tuple(indices.T)].astype(float)
    inside = np.linalg.norm(world - near_mm, axis=1) < 13
    return (world[inside] * weights[inside, None]).sum(axis=0) / weights[inside].sum()
