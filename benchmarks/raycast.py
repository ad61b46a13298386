"""The ray-caster beside `@niivue/niivue` and `@kitware/vtk.js`, drawing the same bytes in the same Chromium.

One picture is 256 x 256 at one pixel a pixel, without smoothing of edges, orthographic, in steps of one voxel, with the
same transfer function, from the same twelve directions. SwiftShader draws: there is no graphics card here. Frames are
ended by `readPixels`; orbits of the three renderers follow each other in random order. For each scan, unlit and lit:

- `t1.ours_ms`, `t1.vtkjs_ms`, `t1.niivue_ms`: processor time of Chromium's GPU process a frame, the median of the
  repeats, over all its threads; `..._wall_ms`: wall time a frame, the median of all frames.
- `t1.vtkjs_ratio`, `t1.niivue_ratio`: how many times longer theirs takes.
- `t1.ours_fetches`, `t1.vtkjs_fetches`, `t1.niivue_fetches`: look-ups in 3-D textures a ray that meets the scan's box,
  counted by shaders whose every look-up adds one; `..._table_fetches`: look-ups in flat textures. They do not depend on
  the machine.
- `t1.ssim`: likeness of our pictures to those of `raycast_reference`, in quarter-voxel steps; the mean over the views.
  `t1.vtkjs_ssim`, `t1.niivue_ssim`: theirs to the same. Niivue takes the colours of voxels before it interpolates
  between them and multiplies by opacity twice; its second figure, `t1.niivue_own_ssim`, is to what it means to draw.
  When lit, everyone has a model of their own, and the reference has ours.

Ours may step further where it knows that nothing changes; that is what the likeness is for.

`t1` is the T1 head at 1 mm, cut to the head; `ct` the CT of the abdomen, given in 3 mm and resampled to 1 mm so that
there is as much to do as in a scan of today; `slab` 20 thick slices of a CT, resampled likewise. `t1.lit...` is with
light. Pictures are left in `artifacts/raycast`.

The transfer functions are those the viewer begins with: skin for the head, soft tissue for the CT. `--scans t1_brain
ct_bone` draws the same volumes with others.
"""

import argparse
import base64
import contextlib
import functools
import http.server
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np
import psutil
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import output, raycast_reference
from benchmarks.raycast_scene import SCANS, VIEWPORT_PX, VOXEL_MM, Scan, View, views
from tests.browser.chromium import find_chromium, launch

ROOT = Path(__file__).parents[1]
PEERS = Path(__file__).parent / "imaging_peers"
ARTIFACTS = ROOT / "artifacts" / "raycast"
RENDERERS = ("ours", "vtkjs", "niivue")
REPEATS = 5
SHOWN_VIEWS = (1, 5, 9)

_PAGE = """<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<title>{0}</title>
<style>body {{ margin: 0 }}</style>
<body><script type="module" src="{0}.js"></script>
"""

Picture = NDArray[np.float64]


def install_peers() -> None:
    """Install the peers beside the benchmarks, once, and bundle the three renderers with the client's Vite."""
    tools = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}"}
    if not (PEERS / "node_modules" / "@niivue").is_dir():
        subprocess.run([tools / "npm", "ci"], cwd=PEERS, check=True, stdout=sys.stderr, env=environment)
    vite = ROOT / "client" / "node_modules" / "vite" / "bin" / "vite.js"
    if not vite.is_file():
        raise SystemExit("The client's packages are not installed: run `make setup`.")
    output.progress("bundling the renderers")
    subprocess.run(
        [tools / "node", vite, "build", "--config", "vite.config.mjs"],
        cwd=PEERS,
        check=True,
        stdout=sys.stderr,
        env={**environment, "RAYCAST_OUT": str(ARTIFACTS / "site")},
    )


def write_site(scans: dict[str, Scan], angles: list[View]) -> None:
    """Write what the pages fetch."""
    site = ARTIFACTS / "site"
    volumes: dict[str, Any] = {}
    for name, scan in scans.items():
        (site / f"{name}.raw").write_bytes(scan.values.tobytes())
        volumes[name] = {
            "file": f"{name}.raw",
            "size": scan.values.shape[::-1],
            "spacing_mm": [VOXEL_MM] * 3,
            "look": {"transfer": scan.transfer, "half_height_mm": scan.half_height_mm},
        }
    light = raycast_reference.Light
    look = {
        "step_mm": VOXEL_MM,
        "light": {
            "ambient": light.ambient,
            "diffuse": light.diffuse,
            "specular": light.specular,
            "power": light.power,
        },
    }
    scene = {"viewport_px": VIEWPORT_PX, "views": angles, "volumes": volumes, "look": look}
    (site / "scene.json").write_bytes(msgspec.json.encode(scene))
    for renderer in RENDERERS:
        (site / f"{renderer}.html").write_text(_PAGE.format(renderer))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's names
        """Nothing: standard error is for people."""


@contextlib.contextmanager
def served(folder: Path) -> Generator[str]:
    """The folder on a port of this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()


class Chromium:
    """The browser and the process in which it draws."""

    def __init__(self, browser: Browser, site: str) -> None:
        self._browser = browser
        self._site = site
        self._context = browser.new_context(viewport={"width": 320, "height": 320}, device_scale_factor=1)
        self._gpu: psutil.Process | None = None

    def open(self, renderer: str, scan: str, *, lit: bool, count: bool = False) -> Page:
        """A page that has drawn its first picture."""
        page = self._context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        options = f"volume={scan}{'&lit' if lit else ''}{'&count' if count else ''}"
        page.goto(f"{self._site}/{renderer}.html?{options}")
        deadline = time.monotonic() + 180
        while not page.evaluate("'bench' in window"):
            if wrong or time.monotonic() > deadline:
                raise SystemExit(f"{renderer} did not draw {scan}: {wrong or 'nothing within 180 s'}")
            page.wait_for_timeout(50)
        info = page.evaluate("bench.info")
        if info["samples"] or info["buffer"] != [VIEWPORT_PX, VIEWPORT_PX] or "SwiftShader" not in info["drawn_with"]:
            raise SystemExit(f"{renderer} draws in another way than the others: {info}")
        return page

    def cpu_s(self) -> float:
        """Processor time that the GPU process has taken so far."""
        if self._gpu is None:
            children = psutil.Process().children(recursive=True)
            (self._gpu,) = (one for one in children if "--type=gpu-process" in one.cmdline())
        times = self._gpu.cpu_times()
        return times.user + times.system


def measure(chromium: Chromium, scan: str, lit: bool, arguments: argparse.Namespace, chance: random.Random) -> Any:
    """CPU milliseconds a frame of each orbit and wall milliseconds of each frame, by renderer."""
    cpu: dict[str, list[float]] = defaultdict(list)
    wall: dict[str, list[float]] = defaultdict(list)
    pages = {renderer: chromium.open(renderer, scan, lit=lit) for renderer in arguments.only}
    for repeat in range(arguments.repeats):
        for renderer in chance.sample(sorted(pages), len(pages)):
            output.progress(f"{scan}{' lit' if lit else ''}: {renderer}, orbit {repeat + 1} of {arguments.repeats}")
            page = pages[renderer]
            page.bring_to_front()
            before = chromium.cpu_s()
            frames_ms = page.evaluate("bench.orbit()")
            took_s = chromium.cpu_s() - before
            cpu[renderer].append(1000 * took_s / len(frames_ms))
            wall[renderer].extend(frames_ms)
    shown = {renderer: [picture(page, number) for number in range(arguments.views)] for renderer, page in pages.items()}
    for page in pages.values():
        page.close()
    return cpu, wall, shown


def bytes_of(page: Page, number: int) -> NDArray[np.uint8]:
    """One view as (n, n, 4) bytes, top row first."""
    found = base64.b64decode(page.evaluate("number => bench.picture(number)", number))
    return np.frombuffer(found, np.uint8).reshape(VIEWPORT_PX, VIEWPORT_PX, 4)[::-1]


def picture(page: Page, number: int) -> Picture:
    """One view as it is seen: (n, n, 3), 0 to 1."""
    return bytes_of(page, number)[..., :3] / 255


def fetches(page: Page, hits: list[NDArray[np.bool_]]) -> tuple[float, float]:
    """Look-ups a ray that meets the box, in 3-D textures and in flat ones, the mean over the views."""
    volume, table, rays = 0, 0, 0
    for number, hit in enumerate(hits):
        counts = bytes_of(page, number).astype(np.int64)
        volume += int((counts[..., 0] + 256 * counts[..., 1])[hit].sum())
        table += int((counts[..., 2] + 256 * counts[..., 3])[hit].sum())
        rays += int(hit.sum())
    return volume / rays, table / rays


def likeness(seen: list[Picture], wanted: list[Picture]) -> float:
    """Structural similarity of the pictures in grey, as in Wang et al. (2004), the mean over the views."""
    import skimage.metrics

    compare: Any = cast("Any", skimage.metrics).structural_similarity
    grey = np.array([0.2126, 0.7152, 0.0722])
    options = {"data_range": 1.0, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return statistics.mean(float(compare(a @ grey, b @ grey, **options)) for a, b in zip(seen, wanted, strict=True))


def wanted_pictures(
    scan: Scan, angles: list[View], lit: bool
) -> tuple[list[Picture], list[Picture], list[NDArray[np.bool_]]]:
    """The reference, the reference as Niivue means to draw it, and the rays that meet the box."""
    plain: list[Picture] = []
    squared: list[Picture] = []
    hits: list[NDArray[np.bool_]] = []
    for view in angles:
        drawn, hit = raycast_reference.render(scan, view, lit)
        color, opacity = np.clip(drawn[..., :3], 0, 1), drawn[..., 3:]
        plain.append(color)
        squared.append(color * opacity)
        hits.append(hit)
    return plain, squared, hits


def figures(chromium: Chromium, name: str, scan: Scan, lit: bool, arguments: argparse.Namespace) -> dict[str, Any]:
    """Everything about one scan, unlit or lit."""
    angles = views()[: arguments.views]
    chance = random.Random(arguments.seed)  # noqa: S311 - an order of turns
    cpu, wall, shown = measure(chromium, name, lit, arguments, chance)
    plain, squared, hits = wanted_pictures(scan, angles, lit)
    prefix = f"{name}.lit." if lit else f"{name}."
    found: dict[str, Any] = {}
    for renderer in arguments.only:
        found[f"{prefix}{renderer}_ms"] = round(statistics.median(cpu[renderer]), 2)
        found[f"{prefix}{renderer}_wall_ms"] = round(statistics.median(wall[renderer]), 2)
    for peer in arguments.only:
        if peer != "ours" and "ours" in arguments.only:
            found[f"{prefix}{peer}_ratio"] = round(found[f"{prefix}{peer}_ms"] / found[f"{prefix}ours_ms"], 2)
    for renderer in arguments.only:
        page = chromium.open(renderer, name, lit=lit, count=True)
        volume, table = fetches(page, hits)
        page.close()
        found[f"{prefix}{renderer}_fetches"] = round(volume, 1)
        found[f"{prefix}{renderer}_table_fetches"] = round(table, 1)
    for renderer in arguments.only:
        key = "ssim" if renderer == "ours" else f"{renderer}_ssim"
        found[prefix + key] = round(likeness(shown[renderer], plain), 4)
    if "niivue" in arguments.only:
        found[f"{prefix}niivue_own_ssim"] = round(likeness(shown["niivue"], squared), 4)
    save(f"{name}{'_lit' if lit else ''}", {"reference": plain, **shown})
    return found


def save(name: str, shown: dict[str, list[Picture]]) -> None:
    """One sheet: a row for each renderer, some views side by side."""
    rows = [
        np.hstack([pictures[number] for number in SHOWN_VIEWS if number < len(pictures)]) for pictures in shown.values()
    ]
    Image.fromarray((np.vstack(rows) * 255).round().astype(np.uint8)).save(ARTIFACTS / f"{name}.png")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Every scan, unlit and lit."""
    (ARTIFACTS / "site").mkdir(parents=True, exist_ok=True)
    install_peers()
    scans = {name: SCANS[name]() for name in arguments.scans}
    write_site(scans, views()[: arguments.views])
    found: dict[str, Any] = {}
    with served(ARTIFACTS / "site") as site, sync_playwright() as playwright:
        executable = find_chromium(playwright)
        if executable is None:
            raise SystemExit("No Chromium was found: run `make browser`, or name one in ABATON_CHROMIUM.")
        browser = launch(playwright, executable, swiftshader=True)
        chromium = Chromium(browser, site)
        for name, scan in scans.items():
            found |= {f"{name}.voxels": list(scan.values.shape[::-1])}
            for lit in (False, True) if arguments.light == "both" else (arguments.light == "lit",):
                found |= figures(chromium, name, scan, lit, arguments)
        found["chromium"] = browser.version
        browser.close()
    return found


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    output.add_arguments(parser)
    parser.add_argument("--repeats", type=int, default=REPEATS, help="orbits of each renderer")
    parser.add_argument("--scans", nargs="+", choices=SCANS, default=["t1", "ct"], help="what is drawn")
    parser.add_argument("--only", nargs="+", choices=RENDERERS, default=list(RENDERERS), help="who draws")
    parser.add_argument("--light", choices=("both", "unlit", "lit"), default="both")
    parser.add_argument("--quick", action="store_true", help="one scan, four views, two repeats")
    arguments = parser.parse_args()
    arguments.views = len(views())
    if arguments.quick:
        arguments.scans, arguments.views, arguments.repeats = arguments.scans[:1], 4, min(2, arguments.repeats)
    output.show("raycast", run(arguments), arguments)


if __name__ == "__main__":
    main()
