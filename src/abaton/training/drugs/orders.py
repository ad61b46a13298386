"""Orders as they are typed or spoken: understood word by word, or refused with what was not understood.

Nothing is guessed. A word that is no drug, dose, route, duration or filler refuses the order, and a name that is
nearly one asks back.
"""

import math
import re
from typing import Final, Literal

import msgspec

from abaton.core.errors import Problem
from abaton.training.drugs.formulary import FORMULARY, nearest
from abaton.training.drugs.values import Formulary

Action = Literal["give", "infuse", "set", "stop"]
LONGEST_TEXT: Final = 200

VERBS: Final[dict[str, Action]] = {
    "give": "give", "push": "give", "administer": "give", "bolus": "give",
    "start": "infuse", "infuse": "infuse", "run": "infuse",
    "set": "set", "change": "set", "increase": "set", "decrease": "set", "reduce": "set", "titrate": "set",
    "stop": "stop", "discontinue": "stop", "cease": "stop", "remove": "stop",
}  # fmt: skip
UNITS: Final = {
    "g": "g", "gram": "g", "grams": "g", "mg": "mg", "milligram": "mg", "milligrams": "mg",
    "ug": "ug", "mcg": "ug", "microgram": "ug", "micrograms": "ug", "ng": "ng", "nanogram": "ng", "nanograms": "ng",
    "ml": "ml", "millilitre": "ml", "millilitres": "ml", "milliliter": "ml", "milliliters": "ml", "cc": "ml",
    "l": "l", "litre": "l", "litres": "l", "liter": "l", "liters": "l",
    "unit": "unit", "units": "unit", "mmol": "mmol", "%": "%", "percent": "%",
}  # fmt: skip
TIMES: Final = {
    "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0,
    "min": 60.0, "mins": 60.0, "minute": 60.0, "minutes": 60.0,
    "h": 3600.0, "hr": 3600.0, "hrs": 3600.0, "hour": 3600.0, "hours": 3600.0,
    "day": 86400.0, "days": 86400.0,
}  # fmt: skip
RATES: Final = {1.0: "/s", 60.0: "/min", 3600.0: "/h", 86400.0: "/day"}
ROUTES: Final = {
    "iv": "iv", "i.v.": "iv", "intravenous": "iv", "intravenously": "iv", "io": "iv", "intraosseous": "iv",
    "im": "im", "i.m.": "im", "intramuscular": "im", "intramuscularly": "im",
    "intranasal": "in", "intranasally": "in", "nasally": "in", "nasal": "in",
    "neb": "inhaled", "nebulised": "inhaled", "nebulized": "inhaled", "nebuliser": "inhaled", "nebulizer": "inhaled",
    "inhaled": "inhaled", "inh": "inhaled",
    "po": "po", "oral": "po", "orally": "po", "sc": "sc", "subcutaneous": "sc", "subcutaneously": "sc", "s.c.": "sc",
}  # fmt: skip
DEVICES: Final = {
    "non-rebreather mask": "non-rebreather", "non rebreather mask": "non-rebreather",
    "non-rebreather": "non-rebreather",
    "non rebreather": "non-rebreather", "nonrebreather": "non-rebreather", "reservoir mask": "non-rebreather",
    "nrb mask": "non-rebreather", "nrb": "non-rebreather", "bag valve mask": "bag", "bag-valve-mask": "bag",
    "bag mask": "bag", "bvm": "bag", "bag": "bag", "nasal cannulae": "nasal", "nasal cannula": "nasal",
    "nasal prongs": "nasal", "nasal specs": "nasal", "nasal": "nasal", "cannula": "nasal", "prongs": "nasal",
    "venturi mask": "venturi", "venturi": "venturi", "face mask": "mask", "simple mask": "mask", "facemask": "mask",
    "mask": "mask",
}  # fmt: skip
FILLERS: Final = frozenset(
    [
        *("of", "a", "an", "the", "please", "now", "stat", "dose", "infusion", "drip", "rate", "at", "to", "by", "via"),
        *(
            "with",
            "and",
            "through",
            "as",
            "push",
            "bolus",
            "into",
            "on",
            "his",
            "her",
            "their",
            "slow",
            "slowly",
            "fast",
        ),
    ]
)

INSISTING: Final = frozenset({"insist", "insisting", "confirm", "confirmed"})
NUMBER: Final = r"[-+]?(?:\d+(?:[.,]\d+)?|\.\d+)(?:e[-+]?\d+)?"
UNIT: Final = "|".join(sorted((re.escape(unit) for unit in UNITS), key=len, reverse=True))
TIME: Final = "|".join(sorted(TIMES, key=len, reverse=True))
QUANTITY: Final = re.compile(rf"(?<![\w.,])({NUMBER}) ?({UNIT})(/kg)?(?:/({TIME}))?(?![\w/%])")
OVER: Final = re.compile(rf"\b(?:over|in|within|for) ({NUMBER}) ?({TIME})(?![\w/])")
DILUENT: Final = re.compile(rf"\bin ({NUMBER}) ?(?:ml|l)(?![\w/])")
LINE: Final = re.compile(r"\b(?:through |via |on |in )?(?:line|cannula) (\d)(?![\d.])")
BARE_NUMBER: Final = re.compile(rf"(?<![\w-]){NUMBER}(?![\d:])")
NOT_FINITE: Final = re.compile(r"(?<![\w])[-+]?(?:nan|inf|infinity|infinite)(?![\w])")


class Order(msgspec.Struct, frozen=True):
    """What is to be given.

    Attributes:
        text: As it was ordered.
        action: `give` a dose, `infuse` at a rate, `set` a running rate, `stop`.
        drug: Its name in the formulary.
        amount: The number, in `unit`.
        unit: mg, ug/kg/min, ml, unit, l/min, % ...; empty for `stop`.
        route: iv, im, in, inhaled, po, sc, breathed; empty where none was said.
        over_s: Duration of a dose, s; 0 where none was said.
        device: Of oxygen: nasal, mask, non-rebreather, bag, venturi.
        line: Number of the venous line.
        quantity: Once checked: ug, ml or mmol; those a second of an infusion; the fraction of oxygen. NaN before.
        insisted: Before the check, whether the order says `insist`; after it, whether a soft limit was overridden.
    """

    text: str
    action: Action
    drug: str
    amount: float = 0.0
    unit: str = ""
    route: str = ""
    over_s: float = 0.0
    device: str = ""
    line: int = 1
    quantity: float = math.nan
    insisted: bool = False


def refused(code: str, text: str, got: str, expected: str, next_step: str) -> Problem:
    """The problem of an order, with its text."""
    return Problem(code, got=f"the order {text[:LONGEST_TEXT]!r}: {got}", expected=expected, next_step=next_step)


def parse_order(text: str, formulary: Formulary = FORMULARY) -> Order:
    """The order that a text says; whether it may be given is `checked`'s to say.

    Args:
        text: Such as "adrenaline 0.5 mg im" or "set noradrenaline 0.2 ug/kg/min"; upper case and µ are fine.
        formulary: Whose names are known.

    Raises:
        Problem: A word, number, unit or drug was not understood.
    """
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise refused(
            "order_unreadable",
            text,
            f"{len(text)} characters",
            f"1 to {LONGEST_TEXT} characters: drug, dose, unit, route",
            "Order one drug, such as 'adrenaline 0.5 mg im'.",
        )
    rest = _normal(text)
    if NOT_FINITE.search(rest):
        raise refused("order_number_wrong", text, "a dose that is no number", "a number", "Say the dose in figures.")
    line, rest = _line(rest)
    over_s, rest = _over(rest, text)
    rest = DILUENT.sub(" ", rest)
    amount, unit, rest = _quantity(rest, text)
    words = [word for word in rest.split() if word not in INSISTING]
    insisted = len(words) < len(rest.split())
    verb = VERBS.get(words[0]) if words else None
    if verb:
        words = words[1:]
    oxygen = any(formulary.names.get(word) == "oxygen" for word in words)
    device, words = _device(words) if oxygen else ("", words)
    route, words = _route(words)
    if not unit and verb != "stop" and BARE_NUMBER.search(" ".join(words)):
        raise refused(
            "order_unit_missing",
            text,
            "a number without a unit that is known",
            "mg, ug, ng, g, ml, l, unit or mmol, with /kg, /min or /h where it is meant",
            "Say the unit.",
        )
    drug = _drug(words, text, formulary)
    if "/" in unit.replace("/kg", ""):
        action: Action = verb if verb in ("set", "stop") else "infuse"
    else:
        action = "stop" if verb == "stop" else "set" if verb == "set" else "give"
    if oxygen and action == "give":
        action = "infuse"
    if action == "stop" and unit:
        raise refused(
            "order_dose_with_stop", text, f"a dose of {amount:g} {unit}", "no dose", "Say 'stop' and the drug."
        )
    if action != "stop" and not unit:
        raise refused("order_dose_missing", text, "no dose", "a dose with its unit", "Say how much.")
    return Order(text, action, drug, amount, unit, route, over_s, device, line, insisted=insisted)


def _normal(text: str) -> str:
    """Lower case, one kind of micro sign, single spaces, rates with strokes."""
    rest = text.lower().replace("µ", "u").replace("μ", "u").replace("’", "'")  # noqa: RUF001
    rest = re.sub(r"\bper\b", "/", rest)
    rest = re.sub(r"\s*/\s*", "/", rest)
    return " ".join(re.sub(r"[;!?]|,(?!\d)|\.(?=\s|$)(?<!i\.v\.)(?<!i\.m\.)(?<!s\.c\.)", " ", rest).split())


def _figure(figure: str, text: str) -> float:
    if re.search(r"[.,]\d{3}$", figure) and "," in figure:
        raise refused(
            "order_number_ambiguous",
            text,
            f"{figure}, which may mean two numbers",
            "a point before decimals and nothing between thousands",
            f"Say {figure.replace(',', '')} or {figure.replace(',', '.')}.",
        )
    value = float(figure.replace(",", "."))
    if not math.isfinite(value):
        raise refused("order_number_wrong", text, f"{figure[:20]}", "a finite number", "Say the dose again.")
    return value


def _line(rest: str) -> tuple[int, str]:
    found = LINE.search(rest)
    return (int(found[1]), LINE.sub(" ", rest, count=1)) if found else (1, rest)


def _over(rest: str, text: str) -> tuple[float, str]:
    found = OVER.findall(rest)
    if not found:
        return 0.0, rest
    seconds = _figure(found[0][0], text) * TIMES[found[0][1]]
    if len(found) > 1 or not 0.0 < seconds <= 86400.0:
        raise refused(
            "order_duration_wrong",
            text,
            f"a duration of {seconds:g} s" if len(found) == 1 else "two durations",
            "one duration above 0 and at most 24 h",
            "Say how long, such as 'over 10 min'.",
        )
    return seconds, OVER.sub(" ", rest)


def _quantity(rest: str, text: str) -> tuple[float, str, str]:
    found = list(QUANTITY.finditer(rest))
    if not found:
        return 0.0, "", rest
    if len(found) > 1:
        raise refused(
            "order_two_doses",
            text,
            "doses " + " and ".join(match[0] for match in found),
            "one dose of one drug",
            "Order them one by one.",
        )
    figure, unit, per_kg, time = found[0].groups()
    rate = RATES[TIMES[time]] if time else ""
    return _figure(figure, text), UNITS[unit] + (per_kg or "") + rate, QUANTITY.sub(" ", rest)


def _device(words: list[str]) -> tuple[str, list[str]]:
    joined = " ".join(words)
    for phrase, device in DEVICES.items():
        found = re.search(rf"(?<![\w-]){re.escape(phrase)}(?![\w-])", joined)
        if found:
            return device, (joined[: found.start()] + joined[found.end() :]).split()
    return "", words


def _route(words: list[str]) -> tuple[str, list[str]]:
    if words and words[-1] == "in":
        return "in", words[:-1]
    for place, word in enumerate(words):
        if word in ROUTES:
            return ROUTES[word], words[:place] + words[place + 1 :]
    return "", words


def _drug(words: list[str], text: str, formulary: Formulary) -> str:
    """The drug that the words name; the longest name first, and nothing may be left over but fillers."""
    for length in range(min(len(words), 4), 0, -1):
        for start in range(len(words) - length + 1):
            name = " ".join(words[start : start + length])
            if name in formulary.names:
                left = [word for word in words[:start] + words[start + length :] if word not in FILLERS]
                if left:
                    raise refused(
                        "order_word_unknown",
                        text,
                        f"{' '.join(left)[:60]!r} was not understood",
                        "drug, dose with its unit, route, duration",
                        f"Say it without that, such as '{formulary.names[name]} ...'.",
                    )
                return formulary.names[name]
    left = [word for word in words if word not in FILLERS]
    near = next(
        (found for found in (nearest(" ".join(left), formulary), *(nearest(w, formulary) for w in left)) if found), ""
    )
    raise refused(
        "drug_unknown" if left else "order_drug_missing",
        text,
        f"no drug of the formulary is called {' '.join(left)[:60]!r}" if left else "no drug is named",
        "a drug of the formulary of " + formulary.edition,
        f"Do you mean {near!r}?" if near else "Choose one of: " + ", ".join(sorted(formulary.drugs)) + ".",
    )
