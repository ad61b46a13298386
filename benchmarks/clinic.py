"""A made-up clinic for benchmarks that need the real records."""

import datetime

from abaton.records import clinics, consents, pairings, patients, practitioners, screenings, sessions
from abaton.records.practitioners import Practitioner
from abaton.records.sessions import Session
from abaton.records.transaction import Writing

SEED = 7


class Clinic:
    """A clinic with one patient, who consents to all, a lead, and so many observers."""

    def __init__(self, writing: Writing, observers: int) -> None:
        self.id = clinics.add(writing, "Benchmark").id
        self.lead = self._account(writing, 0, "lead")
        self.observers = [self._account(writing, number, "observer") for number in range(1, observers + 1)]
        born = datetime.date(1980, 1, 1)
        self.patient = patients.add(
            writing, self.id, given_name="A", family_name="B", birth_date=born, mrn="1", by=self.lead.id
        )
        by, patient = self.lead.id, self.patient.id
        consents.record(writing, self.id, patient, purpose="care", given=True, version="1", by=by)
        answers = dict.fromkeys(screenings.WHEN_YES, False)
        screenings.record(writing, self.id, patient, answers=answers, by=by)

    def _account(self, writing: Writing, number: int, role: practitioners.Role) -> Practitioner:
        email = f"{number}@benchmark.example"
        return practitioners.add(
            writing,
            self.id,
            name=email,
            email=email,
            password_hash="none",  # noqa: S106
            role=role,
            by="setup",
        )

    def session(self, writing: Writing) -> Session:
        """An open session of heights."""
        planned = sessions.plan(
            writing,
            self.id,
            patient_id=self.patient.id,
            lead_id=self.lead.id,
            experience="heights",
            seed=SEED,
            by=self.lead.id,
        )
        return sessions.open_now(writing, self.id, planned.id, by=self.lead.id)

    def paired(self, writing: Writing, session: Session) -> str:
        """The token of a device that was paired with a session."""
        redeemed = pairings.redeem(writing, pairings.issue(writing, self.id, session.id, by=self.lead.id).code)
        assert redeemed is not None
        return redeemed[1]
