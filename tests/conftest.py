"""Marks tests by their folder, runs those that drive a browser last, and judges none by the clock on the wall."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, and nothing of the code.
# A change is judged by the same examples each time; runs by hand look for new ones.
settings.register_profile(
    "abaton",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
)
settings.load_profile("abaton")

_TESTS = Path(__file__).parent
_SLOW_FOLDERS = ("package", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks by folder; browser tests last, for Playwright keeps an event loop running in the main thread."""
    for item in items:
        folder = _folder(item)
        if folder in _SLOW_FOLDERS:
            item.add_marker(folder)
    items.sort(key=lambda item: _SLOW_FOLDERS.index(_folder(item)) if _folder(item) in _SLOW_FOLDERS else -1)


def _folder(item: pytest.Item) -> str:
    path = item.path
    return path.relative_to(_TESTS).parts[0] if path.is_relative_to(_TESTS) else ""
