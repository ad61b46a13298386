"""The tables of `docs/reference/deidentification.md`, from the code: `python -m abaton.imaging.privacy.table`."""

import sys

from pydicom.datadict import dictionary_description

from abaton.imaging.privacy.profile import BASIC, How, Options, Row, action, kept, table

_SAYS: dict[How, str] = {
    "keep": "kept",
    "uid": "new UID",
    "items": "kept; its items are treated alike",
    "clean": "cleaned",
    "empty": "emptied",
    "pseudonym": "keyed stand-in",
    "shift": "moved",
    "remove": "removed",
}
_OPTIONS = {
    "dates": Options(modified_dates=True),
    "patient": Options(patient_characteristics=True),
    "device": Options(device_identity=True),
}
_GROUPS = {
    "50xxxxxx": "(50xx,xxxx)",
    "60xx3000": "(60xx,3000)",
    "60xx4000": "(60xx,4000)",
    "gggg odd": "(gggg,eeee), gggg odd",
}


def profile_rows() -> list[str]:
    """Each attribute of the standard's table: tag, name, what the standard does, what Abaton does."""
    return [_profile_row(row) for row in table()]


def kept_rows() -> list[str]:
    """Each attribute that stays and is not on the standard's table."""
    listed = {row.tag for row in table()}
    return [
        f"| {_tag(f'{tag:08X}')} | {dictionary_description(tag)} | {_SAYS[how]} |"
        for tag, how in sorted(kept().items())
        if f"{tag:08X}" not in listed
    ]


def _profile_row(row: Row) -> str:
    if row.tag in _GROUPS:
        return f"| {_GROUPS[row.tag]} | {row.keyword} | {row.action} | removed |"
    number = int(row.tag, 16)
    done = [_SAYS[action(number, BASIC)]]
    done += [
        f"{option}: {_SAYS[action(number, options)]}"
        for option, options in _OPTIONS.items()
        if action(number, options) != action(number, BASIC)
    ]
    return f"| {_tag(row.tag)} | {dictionary_description(number)} | {row.action} | {'; '.join(done)} |"


def _tag(digits: str) -> str:
    return f"({digits[:4]},{digits[4:]})"


def main() -> None:
    """Writes both tables, as they stand on the page."""
    head = ["| tag | attribute | standard | Abaton |", "|---|---|---|---|"]
    kept_head = ["| tag | attribute | Abaton |", "|---|---|---|"]
    sys.stdout.write("\n".join([*head, *profile_rows(), "", *kept_head, *kept_rows(), ""]))


if __name__ == "__main__":
    main()
