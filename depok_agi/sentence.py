"""A sentence that is said in the language of whoever reads it: told in one place, translated in another."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

Translate = Callable[[str], str]
"""Gives a source string in some language; itself where it has no translation."""


class Sentence:
    """An English source string and its values. `str()` is the English sentence.

    Args:
        source: as `str.format` takes it, with a `{name}` for each value; as it is when there are no values.
        values: what is filled in. A sentence or an error among them, and a word of an enum, is translated too.
    """

    __slots__ = ("source", "values")

    def __init__(self, source: str, values: Mapping[str, object] | None = None) -> None:
        self.source = source
        self.values = dict(values or {})

    def __str__(self) -> str:
        return self.source.format(**self.values) if self.values else self.source

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sentence) and (self.source, self.values) == (other.source, other.values)

    def __hash__(self) -> int:
        return hash(self.source)

    def text(self, translate: Translate) -> str:
        """The sentence in the language of `translate`."""
        source = translate(self.source)
        if not self.values:
            return source
        return source.format(**{name: _translated(value, translate) for name, value in self.values.items()})


class Joined(Sentence):
    """Several sentences, with a separator between that is translated too, such as " or "."""

    __slots__ = ("_parts", "_separator")

    def __init__(self, separator: str, parts: Sequence[Sentence]) -> None:
        super().__init__(separator)
        self._parts = parts
        self._separator = separator

    def __str__(self) -> str:
        return self._separator.join(map(str, self._parts))

    def text(self, translate: Translate) -> str:
        """All of them in the language of `translate`."""
        return translate(self._separator).join(part.text(translate) for part in self._parts)


def _translated(value: object, translate: Translate) -> object:
    if isinstance(value, Sentence):
        return value.text(translate)
    if isinstance(value, Exception) and isinstance(sentence := getattr(value, "sentence", None), Sentence):
        return sentence.text(translate)
    if isinstance(value, Enum) and isinstance(value.value, str):
        return translate(value.value)
    return value
