"""Which of the two clocks binds an OPD. A module of its own, since commands that only list need no calendar."""

from enum import StrEnum


class Clock(StrEnum):
    """Which of the two dates binds an OPD."""

    ELAPSED = "elapsed"
    WORKING_DAYS = "working_days"
