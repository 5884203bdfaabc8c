"""Many whole numbers, such as waiting times: their mean, and their percentiles by nearest rank.

The nearest-rank percentile is the smallest value that so many per cent of all values do not exceed: always a value that
occurs, the same however they are sorted, and none is worked out between two.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class Distribution:
    """How often each value occurs: for values of which many are the same."""

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
        """The nearest-rank percentile, from 1 to 100; None of nothing."""
        rank = -(-self.count * percent // 100)
        passed = 0
        for value in sorted(self.counts):
            passed += self.counts[value]
            if passed >= rank:
                return value
        return None

    @classmethod
    def together(cls, distributions: Iterable["Distribution"]) -> Self:
        """That of all their values."""
        counts: Counter[int] = Counter()
        for one in distributions:
            for value, times in one.counts.items():
                counts[value] += times
        return cls(counts)


class Ranked:
    """The values themselves, in order: for values of which few are the same."""

    def __init__(self, values: Iterable[int]) -> None:
        self._values = sorted(values)

    @property
    def count(self) -> int:
        """How many values there are."""
        return len(self._values)

    @property
    def mean(self) -> float | None:
        """The arithmetic mean; None of nothing."""
        return sum(self._values) / len(self._values) if self._values else None

    def up_to(self, most: int) -> int:
        """How many values are this one or less."""
        return bisect_right(self._values, most)

    def percentile(self, percent: int) -> int | None:
        """The nearest-rank percentile, from 1 to 100; None of nothing."""
        return self._values[-(-len(self._values) * percent // 100) - 1] if self._values else None


def share(part: int, whole: int) -> float | None:
    """A part by the whole; None of nothing."""
    return None if whole == 0 else part / whole


def rounded(value: float | None) -> float | None:
    """To two decimals, as means are told."""
    return None if value is None else round(value, 2)
