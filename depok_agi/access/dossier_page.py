"""The dossier as one HTML page that needs nothing else, to be read on a telephone or printed.

Jinja2 writes it, since it escapes whatever is put in by itself: what citizens and officers typed cannot become markup.
"""

from depok_agi.access.dossier import Dossier, in_both, shown


def write(dossier: Dossier, number: str) -> str:
    """The page, in Indonesian and English. `number` is the citizen's as people write it here."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - heavy, and needed for this alone

    environment = Environment(
        loader=PackageLoader("depok_agi.access", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("dossier.html")
    return template.render(dossier=dossier, _=in_both, shown=shown, number=number)
