"""Many whole numbers, such as waiting times, by how often each occurs: their mean, and their percentiles."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class Distribution:
    """How often each value occurs."""

    counts: Counter[int] = field(default_factory=Counter)

    @classmethod
    def of(cls, values: Iterable[int]) -> Self:
        """The distribution of these values."""
        return cls(Counter(values))

    @property
    def count(self) -> int:
        """How many values there are."""
        return self.counts.total()

    @property
    def mean(self) -> float | None:
        """The arithmetic mean, exact but for its last step; None of nothing."""
        total = self.count
        return None if total == 0 else sum(value * times for value, times in self.counts.items()) / total

    def up_to(self, most: int) -> int:
        """How many values are this one or less."""
        return sum(times for value, times in self.counts.items() if value <= most)

    def percentile(self, percent: int) -> int | None:
        """The nearest-rank percentile, from 1 to 100; None of nothing.

        It is the smallest value that so many per cent of all values do not exceed: always a value that occurs, the
        same however they are sorted, and none is worked out between two.
        """
        rank = -(-self.count * percent // 100)
        passed = 0
        for value in sorted(self.counts):
            passed += self.counts[value]
            if passed >= rank:
                return value
        return None

    def __add__(self, other: "Distribution") -> "Distribution":
        return Distribution(self.counts + other.counts)


def share(part: int, whole: int) -> float | None:
    """A part by the whole; None of nothing."""
    return None if whole == 0 else part / whole


def rounded(value: float | None) -> float | None:
    """To two decimals, as means are told."""
    return None if value is None else round(value, 2)
