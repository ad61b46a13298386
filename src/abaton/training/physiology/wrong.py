"""The page that tells where the virtual patient is wrong: `python -m abaton.training.physiology.wrong > PAGE`."""

import sys
from collections.abc import Sequence

from abaton.training.physiology.targets import Finding, findings

HEAD = """# Where the patient is wrong

Every target that the virtual patient is held to, what it does, and where the target comes from. `missed` means that it
lies outside the band; learn nothing from that sign there. `fitted` means that parameters were chosen to meet it: that
is calibration, not proof. Figures are of the reference man (35 years, 73 kg, 177 cm), lying, awake, unless said.

| target | | ours | band | unit | source | peers |
|---|---|---|---|---|---|---|
"""


def page(found: Sequence[Finding]) -> str:
    """The page, in Markdown; what is missed first."""
    rows = sorted(found, key=lambda finding: finding.met)
    return HEAD + "".join(_row(finding) for finding in rows)


def _row(finding: Finding) -> str:
    state = ("met" if finding.met else "missed") + (", fitted" if finding.fitted else "")
    band = f"{finding.least:.3g} to {finding.most:.3g}"
    columns = (finding.target, state, f"{finding.ours:.3g}", band, finding.unit, finding.source, finding.peers)
    return "| " + " | ".join(columns) + " |\n"


if __name__ == "__main__":
    sys.stdout.write(page(findings()))
