"""How the terminal words and colours what it tells."""

from rich.text import Text

from abaton.core.errors import Problem
from abaton.training.live.screen import Numbers
from abaton.training.live.views import CYAN, GREEN, PALE, RED, WHITE, YELLOW, figure

INKS = {
    "you": WHITE,
    "patient": CYAN,
    "device": YELLOW,
    "scenario": GREEN,
    "told": YELLOW,
    "finding": CYAN,
    "alarm": "#ff9d4d",
    "refused": RED,
    "help": PALE,
}


def told_of(problem: Problem) -> str:
    """A problem in a line."""
    return f"{problem.got}; expected {problem.expected}. {problem.next_step}"


def minutes(seconds: float) -> str:
    """Minutes and seconds, as 03:27."""
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


def cuff_and_temperature(shown: Numbers, now_s: float) -> Text:
    """Cuff and temperature."""
    text = Text()
    cuff = shown.cuff
    if shown.cuff_busy:
        told = "measuring"
    elif shown.cuff_failed:
        told = "failed"
    elif cuff is None:
        told = "--"
    else:
        age = int(now_s - cuff.at_s) // 60
        told = f"{cuff.systolic_mmhg:.0f}/{cuff.diastolic_mmhg:.0f} ({cuff.mean_mmhg:.0f})" + (
            f" {age} min" if age else " now"
        )
    text.append("NIBP ", style=PALE)
    text.append(told, style=f"bold {WHITE}")
    text.append("  T ", style=PALE)
    text.append(f"{figure(shown.temperature_c, 1)}°", style=f"bold {WHITE}")
    return text


def about(text: str) -> tuple[str, ...]:
    """Which figures an alarm is about."""
    low = text.lower()
    table: dict[str, tuple[str, ...]] = {
        "hr": ("hr", "heart", "brady", "tachy", "asystole", "fibrillation", "v fib", "vfib", "v tach", "pulse"),
        "bp": ("art", "map", "mean", "pressure", "systolic"),
        "spo2": ("spo2", "desat", "oxygen"),
        "etco2": ("co2", "rr", "apnoea", "apnea", "respirat", "breath"),
    }
    return tuple(name for name, words in table.items() if any(word in low for word in words))
