"""What was measured, against what, and whether that meets its target."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        section: the part of the bench that measured it.
        what: the measured thing.
        measured: it, with its unit.
        against: the other side of the ratio, with its unit.
        ratio: one by the other; None where it could not be measured, which `against` then explains.
        target: the ratio that is wanted.
        at_least: is the target the least that the ratio may be, or the most?
        raw: everything that was measured for it.
    """

    section: str
    what: str
    measured: str
    against: str
    ratio: float | None
    target: float
    at_least: bool = True
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_met(self) -> bool | None:
        """Is the target met? None where nothing could be measured."""
        if self.ratio is None:
            return None
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {**asdict(self), "met": self.is_met}


def print_table(console: Console, machine: str, figures: list[Figure]) -> None:
    """The table, the machine, and in plain words which targets are missed."""
    table = Table(title="depok-agi, measured", title_justify="left", title_style="bold", expand=False)
    for heading in ("Section", "What", "Measured", "Against"):
        table.add_column(heading)
    for heading in ("Ratio", "Target", ""):
        table.add_column(heading, justify="right")
    for figure, following in zip_longest(figures, figures[1:]):
        table.add_row(
            figure.section,
            figure.what,
            figure.measured,
            figure.against,
            "-" if figure.ratio is None else f"{figure.ratio:.2f}",
            f"{'≥' if figure.at_least else '≤'} {figure.target:g}",
            {True: "[green]met[/]", False: "[red]MISSED[/]", None: "[yellow]not measured[/]"}[figure.is_met],
            end_section=following is None or following.section != figure.section,
        )
    console.print(table)
    console.print(f"Machine: {machine}", soft_wrap=True)
    for figure in figures:
        if figure.is_met is False:
            console.print(
                f"[red]Target missed:[/] {figure.section}, {figure.what}: {figure.ratio:.2f}, "
                f"wanted {'at least' if figure.at_least else 'at most'} {figure.target:g}",
                soft_wrap=True,
            )
    met = sum(figure.is_met is True for figure in figures)
    console.print(f"{met} of {len(figures)} targets are met.")
