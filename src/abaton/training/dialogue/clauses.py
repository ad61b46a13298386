"""What a learner says at once, split into the questions that it holds."""

import re

_STARTERS = (
    "do|does|did|are|is|was|were|have|has|had|can|could|would|will|any|what|whats|what's|when|where|where's|which|who|"
    "who's|how|how's|why|tell|describe|may|ever"
)
_ENDS = re.compile(r"(?<=[?!;])\s*|(?<!\bdr)(?<!\bmr)(?<!\bms)(?<!\bmrs)(?<!\bvs)\.(?=\s|$)\s*|\n+", re.IGNORECASE)
_JOINT = re.compile(
    rf"\s*,\s*(?P<word>(?:and\s+|also\s+|plus\s+|but\s+|then\s+)*)(?=(?:{_STARTERS})\b)|"
    rf"\s+(?P<bare>and|also|plus)\s+(?:also\s+|then\s+)?(?=(?:{_STARTERS})\b)",
    re.IGNORECASE,
)
_LEAD = re.compile(r"\W*(?:(?:and|so|ok|okay|right|alright|well|now|but)\b\W*)+", re.IGNORECASE)
_QUESTION = re.compile(rf"\W*(?:{_STARTERS})\b", re.IGNORECASE)
_STATEMENT = re.compile(
    r"\W*(?:hi|hiya|hello|hey|good (?:morning|afternoon|evening)|i'?m|i am|my name|i'?ll|i know|i understand|that must|"
    r"that sounds|thanks|thank you|sorry)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(r"(?:hi|hiya|hello|hey|thanks|good (?:morning|afternoon|evening))\b.{0,20}", re.IGNORECASE)
_POINTS_BACK = re.compile(r"\b(?:it|that|this|there|one|those|these|them|they)\b", re.IGNORECASE)
_FRAME = re.compile(
    r"\W*(?:(?:and|so|ok|okay|right|well|now|just)\W+)*"
    r"(?:(?:can|could|would|will)\s+you\s+(?:please\s+)?(?:just\s+)?(?:tell|say|show)(?:\s+me)?|(?:can|may|could)\s+i\s+(?:just\s+)?ask|"
    r"let\s+me\s+ask|tell\s+me|do\s+you\s+know|any\s+idea)\W*",
    re.IGNORECASE,
)
_HANGING = re.compile(r"\b(?:what|when|where|which|who|how|why|and|or|to|the|a|of|with|if)\s*$", re.IGNORECASE)
_NOISE = re.compile(
    r"\W*(?:(?:ok|okay|right|alright|all right|i see|mhm|mm|hmm|um|uh|er|well|so|sure|yeah|great|good|fine|lovely|now|"
    r"then|please|got it|understood|sorry)\W*)+",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+", re.IGNORECASE)
_LIST_FRAME = re.compile(
    r"(?:(?:do|did|are|were|have|has) you(?: (?:have|had|got|get|ever|any|been|feel|noticed))*|any|"
    r"can i (?:get|have) your|what(?: is|'s) your)\b",
    re.IGNORECASE,
)
_LONGEST_PART_WORDS = 3
_LEAST_CLAUSE_WORDS = 2
_LEAST_UNJOINED_WORDS = 3


def split(text: str) -> tuple[str, ...]:
    """The clauses of a text, in order; those that say nothing ("I see.") are left out unless there is nothing else.

    A comma or *and* parts two clauses where both sides could stand alone: "Do you smoke, and have you any allergies?".
    *or* does not, for it mostly offers two answers to one question.
    """
    sentences = [piece.strip(" ,\t") for piece in _ENDS.split(text) if piece and re.search(r"\w", piece)]
    clauses = [clause for sentence in sentences for clause in _parted(sentence)]
    said = [clause for clause in clauses if not _NOISE.fullmatch(clause)]
    return tuple(said or clauses)


def listed(clause: str) -> tuple[str, ...]:
    """Readings of "Any vomiting or diarrhoea?" as one question each; empty where it cannot be a list.

    Whether it is one, or two answers offered to one question, only the meaning can tell.
    """
    pieces = [piece.strip(" ?.!") for piece in _PARTS.split(clause)]
    first, rest = _LEAD.sub("", pieces[0], count=1), pieces[1:]
    frame = _LIST_FRAME.match(first)
    if not rest or frame is None or not all(piece and len(piece.split()) <= _LONGEST_PART_WORDS for piece in rest):
        return ()
    return (f"{first}?", *(f"{frame.group().strip()} {piece}?" for piece in rest))


def is_question(clause: str) -> bool:
    """Whether it asks, by its mark or by how it begins."""
    return clause.rstrip().endswith("?") or _QUESTION.match(_LEAD.sub("", clause, count=1)) is not None


def _parted(sentence: str) -> list[str]:
    clauses: list[str] = []
    start = 0
    for joint in _JOINT.finditer(sentence):
        left, right = sentence[start : joint.start()].strip(" ,"), sentence[joint.end() :]
        if _stand_alone(left, right, joined=bool(joint["word"] or joint["bare"])):
            clauses.append(left)
            start = joint.end()
    return [*clauses, sentence[start:].strip(" ,")]


def _stand_alone(left: str, right: str, *, joined: bool) -> bool:
    """Whether both sides of a joint are clauses; without a joining word the right one may only explain the left."""
    if _GREETING.fullmatch(left):
        return True
    bare = _LEAD.sub("", left, count=1)
    if len(bare.split()) < _LEAST_CLAUSE_WORDS or len(right.split()) < _LEAST_CLAUSE_WORDS:
        return False
    if _FRAME.fullmatch(left) or _HANGING.search(left) or not (_QUESTION.match(bare) or _STATEMENT.match(bare)):
        return False
    return joined or (len(right.split()) >= _LEAST_UNJOINED_WORDS and not _POINTS_BACK.search(right))
