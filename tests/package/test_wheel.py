import gzip
import re
import urllib.request
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import pytest

from build_client import CLIENT, STATIC, VIEWER
from tests.browser.clinic import Clinic
from tests.package.conftest import ROOT, Run

PAGES = ("console.html", "room.html")


class _References(HTMLParser):
    """Everything that a page loads by itself, and what stands in its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_script = tag == "script"
        self.addresses += [value for name, value in attrs if name in ("src", "href") and value]

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.inline.append(data)


@pytest.fixture(scope="module")
def static(wheel: Path) -> dict[str, bytes]:
    """The wheel's static files by their path below the static folder."""
    folder = STATIC.relative_to("src").as_posix() + "/"
    with zipfile.ZipFile(wheel) as packed:
        return {name.removeprefix(folder): packed.read(name) for name in packed.namelist() if name.startswith(folder)}


@pytest.fixture(scope="module")
def served(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A demo clinic of the installed wheel."""
    clinic = Clinic(tmp_path_factory.mktemp("clinic"), python=environment / "bin" / "python")
    clinic.start()
    yield clinic.origin
    clinic.stop()


def test_source_distribution_has_sources_and_no_built_client(source_distribution: Path) -> None:
    assert (source_distribution / CLIENT / "package-lock.json").is_file()
    assert (source_distribution / "build_client.py").is_file()
    assert not (source_distribution / VIEWER).exists()
    assert (source_distribution / "LICENSE").is_file()


def test_wheel_has_every_python_file_and_the_notices(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    sources = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src" / "abaton").rglob("*.py")}
    assert sources <= names
    assert "abaton/py.typed" in names
    assert {name.rpartition("/")[2] for name in names if "/licenses/" in name} == {"LICENSE", "NOTICE"}


def test_wheel_has_the_same_client_as_this_checkout(static: dict[str, bytes]) -> None:
    here = {
        path.relative_to(ROOT / STATIC).as_posix(): path.read_bytes()
        for path in (ROOT / STATIC).rglob("*")
        if path.is_file()
    }
    assert static == here


def test_wheel_has_the_viewer_that_reports_on_scans_carry(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        viewer = packed.read(VIEWER.relative_to("src").as_posix())
    assert viewer == (ROOT / VIEWER).read_bytes()
    assert b"</script" not in viewer.lower()  # it stands inside a page
    assert len(gzip.compress(viewer)) <= 40_000


@pytest.mark.parametrize("page", PAGES)
def test_pages_load_only_files_of_the_wheel(static: dict[str, bytes], page: str) -> None:
    found = _References()
    found.feed(static[page].decode())
    assert found.addresses
    assert all(address.removeprefix("/") in static for address in found.addresses)
    assert found.inline == []
    assert b'<meta name="csp-nonce" content="__CSP_NONCE__">' in static[page]


def test_scripts_and_styles_name_no_other_host_to_load_from(static: dict[str, bytes]) -> None:
    loading = re.compile(rb"""(?:import\(|url\(|@import|src=)\s*["']?(https?:)?//[a-z]""")
    found = {
        name for name, content in static.items() if name.endswith((".js", ".css", ".html")) and loading.search(content)
    }
    assert found == set()


def test_room_with_all_its_scenes_is_small_enough_for_a_headset(static: dict[str, bytes]) -> None:
    page = _References()
    page.feed(static["room.html"].decode())
    waiting = [address.removeprefix("/") for address in page.addresses if address.endswith(".js")]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            imports = re.findall(rb"""["'`]\./([\w.-]+\.js)["'`]""", static[name])
            waiting += [f"assets/{found.decode()}" for found in imports]
    assert any(name.startswith("assets/heights-") for name in reached)
    assert sum(len(gzip.compress(static[name])) for name in reached) <= 250_000


def test_third_party_licences_are_in_the_wheel(static: dict[str, bytes]) -> None:
    assert b"# Licenses" in static["licenses.md"]


def test_installed_command_is_the_wheels_and_runs(environment: Path, run: Run, tmp_path: Path) -> None:
    where = run([environment / "bin" / "python", "-c", "import abaton; print(abaton.__file__)"], tmp_path)
    assert Path(where.stdout.strip()).is_relative_to(environment)
    told = run([environment / "bin" / "abaton", "--help"], tmp_path, NO_COLOR="1")
    for command in ("serve", "demo", "replay", "export", "verify", "doctor"):
        assert command in told.stdout


def test_every_module_of_the_wheel_can_be_imported(environment: Path, run: Run, tmp_path: Path) -> None:
    # Alembic alone can run migrations, and does when the installed server starts.
    walk = (
        "import abaton, importlib, pkgutil\n"
        "for module in pkgutil.walk_packages(abaton.__path__, 'abaton.'):\n"
        "    if not module.name.endswith('__main__') and '.migrations.' not in module.name:\n"
        "        importlib.import_module(module.name)\n"
    )
    run([environment / "bin" / "python", "-W", "error", "-c", walk], tmp_path)


@pytest.mark.parametrize("page", ["", "room"])
def test_installed_server_serves_the_page_and_everything_it_loads(served: str, page: str) -> None:
    found = _References()
    with urllib.request.urlopen(f"{served}/{page}") as response:  # noqa: S310
        assert response.headers["Content-Type"].startswith("text/html")
        found.feed(response.read().decode())
    assert found.addresses
    for address in found.addresses:
        with urllib.request.urlopen(urljoin(served, address)) as response:  # noqa: S310
            assert response.status == 200
            assert response.read()
