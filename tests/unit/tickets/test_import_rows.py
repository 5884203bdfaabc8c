"""The rows of a file of complaints: what is right, and everything that is wrong, each with its place."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.calls.numbers import to_e164
from depok_agi.tickets.import_rows import COLUMNS, EXAMPLE, Cell, Entry, Fault, check, heading_faults
from depok_agi.tickets.ticket import TicketChannel

WIB = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
GOOD: dict[str, Cell] = {"channel": "letter", "text": "Lampu jalan mati"}


def known(name: str) -> str:
    if name.lower() not in {"sampah", "beji"}:
        raise ValueError(f"there is no {name!r}")
    return name.capitalize()


def checked(*rows: Mapping[str, Cell]) -> tuple[list[Entry], list[Fault]]:
    return check(list(enumerate(rows, 2)), NOW, WIB, category=known, area=known, telephone=to_e164)


def right(**more: Cell) -> Entry:
    entries, faults = checked(GOOD | more)
    assert faults == []
    return entries[0]


def wrong(**more: Cell) -> Fault:
    entries, faults = checked(GOOD | more)
    assert entries == []
    (fault,) = faults
    assert fault.line == 2
    return fault


def test_the_template_is_right() -> None:
    entries, faults = checked(*(dict(zip(COLUMNS, row, strict=True)) for row in EXAMPLE))
    assert (len(entries), faults) == (len(EXAMPLE), [])


def test_channel_and_text_are_enough() -> None:
    entry = right()
    assert (entry.channel, entry.text, entry.caller, entry.received_at) == (
        TicketChannel.LETTER,
        "Lampu jalan mati",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("given", "channel"),
    [("Surat", "letter"), ("in person", "in_person"), ("LANGSUNG", "in_person"), ("Twitter", "social"), ("web", "web")],
)
def test_a_channel_is_named_as_people_do(given: str, channel: str) -> None:
    assert right(channel=given).channel == channel


@pytest.mark.parametrize("given", ["0811-0000-1234", "+6281100001234", 81100001234, 81100001234.0, "'081100001234"])
def test_a_number_is_read_though_excel_took_its_zero(given: Cell) -> None:
    assert right(caller=given).caller == "+6281100001234"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-11-24", "2026-11-24T00:00+07:00"),
        ("2026-11-24 10:30", "2026-11-24T10:30+07:00"),
        ("2026-11-24T10:30:00+08:00", "2026-11-24T10:30+08:00"),
        ("24-11-2026", "2026-11-24T00:00+07:00"),
        ("24/11/2026 10.30", "2026-11-24T10:30+07:00"),
        ("1/2/2026", "2026-02-01T00:00+07:00"),
        (date(2026, 11, 24), "2026-11-24T00:00+07:00"),
        (datetime(2026, 11, 24, 10, 30), "2026-11-24T10:30+07:00"),  # noqa: DTZ001 - as a workbook has it
    ],
)
def test_a_moment_is_read_day_first_as_people_write_here(given: Cell, expected: str) -> None:
    assert right(received_at=given).received_at == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("column", "given", "why"),
    [
        ("channel", "", "is empty"),
        ("channel", "telegram", "'telegram' is none"),
        ("channel", "message", "'message' is none"),
        ("text", " ", "is empty"),
        ("text", "x" * 32_768, "longer than"),
        ("caller", "12", "no telephone number"),
        ("caller", "8.11E+10", "what Excel makes"),
        ("category", "sampha", "there is no 'sampha'"),
        ("area", "Bandung", "there is no 'Bandung'"),
        ("secret", "maybe", "neither yes nor no"),
        ("received_at", "besok", "is no moment"),
        ("received_at", "31-02-2026", "is no moment"),
        ("received_at", 45000, "is no moment"),
        ("received_at", "2026-11-26", "has not come yet"),
        ("received_at", "1999-12-31", "too long ago"),
        ("received_at", "0001-01-01", "too long ago"),
        ("reference", "x" * 201, "longer than"),
    ],
)
def test_what_is_wrong_is_told_with_its_column(column: str, given: Cell, why: str) -> None:
    fault = wrong(**{column: given})
    assert fault.column == column
    assert why in fault.why


def test_every_fault_of_every_row_is_told_and_no_right_row_suffers() -> None:
    entries, faults = checked(GOOD, {"channel": "pigeon", "text": "", "caller": "y"}, GOOD | {"text": "Banjir"})
    assert [entry.line for entry in entries] == [2, 4]
    assert [(fault.line, fault.column) for fault in faults] == [(3, "channel"), (3, "text"), (3, "caller")]


def test_the_same_row_twice_is_a_fault_of_the_second() -> None:
    entries, faults = checked(GOOD, GOOD | {"channel": "Surat "})
    assert len(entries) == 1
    assert [str(fault) for fault in faults] == ["row 3, row: the same as row 2"]


def test_two_that_are_the_same_but_for_their_references_are_two() -> None:
    entries, faults = checked(GOOD | {"reference": "A-1"}, GOOD | {"reference": "A-2"}, GOOD)
    assert (len(entries), faults) == (3, [])


def test_a_reference_makes_the_same_whatever_else_is_mended() -> None:
    assert right(reference="A-1").key == right(reference="A-1", text="Lampu jalan padam", area="Beji").key
    assert right(reference="A-1").key != right(reference="A-1", channel="web").key


@pytest.mark.parametrize(
    ("heading", "faults"),
    [
        (["channel", "text"], []),
        (["channel", "text", "kategori"], [("kategori", "there is no such column")]),
        (["text"], [("channel", "this column is missing")]),
        (["channel", "text", "text"], [("text", "this column is there twice")]),
        (["channel", "text", ""], [("", "there is no such column")]),
    ],
)
def test_a_heading_is_held_against_the_columns(heading: list[str], faults: list[tuple[str, str]]) -> None:
    assert [(fault.column, fault.why) for fault in heading_faults(heading)] == faults


CELLS = st.one_of(
    st.none(), st.text(), st.integers(), st.floats(), st.booleans(), st.datetimes(), st.dates(), st.times()
)


@given(st.lists(st.dictionaries(st.sampled_from(COLUMNS), CELLS), max_size=5))
def test_whatever_stands_in_a_row_it_is_right_or_has_a_fault(rows: list[dict[str, Cell]]) -> None:
    entries, faults = checked(*rows)
    assert {entry.line for entry in entries} | {fault.line for fault in faults} == set(range(2, len(rows) + 2))
    assert not {entry.line for entry in entries} & {fault.line for fault in faults}
