"""When a DICOM object that we make was made."""

import datetime

from pydicom import Dataset


def stamp(made: Dataset, made_at: datetime.datetime) -> None:
    """Writes the time: highdicom reads the machine's clock, and the time is ours to say."""
    day, time = made_at.strftime("%Y%m%d"), made_at.strftime("%H%M%S")
    for date_of, time_of in (
        ("ContentDate", "ContentTime"),
        ("InstanceCreationDate", "InstanceCreationTime"),
        ("SeriesDate", "SeriesTime"),
    ):
        setattr(made, date_of, day)
        setattr(made, time_of, time)
    for contribution in made.get("ContributingEquipmentSequence", ()):
        contribution.ContributionDateTime = f"{day}{time}"
