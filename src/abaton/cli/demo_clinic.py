"""A made-up clinic to try everything with."""

import datetime
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher

from abaton.core.errors import Problem
from abaton.records import clinics, consents, patients, practitioners, screenings
from abaton.records.database import Database
from abaton.records.transaction import Writing

_CLINIC = "Demo clinic"
_STAFF: tuple[tuple[str, str, practitioners.Role], ...] = (
    ("Eleni Doukas", "lead@demo.example", "lead"),
    ("Marcus Reed", "admin@demo.example", "admin"),
    ("Aiko Tanaka", "observer@demo.example", "observer"),
)
_PATIENTS = (
    ("Nora", "Lindqvist", datetime.date(1988, 4, 12), "D-001"),
    ("Tomás", "Herrera", datetime.date(1975, 11, 30), "D-002"),
    ("Amina", "Okafor", datetime.date(1996, 7, 3), "D-003"),
    ("Jan", "Kovač", datetime.date(2001, 1, 19), "D-004"),
)
_SYLLABLES = ("ba", "de", "fi", "go", "ka", "le", "mi", "no", "pa", "ri", "so", "tu", "va", "we", "yo", "zu")


@dataclass(frozen=True)
class DemoAccounts:
    """Who can sign in to the demo, and the password that all of them have."""

    emails: tuple[str, ...]
    password: str


def ensure_demo_clinic(database: Database, folder: Path) -> DemoAccounts:
    """Makes the demo's clinic, staff and patients, the first of them ready to begin; or finds them made.

    The password is drawn at random, for `--lan` shows the demo to a whole network, and kept in the folder.

    Raises:
        Problem: The folder holds records that are not the demo's.
    """
    kept = folder / "password.txt"
    emails = tuple(email for _, email, _ in _STAFF)
    with database.read() as reading:
        found = [clinic.name for clinic in clinics.every(reading)]
    if found:
        if found != [_CLINIC] or not kept.is_file():
            raise _not_a_demo(folder)
        return DemoAccounts(emails, kept.read_text().strip())
    password = "-".join("".join(secrets.choice(_SYLLABLES) for _ in range(3)) for _ in range(4))
    with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{password}\n")
    with database.write() as writing:
        _fill(writing, PasswordHasher().hash(password))
    return DemoAccounts(emails, password)


def _fill(writing: Writing, password_hash: str) -> None:
    clinic = clinics.add(writing, _CLINIC)
    lead, *_ = [
        practitioners.add(
            writing, clinic.id, name=name, email=email, password_hash=password_hash, role=role, by="setup"
        )
        for name, email, role in _STAFF
    ]
    ready, *_ = [
        patients.add(writing, clinic.id, given_name=given, family_name=family, birth_date=born, mrn=number, by=lead.id)
        for given, family, born, number in _PATIENTS
    ]
    for purpose in ("care", "recording"):
        consents.record(writing, clinic.id, ready.id, purpose=purpose, given=True, version="demo", by=lead.id)
    answers = dict.fromkeys(screenings.WHEN_YES, False)
    screenings.record(writing, clinic.id, ready.id, answers=answers, by=lead.id)


def _not_a_demo(folder: Path) -> Problem:
    return Problem(
        "not_a_demo",
        got=f"{folder} holds records that are not the demo's",
        expected="an empty folder, or the one of an earlier demo",
        next_step="Choose another folder with --data, or run `abaton serve --data` for a real clinic.",
        kind="conflict",
    )
