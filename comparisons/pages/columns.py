"""Which lines of two programs share a row when they stand side by side.

Both programs keep their order: the rows are the best-scoring alignment of the
two sequences of lines (Needleman-Wunsch). Lines that name the same function or
layer score most, then equal lines, then lines with many words in common. With
a functional Keras model beside a PyTorch class, the layers count more than
`def build_model`, because readers compare layers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from comparisons.pages.halves import Line

Row = tuple[Line | None, Line | None]

DEFINITION = 12.0
METHOD = 8.0
LAYER = 8.0
ENTRY = 3.0  # both name the same difference
EQUAL = 3.0  # and more for every word
SIMILAR = 3.0  # times the share of words in common
ALIKE = 0.4  # smallest share of common words that counts as similar
BLANK = 0.2
SUPER = {"super", "__init__"}
# Unrelated lines of code may share a row, which makes pages shorter. Other
# unrelated lines may not.
GAP = -0.05
UNRELATED = -0.05
UNLIKE = -0.3
WRONG = -1.0


@dataclass(frozen=True)
class Unit:
    """Rows that belong together: usually a function and its twin."""

    name: str
    rows: list[Row]


def worth(one: Line, other: Line) -> float:
    """Return the score of two lines on one row; below 0, better apart."""
    if one.is_blank or other.is_blank:
        return BLANK if one.is_blank and other.is_blank else UNLIKE
    total = ENTRY if set(one.entries) & set(other.entries) else 0.0
    if one.defines or other.defines:
        return total + worth_of_definitions(one.defines, other.defines)
    if one.layers or other.layers:
        if one.layers & other.layers:
            return total + LAYER
        total += UNLIKE  # a reader would take them for the same
    if one.is_comment != other.is_comment:
        return total + UNLIKE
    both = len(one.words) + len(other.words)
    if one.words == SUPER or other.words == SUPER:
        return UNRELATED  # every class has this line
    if one.text.strip() == other.text.strip() or (
        one.code and one.code == other.code
    ):
        return total + (EQUAL + 0.15 * both if both else BLANK)
    share = 2 * len(one.words & other.words) / both if both else 0.0
    return total + (SIMILAR * share if share >= ALIKE else UNRELATED)


def worth_of_definitions(one: str, other: str) -> float:
    if one == other:
        return METHOD if one.startswith(".") else DEFINITION
    if one and other and not one.startswith(".") and not other.startswith("."):
        return UNRELATED
    return WRONG


def aligned(keras: Sequence[Line], torch: Sequence[Line]) -> list[Row]:
    """Return the rows of the best alignment; no line is left out."""
    best = [[0.0]]
    for _ in torch:  # summed one by one: the way back tests for equality
        best[0].append(best[0][-1] + GAP)
    for ours in keras:
        above = best[-1]
        row = [above[0] + GAP]
        for j, theirs in enumerate(torch, 1):
            row.append(
                max(
                    above[j - 1] + worth(ours, theirs),
                    above[j] + GAP,
                    row[j - 1] + GAP,
                )
            )
        best.append(row)
    rows: list[Row] = []
    i, j = len(keras), len(torch)
    while i or j:
        here = best[i][j]
        # Of two alignments with the same score, take the one that puts
        # single lines last.
        if j and here == best[i][j - 1] + GAP:
            j -= 1
            rows.append((None, torch[j]))
        elif i and here == best[i - 1][j] + GAP:
            i -= 1
            rows.append((keras[i], None))
        else:
            i, j = i - 1, j - 1
            rows.append((keras[i], torch[j]))
    return rows[::-1]


def units(rows: Sequence[Row]) -> list[Unit]:
    """Split rows into units, where both sides begin something new."""
    starts = [0]
    starts += [
        i
        for i in range(1, len(rows))
        if name_at(rows[i]) and all(begins(rows, i, side) for side in (0, 1))
    ]
    if len(starts) > 1 and says_nothing(rows[: starts[1]]):
        del starts[1]  # a banner belongs to what follows it
    ends = [*starts[1:], len(rows)]
    return [
        Unit(first_name(rows[a:b]), list(rows[a:b]))
        for a, b in zip(starts, ends, strict=True)
        if b > a
    ]


def says_nothing(rows: Sequence[Row]) -> bool:
    """Whether rows hold nothing but blank lines and banners."""
    return all(
        line is None or line.is_blank or line.is_banner
        for row in rows
        for line in row
    )


def begins(rows: Sequence[Row], start: int, side: int) -> bool:
    """Whether the next line of a side begins a top-level definition."""
    for row in rows[start:]:
        line = row[side]
        if line is not None and not line.is_blank:
            return bool(line.top)
    return True


def name_at(row: Row) -> str:
    return next((line.top for line in row if line and line.top), "")


def first_name(rows: Sequence[Row]) -> str:
    return next((name_at(row) for row in rows if name_at(row)), "")


def cells(unit: Unit, side: int) -> Iterator[tuple[int, Line]]:
    """Yield the lines of one side with the number of their row."""
    for number, row in enumerate(unit.rows, 1):
        line = row[side]
        if line is not None:
            yield number, line
