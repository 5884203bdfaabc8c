"""What is put together of many prompts, on a real PBX: a place in the queue, a ticket's due date, the next opening."""

import re
from contextlib import ExitStack

from tests.lab.centre import Centre, wait_until
from tests.lab.media import loudest
from tests.lab.phones import Citizen, HangUp, Operator, Pause, Press, Step

SILENCE = 100
PLAYING = re.compile(r"\[(C-\w+)\].*Playing '(?:depok/)?([a-z0-9/-]+)\.\w+' .*\(language '(\w\w)'\)")
ANI, BUDI, CITRA, DEWI, EKA = (f"08110000100{n}" for n in range(1, 6))


def _heard_with(centre: Centre, prompt: str, language: str = "id") -> list[str]:
    """What the caller who heard this prompt heard from then on, in this language."""
    played: dict[str, list[str]] = {}
    for call, name, said_in in PLAYING.findall(centre.pbx.log_text()):
        if said_in == language:
            played.setdefault(call, []).append(name)
    found = next((names for names in played.values() if prompt in names), None)
    assert found is not None, f"nobody heard {prompt}"
    return found[found.index(prompt) + 1 :]


def _to_operator(*, then: float) -> list[Step]:
    return [Pause(1), Press("1"), Pause(1), Press("0"), Pause(then), HangUp()]


def test_places_in_the_queue_due_dates_and_the_next_opening_are_said(centre: Centre) -> None:
    """All at once, since words take their time: two wait, one asks for a ticket, one calls a closed centre."""
    ticket = centre.json("tickets", "new", "--caller", DEWI, "--category", "sampah", "--text", "Sampah menumpuk")
    centre.command("tickets", "forward", ticket["number"])
    asks: list[Step] = [Pause(1), Press("2"), Pause(1), Press("3"), Pause(2), Press("1"), Pause(22), HangUp()]
    with Operator(centre.pbx, "101", after=0.2) as siti, ExitStack() as calls:
        calls.enter_context(Citizen(centre.pbx, ANI, steps=_to_operator(then=26)))
        heard = [calls.enter_context(Citizen(centre.pbx, DEWI, steps=asks))]
        wait_until(lambda: siti.calls_taken or None, 15, lambda: "the first caller has no operator")
        waiting = [Citizen(centre.pbx, number, steps=_to_operator(then=14)) for number in (BUDI, CITRA)]
        heard += [calls.enter_context(citizen) for citizen in waiting]
        wait_until(lambda: centre.pbx.rx("queue show depok").count("wait:") == 2 or None, 15, lambda: "nobody waits")
        centre.shut()
        heard.append(calls.enter_context(Citizen(centre.pbx, EKA, steps=[Pause(14), HangUp()])))
        for citizen in heard:
            citizen.wait(40)

    assert "queue-thankyou" in _heard_with(centre, "queue-next")
    assert _heard_with(centre, "queue-position")[:3] == ["digit-2", "queue-position-end", "queue-thankyou"]
    told = _heard_with(centre, "status-ticket", "en")
    digits = [f"digit-{digit}" for digit in ticket["number"]]
    assert told[: len(digits) + 3] == [*digits, "status-forwarded", "opd-dlhk", "status-due"]
    assert told[len(digits) + 3].startswith("weekday-")
    opening = _heard_with(centre, "closed-today")
    assert opening[0].startswith("closed-until")
    assert "time-at" in opening
    assert all(loudest(citizen.heard) > SILENCE for citizen in heard)
    complaints = [line for line in centre.pbx.log_text().splitlines() if re.search(r"WARNING.* (file|say)\.c", line)]
    assert complaints == [], "a prompt is missing, or a number cannot be said"
