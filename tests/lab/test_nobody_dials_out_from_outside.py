"""No number that a citizen dials and no key that they press makes the city's PBX call anybody outside."""

import random
import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from depok_agi.doctor import shipped_dialplan
from tests.lab.centre import Centre
from tests.lab.pbx import SHIPPED
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, HangUp, Operator, OutsideCitizen, Pause, Press, Step

OUTSIDE = "081100003001"
DIALLED = [
    OUTSIDE,
    f"+62{OUTSIDE[1:]}",
    f"9{OUTSIDE}",
    f"0{OUTSIDE}",
    f"1500664{OUTSIDE}",
    f"1500664&PJSIP/{OUTSIDE}@trunk",
    f"1500664,1,Dial(PJSIP/{OUTSIDE}@trunk)",
    f"{OUTSIDE}@depok-outbound",
    f"${{EXTEN}}{OUTSIDE}",
    "depok-outbound",
    "101",
    "*8",
    "112",
    "s",
    "h",
    "i",
    "t",
    "a",
]
"""Citizens' numbers, prefixes for an outside line, extensions, expressions, and Asterisk's own special extensions."""

CALLS_WITH_ANY_KEYS = 14
KEYS_OF_A_CALL = 40
FEATURES = ["*1", "*2", "*3", "*0", "##", "#1", "#", "**", f"*2{OUTSIDE}#", f"##{OUTSIDE}#"]
"""What transfers, records and disconnects in Asterisk's features.conf, where somebody switched it on."""

CHOOSE: list[Step] = [Pause(1), Press("1"), Pause(1)]
ON_PURPOSE: dict[str, list[Step]] = {
    "while talking with an operator": [*CHOOSE, Press("0"), Pause(7), Press("".join(FEATURES)), HangUp()],
    "while talking with an OPD": [
        *CHOOSE,
        Press("5"),
        Pause(1),
        Press("2"),
        Pause(6),
        Press("".join(FEATURES)),
        HangUp(),
    ],
    "while waiting": [*CHOOSE, Press("2"), Pause(6), Press(f"*2{OUTSIDE}#"), Pause(1), HangUp()],
    "as the number to be called on": [
        *CHOOSE,
        Press("4"),
        Pause(2),
        Press("2"),
        Pause(1),
        Press(f"{OUTSIDE}#"),
        Pause(13),
        Press("1"),
        Pause(3),
        HangUp(),
    ],
    "as a ticket's number": [*CHOOSE, Press("3"), Pause(1), Press(f"{OUTSIDE}#"), Pause(3), HangUp()],
    "in a message": [*CHOOSE, Press("6"), Pause(9), Press(f"*2{OUTSIDE}"), Pause(1), HangUp()],
}


@pytest.fixture(scope="module")
def centre(pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with Centre(pbx_root, tmp_path_factory.mktemp("centre"), globals={"DEPOK_SURVEY": "yes"}) as centre:
        centre.give_phone("DLHK", "103")
        yield centre


def _any_keys(chance: random.Random) -> list[Step]:
    """One key after the other, with short and long thoughts between them."""
    keys: list[Step] = [Pause(1), Press("1"), Pause(1)]
    for _ in range(KEYS_OF_A_CALL):
        keys += [Press(chance.choice("0123456789*#")), Pause(chance.choice((0.05, 0.3, 0.6)))]
    return [*keys, HangUp()]


def test_whatever_is_dialled_only_the_centre_answers(centre: Centre) -> None:
    with OutsideCitizen(centre.pbx) as outside, ExitStack() as phones:
        citizens = {
            dialled: phones.enter_context(Citizen(centre.pbx, f"08110000500{place % 10}", dial=dialled, patience=10))
            for place, dialled in enumerate(DIALLED)
        }
        for citizen in citizens.values():
            citizen.wait(30)
        refused = {dialled: citizen.refused_with for dialled, citizen in citizens.items()}
        # Asterisk itself answers to *8, its pickup: the trunk is in nobody's pickup group
        assert refused == {**dict.fromkeys(DIALLED, 404), "*8": 403}
        assert outside.calls_seen == 0


def test_whatever_is_pressed_nobody_outside_is_called(centre: Centre) -> None:
    chance = random.Random(664)  # noqa: S311 - the same keys each time
    calls = [*ON_PURPOSE.values(), *(_any_keys(chance) for _ in range(CALLS_WITH_ANY_KEYS))]
    with (
        OutsideCitizen(centre.pbx) as outside,
        Operator(centre.pbx, "101", after=0.1) as siti,
        Operator(centre.pbx, "102", after=0.1, talk_seconds=1),
        Operator(centre.pbx, "103", after=0.1) as dlhk,
        ExitStack() as phones,
    ):
        citizens = [
            phones.enter_context(Citizen(centre.pbx, f"0811000051{place:02}", steps=steps))
            for place, steps in enumerate(calls)
        ]
        for citizen in citizens:
            citizen.wait(90)
        assert (siti.calls_taken > 0, dlhk.calls_taken > 0) == (True, True), "keys were pressed in talks, too"
        assert outside.calls_seen == 0
    log = centre.pbx.log_text()
    assert "Spawn extension" in log
    called = set(re.findall(r"Called (\S+)", log))
    assert {"PJSIP/101", "PJSIP/103"} <= called <= {"PJSIP/101", "PJSIP/102", "PJSIP/103"}
    assert not re.search(r"@depok-(outbound|operators|callback-call|callback-dial):", log)
    asked = [callback["caller"] for callback in centre.json("callbacks", "list")]
    assert f"+62{OUTSIDE[1:]}" in asked, "the number that was typed is called by an operator, or by nobody"


def test_no_context_that_an_inbound_call_can_come_to_leads_to_the_trunk() -> None:
    contexts = _contexts()
    reached, todo = set(), ["depok-inbound", "depok-queue-key"]
    while todo:
        context = todo.pop()
        if context not in reached:
            reached.add(context)
            todo += [name for name in contexts if re.search(rf"(?<![\w-]){name}(?![\w-])", contexts[context])]
    assert {"depok-operator", "depok-opd", "depok-callback", "depok-message", "depok-survey"} <= reached
    leads_out = {name for name, text in contexts.items() if "@${DEPOK_TRUNK}" in text}
    assert leads_out == {"depok-outbound", "depok-callback-dial"}
    assert not reached & {*leads_out, "depok-operators", "depok-callback-call"}


def _contexts() -> dict[str, str]:
    """Every step of each shipped context, by the context's name."""
    found: dict[str, str] = {}
    for (context, *_), step in shipped_dialplan.load(SHIPPED).items():
        found[context] = f"{found.get(context, '')}{step}\n"
    return found
