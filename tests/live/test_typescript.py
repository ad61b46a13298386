from pathlib import Path
from typing import get_args

import pytest

from abaton.live import log, typescript, wire

GENERATED = Path(__file__).parents[2] / "client" / "src" / "wire" / "generated.ts"


def test_the_client_agrees_with_the_wire() -> None:
    assert typescript.main([str(GENERATED), "--check"]) == 0


def test_every_message_and_fact_is_there() -> None:
    text = typescript.generate()
    for message in (*get_args(wire.ClientMessage), *get_args(wire.RoomMessage)):
        assert f"export interface {message.__name__} {{" in text
    for fact in get_args(log.AnyFact):
        assert f"export interface {fact.__name__}Fact {{" in text
    assert f"export const PROTOCOL = {wire.PROTOCOL};" in text


def test_a_difference_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "generated.ts"
    assert typescript.main([str(file)]) == 0
    assert typescript.main([str(file), "--check"]) == 0
    file.write_text(file.read_text() + "// changed by hand\n")
    assert typescript.main([str(file), "--check"]) == 1
    assert "Run: python -m abaton.live.typescript" in capsys.readouterr().err
