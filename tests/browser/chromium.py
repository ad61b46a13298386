"""Finds and starts a Chromium that draws WebGL without a graphics card and talks to no outside host."""

import ctypes.util
import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")

# Playwright brings its own quiet defaults; these are what it does not set. Chromium would otherwise look for
# updates, models and accounts at its vendor's hosts.
_QUIET = (
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    "--metrics-recording-only",
    "--disable-client-side-phishing-detection",
    "--disable-features=OptimizationHints,OptimizationGuideModelDownloading,MediaRouter,Translate,"
    "AutofillServerCommunication,CertificateTransparencyComponentUpdater,InterestFeedContentSuggestions",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
# On Linux Web Bluetooth is behind a flag; heart-rate straps are emulated through the DevTools protocol.
_BLUETOOTH = ("--enable-features=WebBluetooth,WebBluetoothNewPermissionsBackend",)

_SWIFTSHADER = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
# About three times faster than SwiftShader; needs Mesa (libegl1, libgl1-mesa-dri) and no display.
_LLVMPIPE = ("--use-gl=angle", "--use-angle=gl-egl", "--ignore-gpu-blocklist")


def find_chromium(playwright: Playwright) -> Path | None:
    """Returns the executable that `ABATON_CHROMIUM` names, the system's, or Playwright's own, if any."""
    named = os.environ.get("ABATON_CHROMIUM")
    candidates = [named] if named else [shutil.which(name) for name in _NAMES]
    candidates.append(playwright.chromium.executable_path)
    return next((Path(path) for path in candidates if path and Path(path).is_file()), None)


def has_mesa() -> bool:
    """Tells whether Mesa's software renderer can be reached through EGL."""
    return bool(ctypes.util.find_library("EGL") and ctypes.util.find_library("EGL_mesa"))


def launch(playwright: Playwright, executable: Path, *, swiftshader: bool = False) -> Browser:
    """Starts Chromium without a window; as root it cannot use its sandbox.

    Args:
        playwright: The library.
        executable: Chromium.
        swiftshader: Draw with SwiftShader even where Mesa would be faster, for figures that can be compared.
    """
    mesa = has_mesa() and not swiftshader
    return playwright.chromium.launch(
        executable_path=executable,
        headless=True,
        chromium_sandbox=os.geteuid() != 0,
        args=[*_QUIET, *_BLUETOOTH, *(_LLVMPIPE if mesa else _SWIFTSHADER)],
        env={**os.environ, **({"LIBGL_ALWAYS_SOFTWARE": "1"} if mesa else {})},
    )
