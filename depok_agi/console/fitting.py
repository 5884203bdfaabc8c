"""Text that has to fit into columns of a terminal, whatever letters are in it."""

from collections.abc import Sequence
from textwrap import wrap

from rich.cells import cell_len, set_cell_size

GAP = "  "
INDENT = "  "
"""A line that is not indented is the head of those below it."""
ELLIPSIS = "…"


def fitted(text: str, width: int) -> str:
    """The text as wide as that, in cells of the terminal: filled up with blanks, or cut with an ellipsis."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, max(0, width - 1)) + ELLIPSIS if width > 0 else ""


def in_columns(cells: Sequence[str], widths: Sequence[int], width: int) -> str:
    """One line of a list. The column whose width is 0 takes what the others leave; nothing is wider than `width`."""
    taken = sum(widths) + len(GAP) * (len(widths) - 1)
    rest = max(0, width - taken)
    parts = [fitted(cell, room or rest) for cell, room in zip(cells, widths, strict=True)]
    return fitted(GAP.join(parts), width).rstrip()


def indented(cells: Sequence[str], widths: Sequence[int], width: int, *, deep: int = 1) -> str:
    """The same below a head."""
    before = INDENT * deep
    return before + in_columns(cells, widths, width - len(before))


def wrapped(text: str, width: int, *, deep: int = 1, most: int | None = None) -> list[str]:
    """Text of a citizen's below a head, in whole words; of more than `most` lines, the first with an ellipsis."""
    before = INDENT * deep
    found = wrap(" ".join(text.split()), max(10, width - len(before)))
    if most is not None and len(found) > most:
        found = [*found[: most - 1], fitted(" ".join(found[most - 1 :]), width - len(before))]
    return [before + line for line in found]
