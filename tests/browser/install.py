"""Installs a Chromium for the browser tests where there is none: `python -m tests.browser.install`."""

import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import find_chromium

# Mesa draws WebGL on the processor, about three times faster than Chromium's own renderer.
_DEBIAN_PACKAGES = ("chromium", "fonts-dejavu-core", "libegl1", "libgl1-mesa-dri")


def main() -> None:
    """Prints where Chromium is, after installing it if need be.

    Raises:
        SystemExit: If it cannot be installed.
    """
    found = _find()
    if found is not None:
        print(f"Chromium: {found}")
        return
    try:
        _install()
    except subprocess.CalledProcessError as error:
        sys.exit(
            f"Chromium could not be installed: `{' '.join(error.cmd)}` ended with exit code "
            f"{error.returncode}, expected 0. Install Chromium by hand, or name it in ABATON_CHROMIUM."
        )
    if _find() is None:
        sys.exit("Chromium was installed, but not where it is looked for. Name its executable in ABATON_CHROMIUM.")


def _find() -> Path | None:
    with sync_playwright() as playwright:
        return find_chromium(playwright)


def _install() -> None:
    root = os.geteuid() == 0
    if root and _is_debian():
        print("Chromium is missing: installing the Debian packages", *_DEBIAN_PACKAGES, flush=True)
        _run(["apt-get", "update", "--quiet=2"])
        _run(["apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", *_DEBIAN_PACKAGES])
    else:
        print("Chromium is missing: installing Playwright's own, into your cache folder", flush=True)
        with_libraries = ["--with-deps"] if root else []
        _run([sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"])


def _is_debian() -> bool:
    """Debian itself: on Ubuntu the package of this name only points to a snap, which containers cannot run."""
    release = Path("/etc/os-release")
    return release.is_file() and "ID=debian" in release.read_text().splitlines()


def _run(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, check=True, env=environment, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
