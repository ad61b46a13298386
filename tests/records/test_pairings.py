import pytest

from abaton.core.clock import ManualClock
from abaton.core.errors import Problem
from abaton.core.tokens import CODE_ALPHABET
from abaton.records import audit, pairings, sessions
from abaton.records.database import Database
from abaton.records.sessions import Session
from tests.records.conftest import Place, make_session


@pytest.fixture
def session(database: Database, place: Place) -> Session:
    return make_session(database, place)


def issue(database: Database, session: Session) -> str:
    with database.write() as writing:
        return pairings.issue(writing, session.clinic_id, session.id, by=session.lead_id).code


def redeem(database: Database, typed: str) -> tuple[pairings.Paired, str] | None:
    with database.write() as writing:
        return pairings.redeem(writing, typed)


def wrong(code: str) -> str:
    """The same selector with another secret."""
    return code[:-1] + CODE_ALPHABET[CODE_ALPHABET.index(code[-1]) - 1]


def test_a_code_opens_its_session_once(database: Database, session: Session) -> None:
    code = issue(database, session)
    used = redeem(database, code)
    assert used is not None
    paired, token = used
    assert paired == pairings.Paired(session.clinic_id, session.id)
    assert redeem(database, code) is None
    with database.read() as reading:
        assert pairings.find_device(reading, token) == paired
        assert pairings.find_device(reading, token[:-1]) is None


def test_a_code_may_be_typed_untidily(database: Database, session: Session) -> None:
    code = issue(database, session)
    assert redeem(database, f" {code[:4].lower()}-{code[4:]} ") is not None


def test_a_code_expires_after_ten_minutes(database: Database, session: Session, clock: ManualClock) -> None:
    early, late = issue(database, session), None
    clock.advance(pairings.LIFETIME_S - 1)
    assert redeem(database, early) is not None
    late = issue(database, session)
    clock.advance(pairings.LIFETIME_S)
    assert redeem(database, late) is None


def test_five_wrong_tries_spend_a_code_and_only_that_one(database: Database, session: Session, other: Place) -> None:
    elsewhere = issue(database, make_session(database, other))
    code = issue(database, session)
    for _ in range(pairings.TRIES):
        assert redeem(database, wrong(code)) is None
    assert redeem(database, code) is None
    assert redeem(database, elsewhere) is not None
    with database.read() as reading:
        assert audit.page(reading, session.clinic_id)[0].action == "code_spent"


def test_four_wrong_tries_do_not(database: Database, session: Session) -> None:
    code = issue(database, session)
    for _ in range(pairings.TRIES - 1):
        assert redeem(database, wrong(code)) is None
    assert redeem(database, code) is not None


@pytest.mark.parametrize("typed", ["", "A", "AAAAAAAA", "ü" * 8, "x" * 10_000, "'; DROP", "\0" * 8])
def test_what_is_no_code_is_refused_and_counts_against_nobody(database: Database, session: Session, typed: str) -> None:
    code = issue(database, session)
    for _ in range(pairings.TRIES):
        assert redeem(database, typed) is None
    assert redeem(database, code) is not None


def test_a_new_code_cancels_the_one_before(database: Database, session: Session) -> None:
    first, second = issue(database, session), issue(database, session)
    assert redeem(database, first) is None
    assert redeem(database, second) is not None


def test_a_second_device_with_a_new_code_takes_the_place_of_the_first(database: Database, session: Session) -> None:
    first = redeem(database, issue(database, session))
    second = redeem(database, issue(database, session))
    assert first is not None
    assert second is not None
    with database.read() as reading:
        assert pairings.find_device(reading, first[1]) is None
        assert pairings.find_device(reading, second[1]) == second[0]


def test_a_closed_session_has_no_code_and_no_device(database: Database, session: Session) -> None:
    used = redeem(database, issue(database, session))
    assert used is not None
    with database.write() as writing:
        sessions.abandon(writing, session.clinic_id, session.id, by="room")
    with database.read() as reading:
        assert pairings.find_device(reading, used[1]) is None
    with pytest.raises(Problem) as caught:
        issue(database, session)
    assert caught.value.code == "session_closed"


def test_neither_code_nor_token_is_kept(database: Database, session: Session) -> None:
    code = issue(database, session)
    used = redeem(database, code)
    assert used is not None
    with database.read() as reading:
        kept = str(reading.connection.exec_driver_sql("SELECT * FROM pairing").all())
    assert code not in kept
    assert used[1] not in kept
