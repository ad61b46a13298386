"""The scene of a state, as a surgeon would see it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import interpolate, ndimage

from abaton.geometry.mesh import TriangleMesh
from abaton.geometry.surface import surface_of
from abaton.surgery.margin import margins_mm
from abaton.surgery.pictures.render import Camera, Thing, render
from abaton.surgery.pictures.shapes import Shape, ball, box, jaws, plate, ring, tube
from abaton.surgery.tasks import needle, pads, peg_transfer, press, resect
from abaton.surgery.tasks.liver import HEPATIC, LIVER, PORTAL, TUMOUR, Scene

Array = NDArray[np.float64]

STEEL, DARK = (0.62, 0.64, 0.66), (0.22, 0.23, 0.25)
LIVER_COLOR, TUMOUR_COLOR = (0.52, 0.21, 0.17), (0.88, 0.78, 0.50)
PORTAL_COLOR, HEPATIC_COLOR = (0.44, 0.36, 0.66), (0.25, 0.42, 0.68)
UP = np.array([0.0, 0.0, 1.0])


def picture(state: Any) -> NDArray[np.uint8]:
    """A picture of any task's state, (460, 720, 3)."""
    if isinstance(state, peg_transfer.State):
        return _pegs(state)
    if isinstance(state, needle.State):
        return _needle(state)
    if isinstance(state, press.State):
        return _press(state)
    return _resect(state)


def _shaft(tip: Array, back: Array, length_m: float, radius_m: float) -> Thing:
    way = np.linspace(0, 1, 8)[:, None] * (back / np.linalg.norm(back)) * length_m
    return Thing(tube(tip + way, radius_m), DARK, gloss=0.35)


def _pegs(state: peg_transfer.State) -> NDArray[np.uint8]:
    things = [
        Thing(box(np.array([-0.06, -0.035, -0.006]), np.array([0.06, 0.035, 0.0])), (0.90, 0.87, 0.80), gloss=0.05)
    ]
    for peg in peg_transfer.PEGS_M:
        way = peg + np.linspace(0, peg_transfer.PEG_HEIGHT_M, 6)[:, None] * UP
        things.append(Thing(tube(way, peg_transfer.PEG_RADIUS_M), (0.72, 0.70, 0.66)))
    for centre, color in zip(state.ring_m, ((0.80, 0.36, 0.26), (0.20, 0.50, 0.46), (0.84, 0.63, 0.22)), strict=True):
        things.append(Thing(ring(centre, peg_transfer.RING_RADIUS_M, peg_transfer.RING_THICK_M), color))
    for arm, rcm, grip in zip(state.arms, peg_transfer.RCM_M, state.grip_rad, strict=True):
        pose = arm.pose()
        pose[:3, 3] += rcm
        wrist = pose[:3, 3] - 0.0102 * pose[:3, 2]
        things += [Thing(jaw, STEEL, gloss=0.5) for jaw in jaws(pose, float(grip), 0.0102, 0.0011)]
        things.append(Thing(tube(wrist + np.linspace(-0.006, 0, 4)[:, None] * pose[:3, 2], 0.0024), STEEL, gloss=0.5))
        wrist = wrist - 0.006 * pose[:3, 2]
        things.append(_shaft(wrist, rcm - wrist, 0.06, 0.0032))
    camera = Camera(np.array([0.0, -0.15, 0.115]), np.array([0.0, 0.0, 0.014]), UP, 33)
    return render(things, camera)


SKIN_COLOR, FAT_COLOR, CAPSULE_COLOR = (0.91, 0.73, 0.62), (0.95, 0.85, 0.58), (0.86, 0.62, 0.56)


def _needle(state: needle.State) -> NDArray[np.uint8]:
    """The body cut open along the plane in which a needle passes the vessel, as in-plane ultrasound shows it."""
    along = state.vessel_axis * np.array([1.0, 1.0, 0.0])
    along /= np.linalg.norm(along)
    turn = np.stack([np.cross(along, UP), along, UP])

    def seen(point_m: Array) -> Array:
        turned: Array = turn @ (point_m - np.array([*state.target_m[:2], 0.0]))
        return turned

    target, tip, axis = seen(state.target_m), seen(state.tip_m), turn @ state.axis
    inside = bool(np.isfinite(state.entry_m[0]))
    # The cut lies just behind whatever must be seen.
    cut = max(0.002, *((float(seen(state.entry_m)[1]) + 0.0015, float(tip[1]) + 0.0015) if inside else (0.0,)))
    back, half, floor = cut + 0.035, 0.052, -0.096
    skin = float(needle.LAYERS[0].thickness_m)
    things: list[Thing] = []
    for top, bottom, color, gloss in (
        (0.0, -skin, SKIN_COLOR, 0.1),
        (-skin, 0.0008 - needle.CAPSULE_M, FAT_COLOR, 0.1),
        (0.0008 - needle.CAPSULE_M, -needle.CAPSULE_M, CAPSULE_COLOR, 0.3),
        (-needle.CAPSULE_M, floor, LIVER_COLOR, 0.15),
    ):
        low, high = np.array([-half, cut, bottom]), np.array([half, back, top])
        things.append(Thing(box(low, high, 60), color, gloss=gloss))
    things.append(Thing(ball(target, needle.TARGET_RADIUS_M, 40), TUMOUR_COLOR, gloss=0.2))
    way: Array = turn @ state.vessel_axis
    middle = seen(state.vessel_m)
    first, last = (float((cut + out - middle[1]) / way[1]) for out in (0.004, -0.014))
    vessel: Array = middle + np.linspace(first, last, 12)[:, None] * way
    things.append(Thing(tube(vessel, needle.VESSEL_RADIUS_M, 48), HEPATIC_COLOR, gloss=0.4))
    things.append(Thing(tube(vessel[-1] + np.linspace(0, 1e-4, 2)[:, None] * way * np.sign(last - first),
                             0.72 * needle.VESSEL_RADIUS_M, 48), (0.35, 0.06, 0.08), gloss=0.1))  # fmt: skip
    shaft = tip - np.linspace(0, 0.12, 20)[:, None] * axis
    things.append(Thing(tube(shaft, 0.0008, 24), (0.80, 0.82, 0.84), gloss=0.7))
    things.append(Thing(tube(tip - np.linspace(0, 0.003, 3)[:, None] * axis, 0.00085, 24), (0.95, 0.96, 0.97)))
    hub = shaft[-1] - np.linspace(0, 0.02, 4)[:, None] * axis
    things.append(Thing(tube(hub, 0.004, 32), (0.25, 0.42, 0.40)))
    camera = Camera(np.array([0.03, -0.33, -0.005]), np.array([0.0, 0.0, -0.036]), UP, 23)
    return render(things, camera, toward_light=np.array([-0.45, -0.9, 0.75]))


PAD_COLORS = ((0.93, 0.80, 0.46), (0.52, 0.21, 0.17), (0.62, 0.33, 0.36), (0.56, 0.25, 0.20))


def _press(state: press.State) -> NDArray[np.uint8]:
    things: list[Thing] = []
    pressed = pads.pad_at(state.place_m) if np.isfinite(state.place_m[0]) else -1
    for pad, (x, half) in enumerate(zip(pads.PAD_X_M, pads.PAD_HALF_M, strict=True)):
        xs, ys = np.linspace(x - half, x + half, 110), np.linspace(-half, half, 110)
        height = _sunk(state, xs, ys) if pad == pressed else np.zeros((110, 110))
        # The last pad lets light through, so that the lump in it shows.
        opacity = 0.5 if pad == 3 else 1.0
        top = plate(height, xs, ys)
        things.append(Thing(top, _grain(pad, top[0]), opacity=opacity, gloss=0.12 if pad == 0 else 0.4))
        side = np.linspace(-1, 0, 24)[:, None] * pads.THICK_M + np.where(
            np.linspace(-1, 0, 24)[:, None] > -1, height[:, 0] * np.linspace(0, 1, 24)[:, None] ** 2, 0.0
        )
        points = np.stack([np.broadcast_to(xs, side.shape), np.full(side.shape, -half), side], axis=-1)
        skirt = (points.reshape(-1, 3), plate(np.zeros((24, 110)), np.arange(24.0), np.arange(110.0))[1])
        things.append(Thing(skirt, 0.85 * _grain(pad, skirt[0]), opacity=opacity, gloss=0.1))
        if pad == 3:
            floor = box(np.array([x - half, -half, -pads.THICK_M]), np.array([x + half, half, 1e-4 - pads.THICK_M]))
            things += [
                Thing(floor, (0.50, 0.24, 0.19), gloss=0.0),
                Thing(box(np.array([x - half, half - 1e-4, -pads.THICK_M]), np.array([x + half, half, -5e-4])),
                      (0.50, 0.24, 0.19), gloss=0.0),
                Thing(ball(np.array([*state.lump_m, -pads.LUMP_DEPTH_M]), pads.LUMP_RADIUS_M, 30), TUMOUR_COLOR),
            ]  # fmt: skip
        else:
            for sign in (-1, 1):
                edge = x + sign * half
                low, high = np.array([edge - 1e-5, -half, -pads.THICK_M]), np.array([edge + 1e-5, half, -1e-4])
                things.append(
                    Thing(box(low, high, 40), 0.8 * np.array(PAD_COLORS[pad]) * np.ones((9600, 1)), gloss=0.1)
                )
    table = -pads.THICK_M
    things.append(Thing(box(np.array([-0.15, -0.055, table - 0.003]), np.array([0.165, 0.06, table])),
                        (0.86, 0.86, 0.84), gloss=0.1))  # fmt: skip
    middle = state.probe_m + pads.PROBE_RADIUS_M * UP
    things.append(Thing(ball(middle, pads.PROBE_RADIUS_M, 40), STEEL, gloss=0.6))
    things.append(_shaft(middle + 0.012 * UP, UP + np.array([0.15, 0.1, 0]), 0.09, 0.004))
    if np.isfinite(state.marked_m[0]):
        things.append(Thing(ball(np.array([*state.marked_m, 0.001]), 0.002, 14), (0.98, 0.97, 0.93)))
    camera = Camera(np.array([0.03, -0.34, 0.17]), np.array([0.007, 0.0, -0.004]), UP, 32)
    return render(things, camera)


def _sunk(state: press.State, xs: Array, ys: Array) -> Array:
    """(x, y), m: the surface as the body's own vertices lie, drawn smoothly between them."""
    surface = state.surface()
    if surface is None:
        return np.zeros((len(xs), len(ys)))
    sunk = surface.sunk_m(surface.press(state.probe_m).each_n)
    points = surface.points_m
    x, y = np.unique(points[:, 0]), np.unique(points[:, 1])
    lattice = np.zeros((len(x), len(y)))
    lattice[np.searchsorted(x, points[:, 0]), np.searchsorted(y, points[:, 1])] = sunk
    smooth: Any = interpolate.RectBivariateSpline(x, y, lattice, kx=3, ky=3)
    return np.asarray(-smooth(xs, ys), dtype=np.float64)


def _grain(pad: int, points: Array) -> Array:
    """(n, 3): lobules of fat, the even brown of liver, streaks of a kidney's cortex."""
    x, y, z = (1000 * points).T
    lobules = np.sin(0.9 * x + 1.7 * np.sin(0.5 * y)) * np.sin(0.8 * y + 1.3 * np.sin(0.6 * x + 0.4 * z))
    streaks = np.sin(2.2 * (x - 25) + 0.8 * np.sin(0.7 * y)) * (0.5 + 0.5 * np.sin(0.31 * y + 0.2 * z))
    spots = np.sin(1.3 * x + np.sin(1.1 * y)) * np.sin(1.4 * y + np.sin(0.9 * x) + z)
    light = {0: 0.07 * lobules, 2: 0.06 * streaks}.get(pad, 0.025 * spots)
    return np.clip(np.array(PAD_COLORS[pad]) * (1 + light)[:, None], 0, 1)


def _mesh(mesh: TriangleMesh, scene: Scene) -> Shape:
    """From patient millimetres to the task's metres."""
    affine = scene.grid.affine
    turn = np.stack([affine[:3, 1], affine[:3, 2], -affine[:3, 0]], axis=1) / np.linalg.norm(affine[:3, 0])
    return (mesh.vertices_mm - scene.centre_mm) @ turn / 1000, mesh.faces


def _resect(state: resect.State) -> NDArray[np.uint8]:
    scene = state.field.scene
    left = (scene.labels > 0) & ~state.gone & ~state.specimen
    shape = _mesh(surface_of(left, scene.grid, 10), scene)
    things = [Thing(shape, _cut_colors(shape, state, LIVER_COLOR), gloss=0.35)]
    if state.freed:
        lifted = _mesh(surface_of(state.specimen, scene.grid, 10), scene)
        color = _specimen_colors(lifted, state)
        things.append(Thing((lifted[0] + np.array([-0.036, 0.0, 0.018]), lifted[1]), color, gloss=0.35))
    pose = state.arm.pose()
    pose[:3, 3] += resect.RCM_M
    things.append(Thing(ball(pose[:3, 3], 0.0017), (0.85, 0.80, 0.62), gloss=0.6))
    things.append(Thing(tube(pose[:3, 3] - np.linspace(0, 0.0193, 6)[:, None] * pose[:3, 2], 0.0016), STEEL, gloss=0.6))
    wrist = pose[:3, 3] - 0.0193 * pose[:3, 2]
    things.append(_shaft(wrist, resect.RCM_M - wrist, 0.05, 0.004))
    return render(things, Camera(np.array([0.045, -0.11, 0.105]), np.array([-0.006, 0.0, 0.008]), UP, 40))


def _cut_colors(shape: Shape, state: resect.State, base: tuple[float, float, float]) -> Array:
    """Where energy went the surface is paler and browner; where tumour shows it is yellow."""
    index = shape[0] @ state.field.to_index[:3, :3].T + state.field.to_index[:3, 3]
    near = np.clip(np.rint(index).astype(np.int64), 0, np.array(state.gone.shape) - 1)
    labels = state.field.scene.labels[near[:, 0], near[:, 1], near[:, 2]]
    colors = np.empty((len(near), 3))
    colors[:] = base
    low = np.clip(near - 1, 0, None)
    high = np.clip(near + 1, None, np.array(state.gone.shape) - 1)
    burnt = np.zeros(len(near), dtype=np.bool_)
    for corner in (low, near, high):
        for other in (low, near, high):
            burnt |= (
                state.gone[corner[:, 0], other[:, 1], near[:, 2]] | state.gone[near[:, 0], corner[:, 1], other[:, 2]]
            )
    colors[burnt] = (0.71, 0.47, 0.36)
    for label, color in ((TUMOUR, TUMOUR_COLOR), (PORTAL, PORTAL_COLOR), (HEPATIC, HEPATIC_COLOR)):
        colors[labels == label] = color
    return colors


def _specimen_colors(shape: Shape, state: resect.State) -> Array:
    """The specimen's cut surface shows its margin as the heat map does; the liver's own surface stays as it was."""
    aim = state.field.aim
    index = shape[0] @ state.field.to_index[:3, :3].T + state.field.to_index[:3, 3]
    colors = margin_colors(margins_mm(aim, aim.grid.to_world(index)))
    near = np.clip(np.rint(index).astype(np.int64), 0, np.array(state.gone.shape) - 1)
    burnt: NDArray[np.bool_] = np.asarray(ndimage.binary_dilation(state.gone, iterations=2))
    beside = burnt[near[:, 0], near[:, 1], near[:, 2]]
    colors[~beside] = LIVER_COLOR
    return colors


def anatomy(state: resect.State) -> NDArray[np.uint8]:
    """The whole liver, with tumour and vessels inside, from the front."""
    scene = state.field.scene
    things: list[Thing] = []
    colors = {TUMOUR: TUMOUR_COLOR, PORTAL: PORTAL_COLOR, HEPATIC: HEPATIC_COLOR}
    for label, color in colors.items():
        mesh = surface_of(scene.whole == label, scene.whole_grid, 20)
        things.append(Thing((mesh.vertices_mm / 1000, mesh.faces), color, gloss=0.3))
    mesh = surface_of(scene.whole >= LIVER, scene.whole_grid, 20)
    things.append(Thing((mesh.vertices_mm / 1000, mesh.faces), LIVER_COLOR, opacity=0.38, gloss=0.5))
    middle = mesh.vertices_mm.mean(axis=0) / 1000
    size = float(np.ptp(mesh.vertices_mm, axis=0).max()) / 1000
    camera = Camera(middle + size * np.array([0.25, -2.0, 0.35]), middle, UP, 30)
    return render(things, camera, toward_light=np.array([-0.4, -0.9, 0.6]))


def heat_map(state: resect.State) -> NDArray[np.uint8]:
    """The specimen from two sides, coloured by its margin; the cut so far while it still hangs on."""
    scene = state.field.scene
    found = resect.final_margin(state)
    points, faces = _mesh(found.surface, scene)
    things: list[Thing] = []
    if len(points):
        colors = margin_colors(found.margin_mm)
        for shift, turn in ((-0.022, 1.0), (0.022, -1.0)):
            # The second is turned over, to show the side away from the arm.
            flipped = points * np.array([1.0, turn, turn]) + np.array([shift, 0.0, 0.0])
            things.append(Thing((flipped, faces), colors, gloss=0.1))
    return render(
        things, Camera(np.array([0.0, -0.07, 0.07]), np.zeros(3), UP, 34), toward_light=np.array([-0.2, -0.7, 1.0])
    )


def margin_colors(margin_mm: Array) -> Array:
    """(n, 3): dark red at 0 and below, yellow at the planned margin, green and blue beyond."""
    stops = np.array([0.0, 2.5, resect.PLANNED_MM - 0.01, resect.PLANNED_MM, 7.0, 10.0])
    colors = np.array(
        [
            [0.55, 0.06, 0.10],
            [0.87, 0.35, 0.16],
            [0.96, 0.78, 0.36],
            [0.72, 0.84, 0.62],
            [0.25, 0.62, 0.50],
            [0.16, 0.36, 0.55],
        ]
    )
    return np.stack([np.interp(margin_mm, stops, colors[:, n]) for n in range(3)], axis=1)
