"""Options that take one value of an enum."""

from enum import StrEnum

import click


def choice_of(values: type[StrEnum]) -> "click.Choice[str]":
    """A choice by value, as users write it; click itself would offer an enum's upper-case names."""
    return click.Choice([value.value for value in values])
