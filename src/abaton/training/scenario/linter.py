"""What is not sound in a scenario that can be read: findings with file and line."""

from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Final, Literal

import msgspec

from abaton.core.errors import Problem
from abaton.training.dialogue.intents import shipped as catalogue
from abaton.training.drugs.formulary import FORMULARY
from abaton.training.drugs.orders import parse_order
from abaton.training.insults.catalogue import checked_arguments, insult_of
from abaton.training.insults.treatments import TREATMENTS
from abaton.training.physiology.vitals import Vitals
from abaton.training.scenario.acts import AIRWAYS, KINDS, POSITIONS, SENSORS, Act, checked
from abaton.training.scenario.language import Insult, Scenario
from abaton.training.scenario.operating import ENERGY
from abaton.training.scenario.possible import World, asks_for, possible, world_of
from abaton.training.scenario.predicates import parse, walk
from abaton.training.scenario.problems import meant, shown
from abaton.training.scenario.reading import Place, Written, conditions
from abaton.training.scenario.running import allowed_by
from abaton.training.scenario.words import RHYTHMS, Both, Compare, Held, Node

WHOLE: Final = 100.0


class Finding(msgspec.Struct, frozen=True):
    """Something not sound.

    Attributes:
        where: `file:line`.
        code: Short stable word.
        got: What was met.
        expected: What would be sound.
        next_step: What to do.
    """

    where: str
    code: str
    got: str
    expected: str
    next_step: str

    def __str__(self) -> str:
        return f"{self.where}: {self.got}; expected {self.expected}. {self.next_step}"


class Edition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A guideline as it is now.

    Attributes:
        name: As scenarios name it.
        title: In full.
        edition: Current.
        date: When it was published.
        source: Where that is from.
    """

    name: str
    title: str
    edition: str
    date: str
    source: str


class Editions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table.

    Attributes:
        checked: When it was looked through.
        guidelines: In order.
    """

    checked: str
    guidelines: tuple[Edition, ...]


def current() -> Editions:
    """The table that comes with the product."""
    text = resources.files("abaton.training.scenario").joinpath("editions.toml").read_bytes()
    return msgspec.toml.decode(text, type=Editions)


def lint(written: Written, editions: Editions | None = None) -> list[Finding]:
    """All that is not sound, in the order of lines.

    Args:
        written: As it was read.
        editions: Of guidelines; the shipped table unless another is passed.
    """
    linter = _Linter(written)
    linter.guidelines(editions or current())
    linter.names()
    linter.insults()
    linter.actions()
    linter.states()
    linter.words()
    linter.checklist()
    linter.points()
    linter.debrief()
    linter.robots()
    return sorted(linter.found, key=lambda finding: int(finding.where.rpartition(":")[2]))


class _Linter:
    def __init__(self, written: Written) -> None:
        self.written, self.scenario = written, written.scenario
        self.found: list[Finding] = []
        self.world = _reachable(self.scenario)

    def add(self, place: Place, code: str, got: str, expected: str, next_step: str) -> None:
        self.found.append(Finding(self.written.where(*place), code, got, expected, next_step))

    def unknown(self, place: Place, what: str, name: str, known: Iterable[str]) -> None:
        names = tuple(known)
        if name not in names:
            self.add(
                place, f"{what}_unknown", f"the {what} {shown(name)}", f"a {what} that there is", meant(name, names)
            )

    def guidelines(self, editions: Editions) -> None:
        table = {each.name: each for each in editions.guidelines}
        for number, guideline in enumerate(self.scenario.meta.guidelines):
            place = ("meta", "guidelines", number)
            self.unknown(place, "guideline", guideline.name, table)
            now = table.get(guideline.name)
            if now is not None and guideline.date < now.date:
                self.add(
                    place, "guideline_outdated",
                    f"{guideline.name} {guideline.edition} of {guideline.date}",
                    f"the current edition {now.edition} of {now.date}",
                    "Compare the content with it, then change edition and date.",
                )  # fmt: skip
            elif now is not None and (guideline.edition, guideline.date) != (now.edition, now.date):
                self.add(
                    place, "guideline_edition_unknown", f"{guideline.name} {guideline.edition} of {guideline.date}",
                    f"{now.edition} of {now.date}", "Correct it, or bring the table of editions up to date.",
                )  # fmt: skip

    def names(self) -> None:
        """Names that are used twice."""
        scenario = self.scenario
        groups: tuple[tuple[str, str, list[str]], ...] = (
            ("objectives", "objective", [each.id for each in scenario.objectives]),
            ("states", "state", [each.name for each in scenario.states]),
            ("checklist", "item", [each.id for each in scenario.checklist]),
            ("devices", "device", [each.name for each in scenario.devices]),
        )
        for section, what, names in groups:
            for number, name in enumerate(names):
                if name in names[:number]:
                    self.add((section, number), f"{what}_twice", f"the {what} {name!r} a second time",
                             "a name of its own", "Rename one of them.")  # fmt: skip
        facts = [fact.intent for fact in scenario.disclosures.facts]
        for number, intent in enumerate(facts):
            place = ("disclosures", "facts", number)
            self.unknown(place, "intent", intent, catalogue().names)
            if intent in facts[:number]:
                self.add(place, "fact_twice", f"a second fact for {intent!r}", "one", "Join them by 'ask_more'.")

    def insults(self) -> None:
        for number, insult in enumerate(self.scenario.insults):
            self.insult(("insults", number), insult)
        for place, state in enumerate(self.scenario.states):
            for number, insult in enumerate(state.insults):
                self.insult(("states", place, "insults", number), insult)
                if insult.at_s < 0:
                    self.add(("states", place, "insults", number), "insult_time", f"at_s {insult.at_s:g}",
                             "0 or more, counted from entering the stage", "Correct the time.")  # fmt: skip

    def insult(self, place: Place, insult: Insult) -> None:
        arguments = insult.arguments
        try:
            if insult.name == "drug":
                parse_order(str(arguments.get("order", "")))
            elif insult.name == "rhythm":
                self.unknown(place, "rhythm", str(arguments.get("rhythm", "")), RHYTHMS)
                rest = {key: value for key, value in arguments.items() if key != "rhythm"}
                checked_arguments("rhythm", rest, {"energy": ENERGY})
            else:
                insult_of(insult.name, arguments)
        except Problem as problem:
            self.add(place, problem.code, problem.got, problem.expected, problem.next_step)

    def actions(self) -> None:
        known: dict[str, Iterable[str]] = {
            "order": FORMULARY.drugs, "treat": TREATMENTS, "airway": AIRWAYS, "position": POSITIONS,
            "device": ("monitor", "defibrillator", "aed", "pump", "ventilator"),
            "ventilate": ("bag", "ventilator", "off"),
        }  # fmt: skip
        what = {"order": "drug", "treat": "treatment", "ventilate": "way to ventilate"}
        for number, action in enumerate(self.scenario.actions):
            for name in action.of:
                if action.do in known:
                    self.unknown(("actions", number), what.get(action.do, action.do), name, known[action.do])
            if action.of and not KINDS[action.do].main:
                self.add(("actions", number, "of"), "action_of", f"{action.do} of something", f"{action.do} alone",
                         "Take 'of' out.")  # fmt: skip
        for number, device in enumerate(self.scenario.devices):
            for sensor in device.attached:
                self.unknown(("devices", number), "sensor", sensor, (*SENSORS, "pads"))

    def states(self) -> None:
        states = self.scenario.states
        if states[0].when or states[0].after:
            self.add(("states", 0), "state_first", "a first stage with a condition", "one that holds from the start",
                     "Take 'when' and 'after' out of the first stage.")  # fmt: skip
        for number, state in enumerate(states):
            for name in state.after:
                self.unknown(("states", number, "after"), "state", name, [each.name for each in states])
            if number and not state.when:
                self.add(("states", number), "state_unreachable", f"the stage {state.name!r} without a condition",
                         "when it is entered", "Add 'when:'.")  # fmt: skip
            elif state.name not in self.world.states:
                self.add(("states", number), "state_unreachable",
                         f"the stage {state.name!r}, which can never be entered ({state.when})",
                         "a condition that can hold, after a stage that can be reached",
                         "Allow what it asks for in 'actions', or correct 'when' and 'after'.")  # fmt: skip

    def words(self) -> None:
        """Names within conditions, and `for` that may mean less than it seems."""
        scenario = self.scenario
        known: dict[str, Iterable[str]] = {
            "drug": FORMULARY.drugs, "treatment": TREATMENTS, "intent": catalogue().names,
            "item": [item.id for item in scenario.checklist], "state": [state.name for state in scenario.states],
            "position": POSITIONS, "airway": AIRWAYS, "sensor": (*SENSORS, "pads"),
        }  # fmt: skip
        kinds = {
            "given": "drug", "ordered": "drug", "insisted": "drug", "infusing": "drug", "doses": "drug",
            "total_mg": "drug", "total_ml": "drug", "done": "treatment", "tried": "treatment", "times": "treatment",
            "asked": "intent", "fulfilled": "item", "in_state": "state", "positioned": "position",
            "airway": "airway", "attached": "sensor",
        }  # fmt: skip
        for place, condition in conditions(scenario):
            node = parse(condition).node
            for call, name in sorted(asks_for(node)):
                if call in kinds:
                    self.unknown(place, kinds[call], name, known[kinds[call]])
            if place[0] == "findings" and any(isinstance(each, Held) for each in walk(node)):
                self.add(place, "finding_for", "'for' in a finding", "a condition of the moment", "Take 'for' out.")
            if _misleading(node):
                self.add(place, "for_misleading", f"'for' that holds for the last comparison only: {condition}",
                         "brackets around all that must hold so long, or the comparison with 'for' first",
                         "Write such as '(a and b) for 60s'.")  # fmt: skip

    def checklist(self) -> None:
        ids = [item.id for item in self.scenario.checklist]
        objectives = {each.id for each in self.scenario.objectives}
        scored = {item.objective for item in self.scenario.checklist}
        for number, objective in enumerate(self.scenario.objectives):
            if objective.id not in scored:
                self.add(("objectives", number), "objective_unscored",
                         f"the objective {objective.id!r}, which no item measures",
                         "an item of the checklist for it", "Add an item, or take the objective out.")  # fmt: skip
        for number, item in enumerate(self.scenario.checklist):
            place = ("checklist", number)
            self.unknown((*place, "objective"), "objective", item.objective, objectives)
            for other in (*item.after, *item.before):
                self.unknown(place, "item", other, ids)
            if item.id not in self.world.items:
                self.add((*place, "when"), "item_impossible",
                         f"the item {item.id!r}, which no act can fulfil ({item.when})", "a condition that can hold",
                         "Allow what it asks for in 'actions', or correct 'when'.")  # fmt: skip
            if item.by_s > 60 * self.scenario.meta.minutes:
                self.add((*place, "by_s"), "item_too_late", f"by_s {item.by_s:g} after the end",
                         f"at most {60 * self.scenario.meta.minutes:g}", "Correct it.")  # fmt: skip
        for number in _circular(self.scenario):
            self.add(("checklist", number), "order_circular", f"the item {ids[number]!r} before and after itself",
                     "an order that can be kept", "Correct 'after' and 'before'.")  # fmt: skip

    def points(self) -> None:
        weight = sum(item.weight for item in self.scenario.checklist if item.kind != "never")
        if abs(weight - WHOLE) > 1e-6:
            self.add(("checklist",), "weights_sum", f"weights of must and should of {weight:g} together",
                     "100", "Change the weights.")  # fmt: skip
        if not any(item.critical for item in self.scenario.checklist):
            self.add(("checklist",), "no_critical", "no critical item", "at least one", "Say which item is critical.")
        if self.scenario.score.critical_cap >= self.scenario.score.passing:
            self.add(("score",), "cap_too_high", f"a cap of {self.scenario.score.critical_cap:g}",
                     f"less than the {self.scenario.score.passing:g} of passing", "Lower the cap.")  # fmt: skip

    def debrief(self) -> None:
        ids = [item.id for item in self.scenario.checklist]
        said = [each.item for each in self.scenario.debrief.items]
        for number, name in enumerate(said):
            self.unknown(("debrief", "items", number), "item", name, ids)
            if name in said[:number]:
                self.add(("debrief", "items", number), "debrief_twice", f"{name!r} a second time", "once", "Join them.")
        for number, name in enumerate(ids):
            if name not in said:
                self.add(("checklist", number), "debrief_missing", f"no debrief of {name!r}",
                         "a text for met and missed", f"Add '- item: {name}' to debrief.items.")  # fmt: skip
        signs = [name for name in Vitals.__struct_fields__ if name not in ("time_s", "rhythm", "pulse", "coma_scale")]
        self.unknown(("debrief", "sign"), "sign", self.scenario.debrief.sign, signs)

    def robots(self) -> None:
        robots: tuple[Literal["ideal", "harmful"], ...] = ("ideal", "harmful")
        for robot in robots:
            for number, move in enumerate(getattr(self.scenario.learners, robot)):
                place = ("learners", robot, number)
                try:
                    checked(Act(0.0, move.do, move.arguments))
                    main = str(move.arguments.get(KINDS[move.do].main, ""))
                    if move.do == "order":
                        main = parse_order(main).drug
                    if move.do == "treat":
                        self.unknown(place, "treatment", main, TREATMENTS)
                except Problem as problem:
                    self.add(place, problem.code, problem.got, problem.expected, problem.next_step)
                    continue
                if allowed_by(self.scenario, move.do, main) is None:
                    self.add(place, "act_not_allowed", f"{move.do} {main}", "an act that 'actions' allows",
                             "Allow it, or take it out.")  # fmt: skip


def _reachable(scenario: Scenario) -> World:
    """What can be reached, found by taking away what cannot until nothing changes."""
    world = world_of(scenario)
    while True:
        entered: set[str] = {scenario.states[0].name}
        for _ in scenario.states:
            for state in scenario.states[1:]:
                into = not state.after or bool(set(state.after) & entered)
                if state.when and into and state.name in world.states and possible(parse(state.when).node, world):
                    entered.add(state.name)
        items = {item.id for item in scenario.checklist if possible(parse(item.when).node, world)} & world.items
        if len(world.states) == len(entered) and len(world.items) == len(items):
            return world
        world = msgspec.structs.replace(world, states=frozenset(entered), items=frozenset(items))


def _misleading(node: Node) -> bool:
    """Whether `a and b for 60s` was written, which means `a and (b for 60s)`."""
    return any(
        isinstance(each, Both)
        and isinstance(each.parts[-1], Held)
        and isinstance(each.parts[-1].inner, Compare)
        and any(isinstance(part, Compare) for part in each.parts[:-1])
        for each in walk(node)
    )


def _circular(scenario: Scenario) -> Iterator[int]:
    """Numbers of items that come before themselves."""
    follows: dict[str, set[str]] = {item.id: set(item.after) for item in scenario.checklist}
    for item in scenario.checklist:
        for other in item.before:
            follows.setdefault(other, set()).add(item.id)
    for number, item in enumerate(scenario.checklist):
        seen, left = set[str](), list(follows[item.id])
        while left:
            name = left.pop()
            if name not in seen:
                seen.add(name)
                left.extend(follows.get(name, ()))
        if item.id in seen:
            yield number
