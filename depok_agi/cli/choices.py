"""Options that take one of a few words."""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

import click

from depok_agi.cli.language import _


class OneOf(click.Choice[str]):
    """One of these words, whatever the case; who mistypes it is told what they probably meant."""

    def __init__(self, words: Iterable[str]) -> None:
        super().__init__(list(words), case_sensitive=False)

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Click's text, which lists them all, with the nearest after it."""
        text = super().get_invalid_choice_message(value, ctx)
        near = get_close_matches(str(value).lower(), self.choices, n=1)
        return f"{text} {_('Did you mean {word!r}?').format(word=near[0])}" if near else text


def choice_of(values: type[StrEnum]) -> OneOf:
    """A choice by value, as users write it; click itself would offer an enum's upper-case names."""
    return OneOf(value.value for value in values)
