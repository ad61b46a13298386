from abaton.core.clock import ManualClock
from abaton.records import practitioners, sign_ins
from abaton.records.database import Database
from tests.records.conftest import Place


def test_a_token_finds_its_practitioner_until_it_expires(database: Database, place: Place, clock: ManualClock) -> None:
    with database.write() as writing:
        token, sign_in = sign_ins.start(writing, place.id, place.lead.id, lifetime_s=60)
    clock.advance(59)
    with database.read() as reading:
        assert sign_ins.find(reading, token) == (sign_in, place.lead)
        assert sign_ins.find(reading, token + "0") is None
    clock.advance(1)
    with database.read() as reading:
        assert sign_ins.find(reading, token) is None


def test_the_token_itself_is_kept_nowhere(database: Database, place: Place) -> None:
    with database.write() as writing:
        token, sign_in = sign_ins.start(writing, place.id, place.lead.id, lifetime_s=60)
        rows = writing.connection.exec_driver_sql("SELECT * FROM sign_in").all()
    assert token not in str(rows)
    assert sign_in.csrf != token


def test_signing_out_ends_one_and_end_all_every_one(database: Database, place: Place) -> None:
    with database.write() as writing:
        tokens = [sign_ins.start(writing, place.id, place.lead.id, lifetime_s=60)[0] for _ in range(3)]
        mine, _ = sign_ins.start(writing, place.id, place.admin.id, lifetime_s=60)
        sign_ins.end(writing, tokens[0])
        sign_ins.end(writing, "unknown")
        assert [sign_ins.find(writing, token) is None for token in tokens] == [True, False, False]
        sign_ins.end_all(writing, place.id, place.lead.id)
        assert all(sign_ins.find(writing, token) is None for token in tokens)
        assert sign_ins.find(writing, mine) is not None


def test_an_account_that_is_not_active_has_no_sign_in(database: Database, place: Place) -> None:
    with database.write() as writing:
        practitioners.change(writing, place.id, place.lead.id, by=place.admin.id, active=False)
        token, _ = sign_ins.start(writing, place.id, place.lead.id, lifetime_s=60)
        assert sign_ins.find(writing, token) is None


def test_a_link_works_once_for_its_purpose_and_in_time(database: Database, clock: ManualClock) -> None:
    with database.write() as writing:
        first = sign_ins.issue_link(writing, "setup", lifetime_s=60)
        second = sign_ins.issue_link(writing, "setup", lifetime_s=60)
        assert not sign_ins.use_link(writing, "setup", first)
        assert not sign_ins.use_link(writing, "invite", second)
        assert sign_ins.use_link(writing, "setup", second)
        assert not sign_ins.use_link(writing, "setup", second)
        late = sign_ins.issue_link(writing, "setup", lifetime_s=60)
        clock.advance(60)
        assert not sign_ins.use_link(writing, "setup", late)
