"""The e-mail with a report: its key figures as text, and the page, the workbook and, where it can be made, the PDF."""

from collections.abc import Mapping
from contextlib import suppress

from depok_agi.errors import ReportError
from depok_agi.notify.letter import Attachment, Letter
from depok_agi.notify.mail import period_name
from depok_agi.notify.sheet import XLSX
from depok_agi.reports.report import Report
from depok_agi.reports.writers import page, pdf, spreadsheet, terminal
from depok_agi.reports.writers.wording import CENTRE, Wording


def report_letter(report: Report, wording: Wording, definitions: Mapping[str, str] | None = None) -> Letter:
    """The e-mail. It takes seconds to write.

    Args:
        report: the figures.
        wording: the readers' language and time zone.
        definitions: what a figure, table or column means, in that language, by `section.key`.
    """
    name = f"report-{report.period.kind}-{period_name(report.period)}"
    files = [
        Attachment(f"{name}.html", "html", page.write(report, wording, definitions).encode(), "text"),
        Attachment(f"{name}.xlsx", XLSX, spreadsheet.write(report, wording, definitions)),
    ]
    with suppress(ReportError):  # this host makes no PDF: the page prints as well
        files.append(Attachment(f"{name}.pdf", "pdf", pdf.write(report, wording, definitions)))
    text = "\n".join(
        (
            terminal.write(report, wording, with_tables=False),
            wording.gettext("All tables are in the files that go along."),
            wording.gettext("This e-mail was sent automatically."),
        )
    )
    return Letter(f"{wording.title(report)}, {wording.gettext(CENTRE)}", text + "\n", tuple(files))
