"""What is typed at the bedside, as an act. What begins with no known word is an order of a drug, fluid or oxygen."""

import re
from collections.abc import Callable

from abaton.core.errors import Problem
from abaton.training.insults.treatments import TREATMENTS
from abaton.training.scenario.acts import Act, checked
from abaton.training.scenario.language import Argument, Kind

HELP = """\
adrenaline 0.5 mg im            any drug: name, dose, unit, route; add 'insist' to override a soft limit
500 ml crystalloid over 10 min  fluids, blood; 'noradrenaline 0.1 ug/kg/min', 'stop noradrenaline'
oxygen 15 l/min non-rebreather  also nasal, mask, venturi, bag
treat tourniquet leg            by hand: TREATMENTS
attach ecg                      spo2, nibp, arterial_line, capnography, temperature; pads of the defibrillator
device aed switch_on            any device and its command; 'device monitor detach ecg'
shock 200                       joules; 'shock 200 sync'; everyone stands clear unless 'shock 200 touching'
compress on                     'compress 110 55' a minute and mm deep; 'compress off'
bag 10                          breaths a minute; 'ventilator 14 450'; 'breathing off'
airway open                     or oropharyngeal, tube
position flat                   or legs_raised, sitting, recovery
examine pulse                   airway, breathing, circulation, pupils, skin, wound, blood_gas ...
ask do you have allergies       the patient, or who is there
call help                       whom you need
silence                         alarms' sound for two minutes
pause, speed 4, quit            also F2, F3/F4, Ctrl+Q"""

_NUMBERS = re.compile(r"\d+(?:\.\d+)?")


def typed(text: str, time_s: float, devices: tuple[str, ...] = ()) -> Act:
    """The act that a line says.

    Args:
        text: As typed.
        time_s: Now, since arrival.
        devices: What stands at the bed: pads are attached to what shocks.

    Raises:
        Problem: Nothing was said, or it cannot be an act.
    """
    words = text.strip().split()
    if not words:
        raise Problem("nothing_typed", "an empty line", "an order, such as 'adrenaline 0.5 mg im'", "Type 'help'.")
    verb, rest = words[0].lower(), words[1:]
    if [word.lower() for word in words] == ["attach", "pads"]:
        return Act(time_s, "device", {"name": "aed" if "aed" in devices else "defibrillator", "command": "attach_pads"})
    reader = _READERS.get(verb)
    if reader is None:
        insist = any(word.lower() == "insist" for word in words)
        plain = " ".join(word for word in words if word.lower() != "insist")
        return checked(Act(time_s, "order", {"text": plain, "insist": True} if insist else {"text": plain}))
    return checked(reader(time_s, rest))


def _treat(time_s: float, words: list[str]) -> Act:
    if not words:
        raise _lacks("treat", "a treatment: " + ", ".join(TREATMENTS))
    joined = "_".join(words).lower()
    name = max((name for name in TREATMENTS if joined == name or joined.startswith(name + "_")), key=len, default="")
    if not name:
        return Act(time_s, "treat", {"name": words[0].lower()})
    arguments: dict[str, Argument] = {"name": name}
    place = joined[len(name) + 1 :].removeprefix("of_").removeprefix("on_").removeprefix("the_")
    takes = list(TREATMENTS[name])
    if place and takes:
        arguments[takes[0]] = place
    elif place:
        raise Problem("words_left", f"{place!r} after {name}", f"{name} alone", f"Type 'treat {name}'.")
    return Act(time_s, "treat", arguments)


def _shock(time_s: float, words: list[str]) -> Act:
    low = [word.lower() for word in words]
    arguments: dict[str, Argument] = {"clear": "touching" not in low, "sync": "sync" in low}
    for number in _numbers("shock", low, {"sync", "touching", "clear", "j"})[:1]:
        arguments["joules"] = number
    return Act(time_s, "shock", arguments)


def _compress(time_s: float, words: list[str]) -> Act:
    low = [word.lower() for word in words]
    if set(low) & {"off", "stop"}:
        return Act(time_s, "compress", {"on": False})
    numbers = _numbers("compress", low, {"on", "start", "at", "deep", "mm", "/min"})
    names = ("rate", "depth_mm")
    return Act(time_s, "compress", {"on": True, **dict(zip(names, numbers, strict=False))})


def _ventilate(way: str) -> Callable[[float, list[str]], Act]:
    def read(time_s: float, words: list[str]) -> Act:
        low = [word.lower() for word in words]
        if way == "off" or set(low) & {"off", "stop"}:
            return Act(time_s, "ventilate", {"way": "off"})
        numbers = _numbers(way, low, {"on", "start", "at", "ml", "/min"})
        return Act(time_s, "ventilate", {"way": way, **dict(zip(("rate", "tidal_ml"), numbers, strict=False))})

    return read


def _device(time_s: float, words: list[str]) -> Act:
    if len(words) < 2:
        raise _lacks("device", "a device and a command, such as 'device aed switch_on'")
    arguments: dict[str, Argument] = {"name": words[0].lower(), "command": words[1].lower()}
    loose: list[str] = []
    for word in words[2:]:
        key, equals, value = word.lower().partition("=")
        if equals:
            arguments[key] = float(value) if _NUMBERS.fullmatch(value) else value
        else:
            loose.append(key)
    if loose:
        arguments["sensor"] = "_".join(loose)
    return Act(time_s, "device", arguments)


def _attach(time_s: float, words: list[str]) -> Act:
    what = "_".join(words).lower()
    if not what:
        raise _lacks("attach", "ecg, spo2, nibp, arterial_line, capnography, temperature or pads")
    return Act(time_s, "device", {"name": "monitor", "command": "attach", "sensor": what})


def _silence(time_s: float, words: list[str]) -> Act:
    del words
    return Act(time_s, "device", {"name": "monitor", "command": "silence"})


def _one(kind: Kind, name: str, *, underlined: bool = False) -> Callable[[float, list[str]], Act]:
    def read(time_s: float, words: list[str]) -> Act:
        said = ("_" if underlined else " ").join(words)
        if not said:
            raise _lacks(kind, f"what, such as '{EXAMPLES[kind]}'")
        return Act(time_s, kind, {name: said.lower() if underlined else said})

    return read


EXAMPLES = {
    "ask": "ask do you have allergies",
    "call": "call help",
    "examine": "examine pulse",
    "airway": "airway open",
    "position": "position flat",
}

_READERS: dict[str, Callable[[float, list[str]], Act]] = {
    "treat": _treat,
    "shock": _shock,
    "compress": _compress,
    "bag": _ventilate("bag"),
    "ventilator": _ventilate("ventilator"),
    "breathing": _ventilate("off"),
    "device": _device,
    "attach": _attach,
    "silence": _silence,
    "ask": _one("ask", "text"),
    "call": _one("call", "who", underlined=True),
    "examine": _one("examine", "what", underlined=True),
    "airway": _one("airway", "what", underlined=True),
    "position": _one("position", "what", underlined=True),
}


def _numbers(verb: str, words: list[str], known: set[str]) -> list[float]:
    """The numbers among words; a word that is neither number nor known is refused."""
    found: list[float] = []
    for word in words:
        if _NUMBERS.fullmatch(word.removesuffix("j")):
            found.append(float(word.removesuffix("j")))
        elif word not in known:
            raise Problem(
                "word_unknown", f"{word[:40]!r} after {verb!r}", f"as in 'help' under {verb}", "Leave it out."
            )
    return found


def _lacks(verb: str, expected: str) -> Problem:
    return Problem("words_missing", f"{verb!r} alone", expected, "Say what, or type 'help'.")
