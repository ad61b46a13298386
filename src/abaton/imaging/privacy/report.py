"""What was done so that a scan names nobody."""

import msgspec


class Removed(msgspec.Struct, frozen=True):
    """One attribute that was changed, without what it held.

    Attributes:
        tag: Such as `(0010,0010)`; for NIfTI the name of the header's field.
        name: Such as `Patient's Name`.
        action: `removed`, `emptied`, `replaced`, `cleaned` or `new UID`.
        count: In how many places.
    """

    tag: str
    name: str
    action: str
    count: int


class PrivacyReport(msgspec.Struct, frozen=True):
    """What de-identification did to a series, and what the search after it found.

    Attributes:
        profile: `PS3.15 Annex E basic profile` and the options in force.
        removed: Attributes that were changed.
        private_tags: How many private attributes were dropped.
        warnings: What a person should look at, such as an area where text may be burned into the picture.
        verified: Whether the search of the result found no identifier.
    """

    profile: str
    removed: tuple[Removed, ...]
    private_tags: int
    warnings: tuple[str, ...]
    verified: bool
