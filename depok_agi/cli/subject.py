"""`subject`: a citizen's own data (UU 27/2022)."""

import click

from depok_agi.cli.later import Later


@click.group(
    cls=Later,
    later={
        "export": "depok_agi.cli.subject_export:export",
        "suspend": "depok_agi.cli.subject_suspend:suspend",
        "resume": "depok_agi.cli.subject_suspend:resume",
        "suspensions": "depok_agi.cli.subject_suspend:suspensions",
        "erase": "depok_agi.cli.subject_erase:erase",
        "erasures": "depok_agi.cli.subject_erase:erasures",
        "retention": "depok_agi.cli.subject_retention:retention",
    },
)
def subject() -> None:
    """A citizen's own data: to give it to them, to erase it, and how long it is kept."""
