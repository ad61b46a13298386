"""The ray-caster in a real Chromium, on made volumes whose pictures have closed forms."""

import base64
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from playwright.sync_api import Browser, Page

Array = NDArray[np.float64]
Bytes = NDArray[np.uint8]

_HERE = Path(__file__).parent
_PIXELS = 96
_NEAR_MM, _FAR_MM = 10.0, 500.0
_EYE_MM = 200.0
_OPAQUE = [{"at": 0.45, "color": [1, 1, 1], "opacity": 0}, {"at": 0.55, "color": [1, 1, 1], "opacity": 1}]
_SHARP = [{"at": 0.495, "color": [1, 1, 1], "opacity": 0}, {"at": 0.505, "color": [1, 1, 1], "opacity": 1}]


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("volume")
    node = Path(sys.executable).parent / "node"
    subprocess.run([node, _HERE / "volume_bundle.mjs", folder], check=True)
    (folder / "index.html").write_text('<!doctype html><script src="volume.js"></script>')
    context = browser.new_context()
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
    page.goto((folder / "index.html").as_uri())
    yield page
    context.close()
    assert problems == []


def _grid(shape: tuple[int, int, int], spacing_mm: ArrayLike, turn: Array | None = None) -> Array:
    """Texture index (x, y, z) to the world, with the middle of the volume at the origin."""
    matrix = np.eye(4)
    matrix[:3, :3] = (np.eye(3) if turn is None else turn) @ np.diag(np.asarray(spacing_mm, dtype=float))
    matrix[:3, 3] = -matrix[:3, :3] @ ((np.array(shape) - 1) / 2)
    return matrix


def _turn(degrees: float, about: ArrayLike) -> Array:
    """Rodrigues' rotation."""
    x, y, z = np.asarray(about) / np.linalg.norm(about)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = math.radians(degrees)
    return np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross


def _made(shape: tuple[int, int, int], matrix: Array, value: Callable[[Array], Array]) -> Bytes:
    """Bytes, (z, y, x), of a function of world positions (..., 3)."""
    z, y, x = np.indices(shape[::-1])
    world = np.stack([x, y, z, np.ones_like(x)], axis=-1) @ matrix.T
    return np.clip(np.rint(value(world[..., :3])), 0, 255).astype(np.uint8)


def _ball(radius_mm: float, centre: ArrayLike = (0, 0, 0), steep: float = 8.0) -> Callable[[Array], Array]:
    """127.5 on the surface, more inside; `steep` bytes per mm."""
    return lambda at: 127.5 + steep * (radius_mm - np.linalg.norm(at - np.asarray(centre, dtype=float), axis=-1))


def _view(eye: ArrayLike, target: ArrayLike = (0, 0, 0), up: ArrayLike = (0, 0, 1)) -> Array:
    eye = np.asarray(eye, dtype=float)
    back = eye - np.asarray(target, dtype=float)
    back /= np.linalg.norm(back)
    right = np.cross(np.asarray(up, dtype=float), back)
    right /= np.linalg.norm(right)
    matrix = np.eye(4)
    matrix[:3, :3] = [right, np.cross(back, right), back]
    matrix[:3, 3] = -matrix[:3, :3] @ eye
    return matrix


def _parallel(side_mm: float) -> Array:
    depth = _FAR_MM - _NEAR_MM
    matrix = np.diag([2 / side_mm, 2 / side_mm, -2 / depth, 1.0])
    matrix[2, 3] = -(_FAR_MM + _NEAR_MM) / depth
    return matrix


def _perspective(field_deg: float, near_mm: float = _NEAR_MM) -> Array:
    f = 1 / math.tan(math.radians(field_deg) / 2)
    matrix = np.diag([f, f, -(_FAR_MM + near_mm) / (_FAR_MM - near_mm), 0.0])
    matrix[2, 3] = -2 * _FAR_MM * near_mm / (_FAR_MM - near_mm)
    matrix[3, 2] = -1
    return matrix


def _depth_of(distance_mm: ArrayLike, projection: Array) -> Array:
    """What the depth buffer holds at a distance in front of the eye."""
    z = -np.asarray(distance_mm, dtype=float)
    clip = projection[2, 2] * z + projection[2, 3]
    return 0.5 * clip / (projection[3, 2] * z + projection[3, 3]) + 0.5


class Picture:
    """Colours (row, column, 4), 0..255, and depths (row, column), top row first; the eye's matrices."""

    def __init__(self, found: dict[str, Any], projection: Array, view: Array, width: int) -> None:
        assert found["error"] == 0
        self.color = _rows(np.frombuffer(base64.b64decode(found["color"]), np.uint8).reshape(-1, width, 4))
        self.depth = _rows(np.frombuffer(base64.b64decode(found["depth"]), np.float32).reshape(-1, width))
        self.projection, self.view = projection, view

    @property
    def lit(self) -> NDArray[np.bool_]:
        """Where more than half the light is held back."""
        return self.color[..., 3] > 127

    def world(self, hit: NDArray[np.bool_]) -> Array:
        """(n, 3): the positions in the world that depth tells of."""
        rows, columns = np.nonzero(hit)
        height, width = hit.shape
        clip = np.stack(
            [
                2 * (columns + 0.5) / width - 1,
                1 - 2 * (rows + 0.5) / height,
                2 * self.depth[hit] - 1,
                np.ones(rows.size),
            ],
            axis=-1,
        )
        homogeneous = clip @ np.linalg.inv(self.projection @ self.view).T
        return homogeneous[:, :3] / homogeneous[:, 3:]


def _rows(lowest_first: NDArray[Any]) -> NDArray[Any]:
    return lowest_first[::-1].astype(float)


def _request(values: Bytes, matrix: Array, projection: Array, view: Array, **more: Any) -> dict[str, Any]:
    eyes = more.pop("views", [view])
    width = _PIXELS * len(eyes)
    return {
        "size": values.shape[::-1],
        "values": base64.b64encode(values.tobytes()).decode(),
        "indexToWorld": matrix.T.ravel().tolist(),
        "transfer": more.pop("transfer", []),
        "pixels": [width, _PIXELS],
        "eyes": [
            {
                "projection": projection.T.ravel().tolist(),
                "view": one.T.ravel().tolist(),
                "viewport": [_PIXELS * number, 0, _PIXELS, _PIXELS],
            }
            for number, one in enumerate(eyes)
        ],
        "background": more.pop("background", [0, 0, 0, 0]),
        "look": {"mode": more.pop("mode", "composite"), **more.pop("look", {})},
        **more,
    }


def _draw(page: Page, values: Bytes, matrix: Array, projection: Array, view: Array, **more: Any) -> Picture:
    request = _request(values, matrix, projection, view, **more)
    found = page.evaluate("request => volume.draw(request)", request)
    return Picture(found, projection, view, request["pixels"][0])


_GRIDS = pytest.mark.parametrize(
    ("shape", "spacing_mm", "turn"),
    [
        ((48, 48, 48), (1.0, 1.0, 1.0), None),
        ((60, 40, 20), (0.8, 1.2, 2.4), None),
        ((60, 40, 24), (0.8, 1.2, 2.2), _turn(35, (1, 2, 3))),
    ],
)


@_GRIDS
def test_an_iso_surface_lies_where_the_sphere_does(
    page: Page, shape: tuple[int, int, int], spacing_mm: tuple[float, float, float], turn: Array | None
) -> None:
    matrix = _grid(shape, spacing_mm, turn)
    values = _made(shape, matrix, _ball(16))
    for projection in (_parallel(60), _perspective(16)):
        picture = _draw(page, values, matrix, projection, _view((_EYE_MM, 30, 50)), mode="iso", look={"iso": 0.5})
        distances = np.linalg.norm(picture.world(picture.lit), axis=-1)
        # A byte is an eighth of a millimetre; interpolation cuts corners of a ball by spacing^2 / (8 radius).
        assert np.abs(distances - 16).max() < 0.125 + 2.4**2 / 8 / 16 + 0.05
        assert np.all(picture.depth[~picture.lit] == 1)


@_GRIDS
def test_a_silhouette_has_the_size_of_the_sphere(
    page: Page, shape: tuple[int, int, int], spacing_mm: tuple[float, float, float], turn: Array | None
) -> None:
    matrix = _grid(shape, spacing_mm, turn)
    values = _made(shape, matrix, _ball(16))
    millimetre = _PIXELS / 60
    picture = _draw(page, values, matrix, _parallel(60), _view((0, -_EYE_MM, 0)), transfer=_SHARP)
    rows, columns = np.nonzero(picture.lit)
    assert np.ptp(rows) + 1 == pytest.approx(32 * millimetre, abs=1.6)
    assert np.ptp(columns) + 1 == pytest.approx(32 * millimetre, abs=1.6)
    assert picture.lit.sum() == pytest.approx(math.pi * (16 * millimetre) ** 2, rel=0.03)
    field = 2 * math.degrees(math.atan(30 / _EYE_MM))
    near = _draw(page, values, matrix, _perspective(field), _view((0, -_EYE_MM, 0)), transfer=_SHARP)
    # The outline of a ball is that of the cone that touches it.
    radius = 16 / math.sqrt(1 - (16 / _EYE_MM) ** 2) * millimetre
    assert near.lit.sum() == pytest.approx(math.pi * radius**2, rel=0.03)


@pytest.mark.parametrize("step", [0.5, 0.9, 1.0, 2.3])
@pytest.mark.parametrize("look", [{}, {"jitter": True}])
def test_a_homogeneous_slab_lets_exp_of_its_depth_pass(page: Page, step: float, look: dict[str, Any]) -> None:
    shape = (30, 21, 17)
    matrix = _grid(shape, (1.0, 0.8, 1.5))
    values = np.full(shape[::-1], 180, np.uint8)
    opacity = 0.06
    thick_mm = 21 * 0.8
    transfer = [{"at": 0, "color": [0, 0, 0], "opacity": opacity}]
    for projection in (_parallel(20), _perspective(4)):
        picture = _draw(
            page,
            values,
            matrix,
            projection,
            _view((0, -_EYE_MM, 0)),
            transfer=transfer,
            background=[1, 1, 1, 1],
            look={"stepVoxels": step, **look},
        )
        assert np.abs(picture.color[..., 0] - 255 * (1 - opacity) ** thick_mm).max() <= 1.01


def test_a_slab_seen_at_a_slant_is_thicker(page: Page) -> None:
    shape = (64, 10, 64)
    matrix = _grid(shape, (1.0, 1.0, 1.0))
    transfer = [{"at": 0, "color": [0, 0, 0], "opacity": 0.05}]
    angle = math.radians(50)
    view = _view((_EYE_MM * math.sin(angle), -_EYE_MM * math.cos(angle), 0))
    values = np.full(shape[::-1], 9, np.uint8)
    picture = _draw(page, values, matrix, _parallel(20), view, transfer=transfer, background=[1, 1, 1, 1])
    assert np.abs(picture.color[..., 0] - 255 * 0.95 ** (10 / math.cos(angle))).max() <= 1.01


def test_mip_shows_the_greatest_value_of_every_ray(page: Page) -> None:
    chance = np.random.default_rng(4)
    shape = (_PIXELS, 12, _PIXELS)
    values = np.zeros(shape[::-1], np.uint8)
    spots = tuple(chance.integers(0, n, 3000) for n in values.shape)
    values[spots] = chance.integers(1, 256, 3000)
    # A pixel a voxel, along y: every ray goes through voxel centres.
    picture = _draw(page, values, _grid(shape, (1, 1, 1)), _parallel(_PIXELS), _view((0, -_EYE_MM, 0)), mode="mip")
    assert np.abs(picture.color[..., 0] - values.max(axis=1)[::-1]).max() <= 1


def test_mip_never_exceeds_the_greatest_value_and_skips_nothing(page: Page) -> None:
    shape = (40, 40, 40)
    matrix = _grid(shape, (1, 1, 1))
    values = _made(shape, matrix, _ball(9, (3, -2, 4), steep=20))
    view = _view((150, -90, 80))
    picture = _draw(page, values, matrix, _parallel(60), view, mode="mip")
    assert picture.color[..., 0].max() == values.max()
    # Above a window nothing below it is left, and the rest is the same.
    windowed = _draw(page, values, matrix, _parallel(60), view, mode="mip", look={"window": [0.5, 1]})
    wanted = np.clip((picture.color[..., 0] / 255 - 0.5) / 0.5, 0, 1) * 255
    assert np.abs(windowed.color[..., 0] - wanted).max() <= 2


def test_depth_is_written_where_the_picture_becomes_opaque(page: Page) -> None:
    shape = (40, 30, 40)
    matrix = _grid(shape, (1, 1, 1))
    values = _made(shape, matrix, lambda at: np.where(np.abs(at).max(axis=-1) < 8, 255.0, 0.0))
    projection = _perspective(12)
    picture = _draw(page, values, matrix, projection, _view((0, -_EYE_MM, 0)), transfer=_OPAQUE)
    # The front face lies between the centres of voxels at 7.5 (inside) and 8.5 mm.
    middle = picture.depth[40:56, 40:56]
    assert middle.max() <= _depth_of(_EYE_MM - 7.5, projection) + 1e-6
    assert middle.min() >= _depth_of(_EYE_MM - 8.5 - 1, projection)
    assert picture.depth[0, 0] == 1


def test_two_eyes_see_the_shift_of_their_distance(page: Page) -> None:
    shape = (40, 40, 40)
    matrix = _grid(shape, (1, 1, 1))
    values = _made(shape, matrix, _ball(6))
    projection = _perspective(40)
    eyes = [_view((side, -_EYE_MM, 0), (side, 0, 0)) for side in (-32.0, 32.0)]
    picture = _draw(page, values, matrix, projection, eyes[0], views=eyes, transfer=_OPAQUE)
    left, right = picture.lit[:, :_PIXELS], picture.lit[:, _PIXELS:]
    shift = np.nonzero(left)[1].mean() - np.nonzero(right)[1].mean()
    focal = _PIXELS / 2 / math.tan(math.radians(20))
    assert shift == pytest.approx(focal * 64 / _EYE_MM, abs=0.5)
    assert np.abs(left.sum() - right.sum()) <= 4


@pytest.mark.parametrize("mode", ["composite", "iso"])
def test_from_inside_a_hollow_ball_its_wall_is_seen_all_around(page: Page, mode: str) -> None:
    shape = (50, 50, 50)
    matrix = _grid(shape, (1, 1, 1))
    values = _made(shape, matrix, lambda at: 127.5 + 8 * (np.linalg.norm(at, axis=-1) - 15))
    eye = np.array([2.0, -3.0, 1.0])
    projection = _perspective(90, near_mm=0.5)
    for towards in ((1, 0, 0), (-1, 2, 0.5)):
        picture = _draw(page, values, matrix, projection, _view(eye, eye + towards), mode=mode, transfer=_OPAQUE)
        assert picture.lit.all()
        distances = np.linalg.norm(picture.world(picture.lit), axis=-1)
        if mode == "iso":
            assert np.abs(distances - 15).max() < 0.25
        else:
            # From 0.45 on it is opaque within two steps.
            assert distances.min() > 13
            assert distances.max() < 18.5


def test_an_eye_inside_the_tissue_begins_at_its_near_plane(page: Page) -> None:
    shape = (40, 40, 40)
    matrix = _grid(shape, (1, 1, 1))
    values = np.full(shape, 100, np.uint8)
    transfer = [{"at": 0, "color": [0, 0, 0], "opacity": 0.04}]
    projection = _perspective(2, near_mm=3)
    picture = _draw(
        page, values, matrix, projection, _view((0, 0, 0), (0, 1, 0)), transfer=transfer, background=[1, 1, 1, 1]
    )
    assert np.abs(picture.color[..., 0] - 255 * 0.96 ** (20 - 3)).max() <= 1.01


@pytest.mark.parametrize("mode", ["composite", "iso", "mip"])
def test_a_clip_plane_cuts_in_the_world(page: Page, mode: str) -> None:
    shape = (40, 40, 20)
    matrix = _grid(shape, (1, 1, 2), _turn(30, (0, 0, 1)))
    values = _made(shape, matrix, _ball(14))
    # Keeps x >= 4 mm; the camera looks along +y with x to the right.
    look = {"clipPlanes": [[1, 0, 0, -4]]}
    options: dict[str, Any] = {"mode": mode, "transfer": _OPAQUE}
    view = _view((0, -_EYE_MM, 0))
    whole = _draw(page, values, matrix, _parallel(48), view, **options)
    cut = _draw(page, values, matrix, _parallel(48), view, look=look, **options)
    columns = (np.arange(_PIXELS) + 0.5) / _PIXELS * 48 - 24
    assert not cut.lit[:, columns < 3.9].any()
    assert np.array_equal(cut.lit[:, columns > 4.3], whole.lit[:, columns > 4.3])


def test_a_cut_through_the_inside_is_shown_at_its_place(page: Page) -> None:
    shape = (40, 40, 40)
    matrix = _grid(shape, (1, 1, 1))
    values = _made(shape, matrix, _ball(14))
    look = {"iso": 0.5, "clipPlanes": [[0, 1, 0, 2.5]]}
    picture = _draw(page, values, matrix, _parallel(48), _view((0, -_EYE_MM, 0)), mode="iso", look=look)
    assert picture.world(picture.lit)[:, 1].min() == pytest.approx(-2.5, abs=0.01)


def test_a_clip_box_cuts_along_the_axes_of_the_volume(page: Page) -> None:
    shape = (40, 20, 30)
    matrix = _grid(shape, (1, 1.5, 1))
    values = np.full(shape[::-1], 255, np.uint8)
    look = {"clipBox": {"low": [0.25, 0, 0.5], "high": [0.75, 1, 1]}}
    picture = _draw(page, values, matrix, _parallel(48), _view((0, -_EYE_MM, 0)), transfer=_OPAQUE, look=look)
    rows, columns = np.nonzero(picture.lit)
    assert np.ptp(columns) + 1 == pytest.approx(20 * 2, abs=1)
    assert np.ptp(rows) + 1 == pytest.approx(15 * 2, abs=1)
    assert rows.max() == 47  # the upper half


def test_what_stands_in_the_scene_ends_the_rays(page: Page) -> None:
    shape = (60, 20, 60)
    matrix = _grid(shape, (1, 1, 1))
    values = np.full(shape[::-1], 60, np.uint8)
    transfer = [{"at": 0, "color": [0, 0, 0], "opacity": 0.05}]
    for projection in (_parallel(20), _perspective(5)):
        wall = float(_depth_of(_EYE_MM - 3, projection))
        picture = _draw(
            page,
            values,
            matrix,
            projection,
            _view((0, -_EYE_MM, 0)),
            transfer=transfer,
            background=[1, 1, 1, 1],
            wall={"depth": wall, "share": 0.5},
        )
        # The wall stands 3 mm before the middle: 7 of 20 mm are in front of it.
        assert np.abs(picture.color[:, :48, 0] - 255 * 0.95**7).max() <= 1.01
        assert np.abs(picture.color[:, 48:, 0] - 255 * 0.95**20).max() <= 1.01


def test_a_wall_in_front_hides_the_volume(page: Page) -> None:
    shape = (40, 40, 40)
    matrix = _grid(shape, (1, 1, 1))
    values = _made(shape, matrix, _ball(15))
    projection = _parallel(48)
    wall = {"depth": float(_depth_of(_EYE_MM - 30, projection)), "share": 0.5}
    for mode in ("composite", "iso", "mip"):
        picture = _draw(
            page, values, matrix, projection, _view((0, -_EYE_MM, 0)), mode=mode, transfer=_OPAQUE, wall=wall
        )
        assert not picture.lit[:, :48].any()
        assert picture.lit[48, 48:60].all()


def test_leaping_over_empty_space_changes_nothing(page: Page) -> None:
    shape = (50, 44, 37)
    matrix = _grid(shape, (0.9, 1.1, 1.3), _turn(25, (2, -1, 1)))
    balls = [_ball(6, (-9, -6, 5), 12), _ball(4, (10, 8, -6), 12), _ball(2, (0, 0, 14), 30)]
    values = _made(shape, matrix, lambda at: np.max([np.clip(ball(at), 0, 255) for ball in balls], axis=0))
    rise = [{"at": 0.2, "color": [1, 0.5, 0.2], "opacity": 0}, {"at": 1, "color": [1, 0.9, 0.8], "opacity": 0.5}]
    # So thin that it cannot be seen, but no brick is empty.
    haze = [{"at": 0, "color": [0, 0, 0], "opacity": 1e-6}, {**rise[0], "opacity": 1e-6}, rise[1]]
    for view in (_view((_EYE_MM, 60, 30)), _view((-20, 40, _EYE_MM), up=(0, 1, 0))):
        for lit in (False, True):
            look = {"lit": lit}
            leapt = _draw(page, values, matrix, _perspective(16), view, transfer=rise, look=look)
            whole = _draw(page, values, matrix, _perspective(16), view, transfer=haze, look=look)
            assert np.abs(leapt.color - whole.color).max() <= 1


def test_light_from_the_eye_fades_with_the_cosine(page: Page) -> None:
    shape = (60, 60, 60)
    matrix = _grid(shape, (1, 1, 1), _turn(20, (1, 1, 0)))
    values = _made(shape, matrix, _ball(22, steep=20))
    look = {"lit": True, "iso": 0.5, "shading": {"ambient": 0.2, "diffuse": 0.7, "specular": 0, "shininess": 1}}
    picture = _draw(page, values, matrix, _parallel(48), _view((0, -_EYE_MM, 0)), mode="iso", look=look)
    at = (np.arange(_PIXELS) + 0.5) / 2 - 24
    sine = np.hypot(at[:, None], at[None, :]) / 22
    inside = sine < 0.95
    wanted = 255 * (0.2 + 0.7 * np.sqrt(1 - np.minimum(sine, 1) ** 2))
    assert np.abs(picture.color[..., 0] - wanted)[inside].mean() < 2
    assert np.abs(picture.color[..., 0] - wanted)[inside].max() < 12


def test_fewer_pixels_show_the_same_thing_and_the_published_error_grows(page: Page) -> None:
    shape = (40, 40, 40)
    matrix = _grid(shape, (1, 1, 1))
    values = _made(shape, matrix, _ball(14))
    options: dict[str, Any] = {"transfer": _OPAQUE}
    view = _view((0, -_EYE_MM, 0))
    whole = _draw(page, values, matrix, _parallel(48), view, **options)
    half = _draw(page, values, matrix, _parallel(48), view, quality={"scale": 0.5, "stepVoxels": 2}, **options)
    assert half.lit.sum() == pytest.approx(whole.lit.sum(), rel=0.02)
    both = whole.lit & half.lit & (half.depth < 1)
    assert np.abs(half.depth - whole.depth)[both].mean() < 3 / (_FAR_MM - _NEAR_MM)
    errors = page.evaluate("r => volume.measure(r)", _request(values, matrix, _parallel(48), view, **options))
    means = [error["mean"] for error in errors]
    assert means == sorted(means)
    assert 0 <= means[0] < 0.02
    assert means[-1] > 0.01
    assert all(error["mean"] <= error["greatest"] <= 1 for error in errors)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": [4, 4, 5]}, "80 values were expected"),
        ({"size": [4, 4, 4.5]}, "three whole numbers"),
        ({"indexToWorld": [float("nan")] * 16}, "16 finite numbers"),
        ({"indexToWorld": [0.0] * 16}, "matrix that can be inverted"),
    ],
)
def test_what_is_no_volume_is_refused(page: Page, change: dict[str, Any], message: str) -> None:
    values = np.zeros((4, 4, 4), np.uint8)
    request = _request(values, _grid((4, 4, 4), (1, 1, 1)), _parallel(10), _view((0, -_EYE_MM, 0)))
    told = page.evaluate(
        "request => { try { volume.draw(request); return 'nothing'; } catch (error) { return String(error); } }",
        {**request, **change},
    )
    assert message in told
