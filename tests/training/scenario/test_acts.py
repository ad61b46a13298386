"""Acts: checked by their kind, written and read again, wrong files told by line."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.training.scenario.acts import KINDS, Act, checked, read_acts, read_acts_text, written_acts

ACTS = (
    Act(3.0, "examine", {"what": "leg"}),
    Act(5.5, "order", {"text": "adrenaline 0.5 mg im", "insist": True}),
    Act(9.0, "compress", {"rate": 110.0, "depth_mm": 55.0}),
)


def test_written_acts_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "acts.jsonl"
    path.write_bytes(written_acts(reversed(ACTS)))
    assert read_acts(path) == ACTS


def test_acts_in_yaml(tmp_path: Path) -> None:
    path = tmp_path / "acts.yaml"
    path.write_text("acts:\n  - {time_s: 5, kind: treat, arguments: {name: pressure, site: leg}}\n"
                    "  - {time_s: 2, kind: call, arguments: {who: surgeon}}\n")  # fmt: skip
    assert [act.kind for act in read_acts(path)] == ["call", "treat"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"time_s": 1, "kind": "fly"}', "fly"),
        ('{"time_s": -1, "kind": "call", "arguments": {"who": "a"}}', "-1"),
        ('{"time_s": 1e9, "kind": "call", "arguments": {"who": "a"}}', "1000000000"),
        ('{"time_s": 1, "kind": "call"}', "without 'who'"),
        ('{"time_s": 1, "kind": "call", "arguments": {"who": ""}}', "1 to 600"),
        ('{"time_s": 1, "kind": "shock", "arguments": {"joules": 5000}}', "1 to 360"),
        ('{"time_s": 1, "kind": "shock", "arguments": {"clear": "maybe"}}', "yes or no"),
        ('{"time_s": 1, "kind": "compress", "arguments": {"deep": 1}}', "Use one of"),
        ('{"time_s": 1, "kind": "ventilate", "arguments": {"way": "mouth"}}', "bag"),
        ("nonsense", "such as"),
    ],
)
def test_what_is_no_act_is_told_with_its_line(line: str, says: str) -> None:
    good = written_acts(ACTS[:1]).decode()
    with pytest.raises(Problem) as raised:
        read_acts_text((good + line).encode(), "acts.jsonl")
    assert str(raised.value).startswith("acts.jsonl:2: ")
    assert says in str(raised.value)


def test_a_wrong_act_in_yaml_is_told_with_its_line() -> None:
    text = b"acts:\n  - {time_s: 5, kind: call, arguments: {who: a}}\n  - {time_s: soon, kind: call}\n"
    with pytest.raises(Problem, match=r"acts\.yaml:3: "):
        read_acts_text(text, "acts.yaml", lines_of_json=False)


def test_nan_is_no_time() -> None:
    with pytest.raises(Problem, match="nan"):
        checked(Act(float("nan"), "shock"))


def test_files_without_acts(tmp_path: Path) -> None:
    empty = tmp_path / "x.jsonl"
    empty.write_text("")
    for path in (empty, tmp_path / "absent.jsonl"):
        with pytest.raises(Problem):
            read_acts(path)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.dictionaries(st.sampled_from(["text", "name", "rate", "on", "way", "what"]),
       st.one_of(st.booleans(), st.floats(), st.text(max_size=5)), max_size=4))  # fmt: skip
def test_any_arguments_are_taken_or_refused(kind: str, arguments: dict[str, bool | float | str]) -> None:
    try:
        told = checked(Act(1.0, kind, arguments)).text.startswith(kind)  # pyright: ignore[reportArgumentType]
    except Problem as problem:
        told = bool(problem.next_step)
    assert told
