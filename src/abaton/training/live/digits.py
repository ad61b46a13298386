"""Figures that are read from the end of the bed: three by five blocks, two blocks to a line of the terminal."""

FIGURES = {
    "0": "111 101 101 101 111", "1": "010 110 010 010 111", "2": "111 001 111 100 111", "3": "111 001 111 001 111",
    "4": "101 101 111 001 001", "5": "111 100 111 001 111", "6": "111 100 111 101 111", "7": "111 001 001 010 010",
    "8": "111 101 111 101 111", "9": "111 101 111 001 111", "-": "000 000 111 000 000", ".": "0 0 0 0 1",
    "/": "001 001 010 100 100", "?": "111 001 011 000 010", " ": "0 0 0 0 0", ":": "0 1 0 1 0",
    "(": "01 10 10 10 01", ")": "10 01 01 01 10",
}  # fmt: skip
HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
LINES = 3
"""Lines of the terminal that a figure takes."""


def large(text: str, wide: bool = False) -> list[str]:
    """The text as three lines of blocks; an unknown character is left blank.

    Args:
        text: Figures and signs between them.
        wide: Whether each block is two characters wide.
    """
    rows = ["", "", "", "", "", ""]
    for place, character in enumerate(text):
        shape = FIGURES.get(character, FIGURES[" "]).split()
        for row in range(6):
            part = shape[row] if row < len(shape) else "0" * len(shape[0])
            rows[row] += ("0" if place else "") + part
    times = 2 if wide else 1
    return [
        "".join(HALVES[upper == "1", lower == "1"] * times for upper, lower in zip(rows[n], rows[n + 1], strict=True))
        for n in (0, 2, 4)
    ]


def width(text: str, wide: bool = False) -> int:
    """Characters that `large` takes across."""
    return len(large(text, wide)[0])
