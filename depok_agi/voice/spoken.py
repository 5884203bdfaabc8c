"""How numbers are read out."""

import re

DIGIT_PROMPTS = [f"digit-{digit}" for digit in range(10)]


def digits(text: str) -> list[str]:
    """The prompts that read a number digit by digit; anything that is no digit is passed over."""
    return [DIGIT_PROMPTS[int(character)] for character in text if character in "0123456789"]


def national(e164: str) -> str:
    """An Indonesian number as people say it: 0 for +62."""
    return "0" + e164[3:] if e164.startswith("+62") else e164


def groups(text: str) -> list[list[str]]:
    """The prompts of a number as it is written, such as `0811-0000-1234`: one list for each group of digits."""
    return [digits(group) for group in re.findall(r"[0-9]+", text)]
