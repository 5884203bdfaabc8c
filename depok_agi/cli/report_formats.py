"""What a report is written as, beside tables for a terminal."""

import json
from collections.abc import Callable

from depok_agi.reports.as_json import to_json
from depok_agi.reports.definitions import texts
from depok_agi.reports.report import Report
from depok_agi.reports.writers.wording import Wording


def _csv(made: Report, wording: Wording) -> str:
    from depok_agi.reports.as_csv import to_csv  # noqa: PLC0415 - only when asked for

    return to_csv(made, wording.timezone)


def _xlsx(made: Report, wording: Wording) -> bytes:
    from depok_agi.reports.writers import spreadsheet  # noqa: PLC0415 - only when asked for

    return spreadsheet.write(made, wording, texts(wording.language))


def _html(made: Report, wording: Wording) -> str:
    from depok_agi.reports.writers import page  # noqa: PLC0415 - only when asked for

    return page.write(made, wording, texts(wording.language))


def _pdf(made: Report, wording: Wording) -> bytes:
    from depok_agi.reports.writers import pdf  # noqa: PLC0415 - only when asked for

    return pdf.write(made, wording, texts(wording.language))


def _json(made: Report, wording: Wording) -> str:
    return json.dumps(to_json(made, wording.timezone), indent=2, ensure_ascii=False) + "\n"


FORMATS: dict[str, Callable[[Report, Wording], str | bytes]] = {
    "csv": _csv,
    "json": _json,
    "xlsx": _xlsx,
    "html": _html,
    "pdf": _pdf,
}
"""More are added here."""

BINARY = frozenset({"xlsx", "pdf"})
