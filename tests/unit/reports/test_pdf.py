"""The page as a PDF, where WeasyPrint is; one clear line where it is not."""

import re
import sys

import pytest

from depok_agi.errors import ReportError
from depok_agi.reports.writers import page, pdf
from tests.unit.reports.made_up import INDONESIAN, report


def _can_print() -> bool:
    try:
        import weasyprint  # type: ignore[import-untyped] # noqa: F401, PLC0415
    except (ImportError, OSError):
        return False
    return True


@pytest.mark.skipif(not _can_print(), reason="WeasyPrint or libpango is not installed")
def test_it_is_a_pdf_of_a4_tagged_for_screen_readers() -> None:
    written = pdf.write(report(opds=40), INDONESIAN)
    assert written.startswith(b"%PDF-")
    sizes = set(re.findall(rb"/MediaBox \[([^]]*)\]", written))
    assert sizes == set() or all(b"595" in size and b"841" in size for size in sizes)
    assert len(written) > 10_000


@pytest.mark.parametrize("error", [ImportError("No module named weasyprint"), OSError("cannot load libpango-1.0-0")])
def test_without_the_library_one_line_says_what_to_install(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, name: str, *_: object) -> None:
            if name.partition(".")[0] == "weasyprint":
                raise error

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(ReportError, match=r"depok-agi\[pdf\].*libpango-1\.0-0") as refused:
        pdf.write(report(), INDONESIAN)
    assert "\n" not in str(refused.value)


def test_the_page_that_it_is_made_of_names_nothing_to_be_fetched() -> None:
    assert re.findall(r"(?:src|href)=\"(?!#)", page.write(report(), INDONESIAN)) == []
