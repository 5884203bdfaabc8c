"""The writers: one report as text, as a workbook, as a page and as a PDF. Figures are equal in all of them."""
