"""The national days off, from the PyPI package `holidays`.

Both of its categories are needed: PUBLIC holds the national holidays, and only GOVERNMENT holds the collective leave
(cuti bersama), on which no office works. Both are set each year by a joint decree of three ministers (SKB 3 Menteri);
a change during the year belongs in the local hours file, which wins over this list.
"""

from collections.abc import Callable, Iterable
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from depok_agi.hours.schedule import Holiday

NATIONAL = "SKB 3 Menteri, libur nasional"
COLLECTIVE_LEAVE = "SKB 3 Menteri, cuti bersama"
ESTIMATED = "perkiraan, menunggu SKB 3 Menteri"


def national_holidays(years: Iterable[int]) -> tuple[Holiday, ...]:
    """List the days off of these years in order, one row a day; where both kinds fall together the holiday is named.

    A date that depends on the moon and that no decree has set yet is marked as estimated.
    """
    from holidays import GOVERNMENT, PUBLIC  # noqa: PLC0415 (slow to import, needed by few)

    of_indonesia = _of_indonesia()
    wanted = set(years)
    rows: dict[object, Holiday] = {}
    for category, regulation in ((GOVERNMENT, COLLECTIVE_LEAVE), (PUBLIC, NATIONAL)):
        for day, name in of_indonesia(years=wanted, categories=category, language="id").items():
            rows[day] = Holiday(day, name, ESTIMATED if "(perkiraan)" in name else regulation)
    return tuple(sorted(rows.values(), key=lambda holiday: holiday.day))


def _of_indonesia() -> Callable[..., dict[Any, str]]:
    """The library's class of Indonesia, from its own file: asked by name, it imports every country, for 80 ms."""
    import holidays  # noqa: PLC0415 (see above)

    file = Path(holidays.__file__).parent / "countries" / "indonesia.py"
    spec = spec_from_file_location("holidays_of_indonesia", file) if file.is_file() else None
    if spec is None or spec.loader is None:
        return partial(holidays.country_holidays, "ID")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[..., dict[Any, str]] = module.Indonesia
    return found
