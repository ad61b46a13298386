import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.training.physiology.rhythm import Rhythm, shocked, success_chance


@given(st.floats(1, 360), st.floats(0, 1), st.floats(0, 1))
def test_chance_grows_with_energy_and_with_the_hearts_store(joules: float, store: float, other: float) -> None:
    low, high = sorted((store, other))
    assert 0 <= success_chance(joules, low) <= success_chance(joules, high) <= 0.97
    assert success_chance(joules, store) <= success_chance(360, store)


def test_first_shock_in_a_fresh_heart() -> None:
    # First-shock success of biphasic 150 J or more: 85 to 98 % (van Alem 2003; Morrison 2013).
    assert 0.8 < success_chance(150, 1.0) < 0.98
    shock = shocked(Rhythm.VENTRICULAR_FIBRILLATION, 0.9, 200, False, 0.1)
    assert shock.after is Rhythm.SINUS


def test_a_spent_heart_does_not_beat_after_the_shock() -> None:
    assert shocked(Rhythm.VENTRICULAR_FIBRILLATION, 0.2, 200, False, 0.0).after in (
        Rhythm.PULSELESS_ELECTRICAL_ACTIVITY, Rhythm.ASYSTOLE,
    )  # fmt: skip


@pytest.mark.parametrize("rhythm", [Rhythm.ASYSTOLE, Rhythm.PULSELESS_ELECTRICAL_ACTIVITY])
@pytest.mark.parametrize("draw", [0.0, 0.5, 0.999])
def test_no_shock_helps_a_rhythm_that_is_not_shockable(rhythm: Rhythm, draw: float) -> None:
    assert shocked(rhythm, 1.0, 360, False, draw).after is rhythm


def test_synchronised() -> None:
    assert shocked(Rhythm.ATRIAL_FIBRILLATION, 1.0, 150, True, 0.2).after is Rhythm.SINUS
    assert shocked(Rhythm.ATRIAL_FIBRILLATION, 1.0, 150, False, 0.99).after is Rhythm.VENTRICULAR_FIBRILLATION
    shock = shocked(Rhythm.VENTRICULAR_FIBRILLATION, 1.0, 200, True, 0.0)
    assert shock.after is Rhythm.VENTRICULAR_FIBRILLATION
    assert "synchronised" in shock.told


@pytest.mark.parametrize("joules", [0.0, -5.0, 361.0, float("nan")])
def test_energies_that_no_device_has(joules: float) -> None:
    with pytest.raises(Problem):
        shocked(Rhythm.VENTRICULAR_FIBRILLATION, 1.0, joules, False, 0.5)
