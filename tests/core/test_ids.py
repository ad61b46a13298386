import re

from hypothesis import given
from hypothesis import strategies as st

from abaton.core.errors import Problem, not_found
from abaton.core.ids import IDENTIFIER_LENGTH, new_id
from abaton.core.tokens import CODE_ALPHABET, CODE_LENGTH, new_code, new_token, tidy_code, token_hash


@given(st.binary(min_size=16, max_size=16))
def test_ids_are_short_plain_and_differ_with_their_bytes(data: bytes) -> None:
    identifier = new_id(lambda count: data[:count])
    assert re.fullmatch(rf"[a-z2-7]{{{IDENTIFIER_LENGTH}}}", identifier)
    assert identifier != new_id(lambda count: bytes([data[0] ^ 1]) + data[1:count])


def test_ids_tokens_and_codes_are_new_each_time() -> None:
    for make in (new_id, new_token, new_code):
        assert len({make() for _ in range(100)}) == 100


@given(st.binary(min_size=8, max_size=8))
def test_codes_have_eight_signs_that_cannot_be_mistaken(data: bytes) -> None:
    code = new_code(lambda count: data[:count])
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(CODE_ALPHABET)
    assert not set(code) & set("01IO")


def test_every_sign_of_a_code_is_equally_likely() -> None:
    signs = [new_code(lambda count, value=value: bytes([value] * count))[0] for value in range(256)]
    assert {signs.count(sign) for sign in CODE_ALPHABET} == {8}


@given(st.text(max_size=100))
def test_whatever_is_typed_becomes_signs_of_the_alphabet(typed: str) -> None:
    assert set(tidy_code(typed)) <= set(CODE_ALPHABET)


def test_a_code_may_be_typed_with_spaces_hyphens_and_small_letters() -> None:
    assert tidy_code(" abcd-efgh\n") == "ABCDEFGH"


def test_hashes_differ_with_their_tokens() -> None:
    assert token_hash("a") != token_hash("b")
    assert len(token_hash("ü")) == 32


def test_a_problem_says_what_was_got_expected_and_what_to_do() -> None:
    problem = not_found("patient", "abc")
    assert isinstance(problem, Problem)
    assert problem.kind == "not_found"
    assert all(part in str(problem) for part in (problem.got, problem.expected, problem.next_step))
