"""The page on importing names every reason for which something is left out, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
REFUSAL = re.compile(r'(?:refuse|_no_geometry)\(\s*"(\w+)"(?: if \w+ else "(\w+)")?')


def test_every_reason_is_explained():
    sources = sorted((ROOT / "src/abaton/imaging/importing").glob("*.py"))
    used = {code for path in sources for found in REFUSAL.findall(path.read_text()) for code in found if code}
    assert len(used) > 25
    page = (ROOT / "docs/reference/importing.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == used
