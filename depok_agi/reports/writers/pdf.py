"""The same page on paper's terms: a PDF, made by WeasyPrint, which not every host has."""

from collections.abc import Mapping

from depok_agi.errors import ReportError
from depok_agi.reports.report import Report
from depok_agi.reports.writers import page
from depok_agi.reports.writers.wording import Wording

MEND = "install depok-agi[pdf], and Debian's libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0"


def write(report: Report, wording: Wording, definitions: Mapping[str, str] | None = None) -> bytes:
    """The page as a PDF of A4, tagged for screen readers (PDF/UA).

    Raises:
        ReportError: WeasyPrint is not installed, or lacks the libraries that it needs.
    """
    try:
        from weasyprint import HTML, URLFetcher  # type: ignore[import-untyped] # noqa: PLC0415 - very heavy, and optional
    except (ImportError, OSError) as error:  # OSError: it is there, and libpango is not
        raise ReportError(
            "there can be no PDF here ({name}): {mend}", name=error.__class__.__name__, mend=MEND
        ) from error
    # The page names nothing outside itself; were it to, nothing would be fetched.
    fetcher = URLFetcher(allowed_protocols=())
    made = HTML(string=page.write(report, wording, definitions), url_fetcher=fetcher).write_pdf(pdf_variant="pdf/ua-1")
    return bytes(made)
