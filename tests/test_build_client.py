import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_client import STATIC, VIEWER, ClientBuildError, build_client, digest

Project = Callable[[str], Path]
LOCK = {"name": "page", "lockfileVersion": 3, "requires": True, "packages": {"": {"name": "page"}}}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Makes a project whose client has no packages to install and is built by one line of Node."""

    def make(script: str) -> Path:
        client = tmp_path / "client"
        client.mkdir()
        (tmp_path / STATIC).mkdir(parents=True)
        (tmp_path / VIEWER).parent.mkdir(parents=True)
        manifest = {"name": "page", "private": True, "scripts": {"build": script}}
        (client / "package.json").write_text(json.dumps(manifest))
        (client / "package-lock.json").write_text(json.dumps(LOCK))
        (client / ".npmrc").write_text("audit=false\n")
        (client / "page.js").write_text("1")
        return tmp_path

    return make


COPY = f"""node -e "['{STATIC.as_posix()}/page.js', '{VIEWER.as_posix()}'].forEach(
    built => require('fs').copyFileSync('page.js', '../' + built))" """.replace("\n", "")


def test_client_is_built_once_for_the_same_sources(project: Project) -> None:
    root = project(COPY)
    built = root / STATIC / "page.js"
    assert build_client(root)
    assert built.read_text() == "1"
    assert not build_client(root)
    (root / "client" / "page.js").write_text("2")
    assert build_client(root)
    assert built.read_text() == "2"


def test_a_missing_viewer_is_built_again(project: Project) -> None:
    root = project(COPY)
    build_client(root)
    (root / VIEWER).unlink()
    assert build_client(root)
    assert (root / VIEWER).read_text() == "1"


def test_tests_and_installed_packages_are_no_sources(project: Project) -> None:
    root = project(COPY)
    build_client(root)
    (root / "client" / "page.test.ts").write_text("")
    (root / "client" / "node_modules").mkdir(exist_ok=True)
    (root / "client" / "node_modules" / "other.js").write_text("")
    assert not build_client(root)


def test_packages_are_installed_again_when_the_lock_changes(project: Project) -> None:
    root = project(COPY)
    build_client(root)
    leftover = root / "client" / "node_modules" / "leftover.js"
    leftover.write_text("")
    (root / "client" / "page.js").write_text("2")
    build_client(root)
    assert leftover.exists()
    (root / "client" / "package-lock.json").write_text(json.dumps({**LOCK, "version": "2.0.0"}))
    build_client(root)
    assert not leftover.exists()


def test_failing_build_tells_the_command_its_output_and_what_to_do(project: Project) -> None:
    root = project("""node -e "console.error('page.js: no such shape'); process.exit(3)" """)
    with pytest.raises(ClientBuildError) as caught:
        build_client(root)
    message = str(caught.value)
    assert "`npm run build` in client/ ended with exit code 3, expected 0" in message
    assert "page.js: no such shape" in message
    assert "correct it and try again" in message


def test_failed_build_is_tried_again(project: Project) -> None:
    root = project("node page.js")
    (root / "client" / "page.js").write_text("process.exit(1)")
    for _ in range(2):
        with pytest.raises(ClientBuildError):
            build_client(root)


def test_lock_that_does_not_fit_the_manifest_is_refused(project: Project) -> None:
    root = project(COPY)
    manifest = {"name": "page", "dependencies": {"missing-from-the-lock": "1.0.0"}}
    (root / "client" / "package.json").write_text(json.dumps(manifest))
    with pytest.raises(ClientBuildError, match="npm ci") as caught:
        build_client(root)
    assert "make lock" in str(caught.value)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}\.ts", fullmatch=True), st.binary(max_size=20), min_size=1))
def test_digest_depends_on_names_and_contents_alone(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("files")
    paths = [folder / name for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content)
    first = digest(folder, paths)
    assert digest(folder, reversed(paths)) == first
    renamed = paths[0].rename(folder / "renamed.tsx")
    assert digest(folder, [renamed, *paths[1:]]) != first
    renamed.rename(paths[0])
    paths[0].write_bytes(files[paths[0].name] + b"\0")
    assert digest(folder, paths) != first
