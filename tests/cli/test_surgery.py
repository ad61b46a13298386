"""`abaton surgery run` as it is typed."""

from pathlib import Path

import msgspec

from tests.cli.conftest import Abaton


def test_a_run_prints_its_score_and_writes_record_and_page(abaton: Abaton, tmp_path: Path) -> None:
    done = abaton("surgery", "run", "needle", "--trainee", "careful", "--seed", 3, "--to", tmp_path)
    assert done.code == 0
    assert "Score" in done.output
    assert (tmp_path / "needle-careful-3.mcap").is_file()
    page = (tmp_path / "needle-careful-3.html").read_text()
    for told in ("Needle to a target behind a vessel", "Physics card", "data:image/png;base64,", "not evidence of"):
        assert told in page
    again = abaton("surgery", "run", "needle", "--trainee", tmp_path / "needle-careful-3.mcap", "--json", "--no-page",
                   "--to", tmp_path)  # fmt: skip
    assert "bit for bit" in again.errors
    told = msgspec.json.decode(again.output)
    assert f"Score {told['total']:.1f}" in done.output


def test_wrong_words_are_answered(abaton: Abaton, tmp_path: Path) -> None:
    assert abaton("surgery", "run", "appendix").code == 3
    assert abaton("surgery", "run", "press", "--trainee", "nobody").code == 3
    (tmp_path / "words.mcap").write_text("words")
    broken = abaton("surgery", "run", "press", "--trainee", tmp_path / "words.mcap")
    assert broken.code == 2
    assert "cut off" in broken.errors
