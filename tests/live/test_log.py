from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.live import log
from abaton.live.role import Role

FACTS: list[log.AnyFact] = [
    log.Opened("heights", "1", 7, 60, {"height_m": 30.0, "railing": "low"}),
    log.Joined("lead", Role.LEAD),
    log.Began(),
    log.Commanded("rise_to", 1, {"height_m": 12.0}),
    log.Noted("breathes more quietly"),
    log.Closed("lead"),
]


def chained(session: str = "s") -> list[log.Entry]:
    entries: list[log.Entry] = []
    for tick, fact in enumerate(FACTS):
        entries.append(log.chain(session, entries[-1] if entries else None, tick, 1000 * tick, "lead", fact))
    return entries


def test_a_chain_verifies() -> None:
    assert log.verify("s", chained()) == len(FACTS)
    assert log.verify("s", []) == 0


def test_a_log_of_another_session_does_not_verify() -> None:
    with pytest.raises(log.BrokenChain) as caught:
        log.verify("t", chained())
    assert caught.value.number == 0


@given(st.integers(0, len(FACTS) - 1), st.sampled_from(["tick", "time_us", "actor", "fact", "previous", "digest"]))
def test_any_change_is_found_and_named(number: int, name: str) -> None:
    entries = chained()
    changes = {"tick": 99, "time_us": 99, "actor": "eve", "fact": log.Froze("eve"), "previous": b"x", "digest": b"x"}
    entries[number] = msgspec.structs.replace(entries[number], **{name: changes[name]})
    with pytest.raises(log.BrokenChain) as caught:
        log.verify("s", entries)
    assert caught.value.number == number


@given(st.integers(0, len(FACTS) - 2))
def test_an_entry_that_is_missing_is_found(number: int) -> None:
    entries = chained()
    del entries[number]
    with pytest.raises(log.BrokenChain, match="missing, doubled or moved"):
        log.verify("s", entries)


def test_every_kind_of_fact_is_in_the_union() -> None:
    assert set(get_args(log.AnyFact)) == set(log.Fact.__subclasses__())


@given(st.floats(allow_nan=False, allow_infinity=False), st.text(), st.integers(0, 2**53))
def test_facts_survive_writing_to_the_last_bit(value: float, text: str, number: int) -> None:
    for fact in (log.Answered(number, "suds", value, text), log.Commanded(text, number, {"value": value})):
        written = log.encode_fact(fact)
        assert log.encode_fact(log.decode_fact(written)) == written
        assert log.decode_fact(written) == fact


def test_a_malformed_fact_is_an_error() -> None:
    for text in ('{"kind":"unheard"}', '{"kind":"began","more":1}', "{}", "nonsense"):
        with pytest.raises(msgspec.DecodeError):
            log.decode_fact(text)
