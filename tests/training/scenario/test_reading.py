"""Files that are not sound are refused with file and line; the schema is the one that is published."""

from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.training.scenario.reading import read, read_text, shipped, shipped_names, tree
from abaton.training.scenario.schema import published, schema, schema_text

BLEEDING = Path(__file__).parents[3] / "src/abaton/training/scenarios/bleeding.yaml"
TEXT = BLEEDING.read_text()


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


@pytest.mark.parametrize(
    ("old", "new", "code", "at", "says"),
    [
        ("    by_s: 60\n", "    by_s: soon\n", "scenario_value_wrong", "by_s: soon", "by_s = 'soon'"),
        ("    by_s: 60\n", "    by_s: -5\n", "scenario_value_wrong", "by_s: -5", "by_s = -5"),
        ("    by_s: 60\n", "    by_s: .nan\n", "scenario_value_wrong", "by_s: .nan", "nan"),
        ("    by_s: 60\n", "    by_sec: 60\n", "scenario_field_unknown", "by_sec: 60", "Did you mean 'by_s'?"),
        ("    by_s: 60\n", "    by_s: 60\n    by_s: 70\n", "scenario_field_twice", "by_s: 70", "a second time"),
        ("    kind: must\n", "    kind: may\n", "scenario_value_wrong", "kind: may", "'may'"),
        ("    kind: must\n", "", "scenario_field_missing", "- id: control", "without 'kind'"),
        ("mean_mmhg < 60 for 20s", "mean_mmgh < 60 for 20s", "predicate_unknown", "mean_mmgh", "Did you mean"),
        ("when: done(pressure) or", "when: done(pressure) oder", "predicate_malformed", "oder", "'and' or 'or'"),
        ("age_years: 28", "age_years: 8", "person_beyond_model", "age_years: 8", "18"),
        ("  minutes: 15", "  minutes: [15", "scenario_not_yaml", "setting", "indentation"),
        ("  minutes: 15", "  minutes: &m 15\n  language: *m", "scenario_not_yaml", "language", "reference"),
        ("edition: 2026-11-20", "edition: today", "scenario_value_wrong", "edition: today", "'today'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_file_and_line(old: str, new: str, code: str, at: str, says: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    with pytest.raises(Problem) as raised:
        read_text(text, "bleeding.yaml")
    assert raised.value.code == code
    assert says in str(raised.value)
    told = int(str(raised.value).partition(":")[2].partition(":")[0])
    assert told == line_of(text, at)
    assert raised.value.expected
    assert raised.value.next_step


@pytest.mark.parametrize(
    "text", ["", "- a list", "just words", "\x00", "meta: !!python/object:os.system x", "[" * 4000]
)
def test_what_is_no_scenario_is_refused(text: str) -> None:
    with pytest.raises(Problem) as raised:
        read_text(text, "x.yaml")
    assert str(raised.value).startswith("x.yaml:")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(Problem):
        read_text(b"\xff\xfe\xfa\x00", "x.yaml")


def test_files_that_are_absent_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot be read"):
        read(tmp_path / "no.yaml")
    large = tmp_path / "large.yaml"
    large.write_text("a: 1\n" * 300_000)
    with pytest.raises(Problem, match="bytes"):
        read(large)
    with pytest.raises(Problem, match="Did you mean 'bleeding'"):
        shipped("bleding")


def test_dates_and_words_stay_text() -> None:
    data, lines = tree("day: 2026-11-20\non: yes\nlist: [1, 2.5]\n", "x.yaml")
    assert data == {"day": "2026-11-20", "on": True, "list": [1, 2.5]}
    assert lines[("list", 1)] == 3


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(TEXT) - 1), st.integers(1, 40), st.text(alphabet="ab:{}[]\"'-# \n0", max_size=6))
def test_any_damage_is_read_or_refused(at: int, length: int, put: str) -> None:
    told = "x.yaml:"
    try:
        read_text(TEXT[:at] + put + TEXT[at + length :], "x.yaml")
    except Problem as problem:
        told = str(problem)
    assert told.startswith("x.yaml:")


def test_the_published_schema_is_the_one_of_the_structures() -> None:
    write = "write schema_text() to scenario.schema.json: a structure or its docstring has changed"
    assert published() == schema_text(), write


def test_every_shipped_scenario_fits_the_published_schema() -> None:
    checker: Any = jsonschema.Draft202012Validator(msgspec.json.decode(published()))
    for name in shipped_names():
        text = BLEEDING.with_name(f"{name}.yaml").read_text()
        checker.validate(tree(text, name)[0])
    broken = tree(TEXT, "x")[0]
    broken["checklist"][0]["kind"] = "may"
    assert not checker.is_valid(broken)


def test_the_schema_is_a_schema() -> None:
    validator: Any = jsonschema.Draft202012Validator
    validator.check_schema(schema())


def test_six_scenarios_are_shipped_and_named_as_their_files() -> None:
    names = shipped_names()
    assert names == (
        "anaphylaxis", "bleeding", "cardiac_arrest", "opioid_overdose", "septic_shock", "tension_pneumothorax",
    )  # fmt: skip
    for name in names:
        assert shipped(name).scenario.meta.id == name
        assert yaml.safe_load(BLEEDING.with_name(f"{name}.yaml").read_text())["meta"]["id"] == name
