"""The national days off, from the PyPI package `holidays`.

Both of its categories are needed: PUBLIC holds the national holidays, and only GOVERNMENT holds the collective leave
(cuti bersama), on which no office works. Both are set each year by a joint decree of three ministers (SKB 3 Menteri);
a change during the year belongs in the local hours file, which wins over this list.
"""

from collections.abc import Iterable

from depok_agi.hours.schedule import Holiday

NATIONAL = "SKB 3 Menteri, libur nasional"
COLLECTIVE_LEAVE = "SKB 3 Menteri, cuti bersama"
ESTIMATED = "perkiraan, menunggu SKB 3 Menteri"


def national_holidays(years: Iterable[int]) -> tuple[Holiday, ...]:
    """List the days off of these years in order, one row a day; where both kinds fall together the holiday is named.

    A date that depends on the moon and that no decree has set yet is marked as estimated.
    """
    from holidays import GOVERNMENT, PUBLIC, country_holidays  # noqa: PLC0415 (slow to import, needed by few)

    wanted = set(years)
    rows: dict[object, Holiday] = {}
    for category, regulation in ((GOVERNMENT, COLLECTIVE_LEAVE), (PUBLIC, NATIONAL)):
        for day, name in country_holidays("ID", years=wanted, categories=category, language="id").items():
            rows[day] = Holiday(day, name, ESTIMATED if "(perkiraan)" in name else regulation)
    return tuple(sorted(rows.values(), key=lambda holiday: holiday.day))
