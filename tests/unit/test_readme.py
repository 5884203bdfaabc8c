"""The README shows what the command really prints."""

from tests.readme import README, SECTION, made


def test_what_the_readme_shows_of_each_role_is_what_is_printed() -> None:
    """`python -m tests.readme` writes it anew."""
    text = README.read_text("utf-8")
    assert made(text) == text


def test_there_is_a_section_for_each_role_with_output_in_it() -> None:
    section = SECTION.search(README.read_text("utf-8"))
    assert section is not None
    parts = section[0].split("\n### ")[1:]
    assert [part.splitlines()[0] for part in parts] == [
        "The operator",
        "The supervisor",
        "The admin",
        "The OPD's officer",
    ]
    for part in parts:
        _, fence, shown = part.partition("\n```")
        assert fence
        assert len(shown.splitlines()) > 5
