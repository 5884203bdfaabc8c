"""The lab must be trusted before anything is proved with it: these calls use a dialplan of their own."""

import re
import socket
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.pbx import ASTERISK_ADDRESS, LabError, Pbx
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, HangUp, Operator, OutsideCitizen, Pause, Press, Say, loudest

DIALPLAN = """
[globals](+)
ADDED = by a second section

[depok-inbound]
exten => 100,1,Answer()
 same => n,Log(NOTICE,caller name=${CALLERID(name)} number=${CALLERID(num)} hidden=${CALLERID(pres)})
 same => n,Read(KEYS,vm-enter-num-to-call,4,,1,3)
 same => n,Log(NOTICE,keys=${KEYS})
 same => n,Set(CDR(userfield)=keys ${KEYS})
 same => n,Hangup()

exten => 200,1,Answer()
 same => n,Queue(depok,,,,10)
 same => n,Log(NOTICE,queue status=${QUEUESTATUS})
 same => n,Hangup()

exten => 300,1,Answer()
 same => n,Record(${MESSAGE},1,5,k)
 same => n,Hangup()

exten => 400,1,Ringing()
 same => n,Wait(30)

exten => 500,1,Progress()
 same => n,Playback(vm-goodbye,noanswer)
 same => n,Hangup(17)

exten => 600,1,Answer()
 same => n,AGI(step)
 same => n,Log(NOTICE,globals=${CITY} ${ADDED} ${DEPOK_FASTAGI} result=${DEPOK_RESULT})
 same => n,Hangup()

exten => 700,1,Answer()
 same => n,Wait(1)
 same => n,Hangup()

[depok-operators]
exten => _08X.,1,Dial(PJSIP/${EXTEN}@trunk,5)
 same => n,Log(NOTICE,dial status=${DIALSTATUS})
"""
SILENCE = 8.0
SOUND = 1000.0


@pytest.fixture(scope="module")
def pbx(pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    folder = tmp_path_factory.mktemp("lab")
    wanted = {"CITY": "Depok; West Java", "MESSAGE": f"{folder}/message.wav"}
    with Pbx(pbx_root, folder, globals=wanted, dialplan=DIALPLAN) as pbx:
        yield pbx


def logged(pbx: Pbx, pattern: str) -> re.Match[str]:
    """Waits for a line of the log: Asterisk writes it a moment after the call is over."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        lines = [line for line in pbx.log_text().splitlines() if "NOTICE" in line and " Ext. " in line]
        if found := re.search(pattern, "\n".join(lines)):
            return found
        time.sleep(0.02)
    pytest.fail(f"{pattern} is not in the log")


def inodes_of(pid: int) -> set[str]:
    links = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.append(str(link.readlink()))
        except FileNotFoundError:
            continue
    return {link[len("socket:[") : -1] for link in links if link.startswith("socket:[")}


def sockets_of(pid: int, protocol: str) -> list[tuple[str, int]]:
    """Returns the addresses and ports at which a process can be reached."""
    mine = inodes_of(pid)
    found = []
    for line in Path(f"/proc/net/{protocol}").read_text().splitlines()[1:]:
        fields = line.split()
        is_listening = protocol.startswith("udp") or fields[3] == "0A"
        if fields[9] in mine and is_listening:
            address, port = fields[1].split(":")
            found.append((address, int(port, 16)))
    return found


def is_loopback(address: str) -> bool:
    return len(address) == 8 and socket.inet_ntoa(bytes.fromhex(address)[::-1]).startswith("127.")


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def test_a_call_is_answered_and_the_pbx_ends_it(pbx: Pbx) -> None:
    citizen = Citizen(pbx, dial="700", wait_for_bye=True).call()
    assert citizen.exit_code == 0, citizen.errors
    assert citizen.answered
    assert citizen.ended_by == "pbx"
    assert citizen.errors == ""


def test_keys_pressed_during_a_prompt_arrive_at_once(pbx: Pbx) -> None:
    citizen = Citizen(pbx, dial="100", steps=[Press("2*#")], wait_for_bye=True).call()
    assert citizen.exit_code == 0, citizen.errors
    assert logged(pbx, r"keys=2\*\n?")
    assert "keys 2*" in pbx.cdr_csv.read_text()


def test_a_prompt_is_heard(pbx: Pbx) -> None:
    citizen = Citizen(pbx, dial="100", steps=[Pause(1.5)]).call()
    assert citizen.ended_by == "phone"
    assert loudest(citizen.heard) > SOUND


def test_silence_is_heard_as_silence(pbx: Pbx) -> None:
    citizen = Citizen(pbx, dial="700", wait_for_bye=True).call()
    assert loudest(citizen.heard) <= SILENCE


def test_steps_after_hanging_up_are_not_taken(pbx: Pbx) -> None:
    before = time.monotonic()
    citizen = Citizen(pbx, dial="100", steps=[Pause(0.2), HangUp(), Pause(20)]).call()
    assert citizen.ended_by == "phone"
    assert time.monotonic() - before < 5


def test_a_caller_who_withholds_the_number_is_anonymous(pbx: Pbx) -> None:
    Citizen(pbx, None, dial="100", steps=[Pause(0.2)]).call()
    assert logged(pbx, r"caller name=Anonymous number=anonymous")


def test_the_network_may_say_who_calls_and_that_it_must_not_be_shown(pbx: Pbx) -> None:
    headers = ["P-Asserted-Identity: <sip:+62811999@network>", "Privacy: id"]
    Citizen(pbx, None, dial="100", steps=[Pause(0.2)], extra_headers=headers).call()
    assert logged(pbx, r"number=\+62811999 hidden=prohib_not_screened")


def test_a_hostile_from_header_reaches_asterisk_as_it_is(pbx: Pbx) -> None:
    header = b'"]]> [call_id] <b>&amp;${CITY} \xc3\xa9" <sip:0811%3Bx@nowhere>'
    citizen = Citizen(pbx, dial="100", steps=[Pause(0.2)], from_header=header).call()
    assert citizen.exit_code == 0, citizen.errors
    assert logged(pbx, r"caller name=\]\]> \[call_id\] <b>&amp;\$\{CITY\} é number=0811 ")


def test_a_citizen_who_claims_to_be_an_operator_stays_a_citizen(pbx: Pbx) -> None:
    citizen = Citizen(pbx, "101", dial="0811234567", steps=[Pause(0.2)]).call()
    assert citizen.refused_with == 404


def test_a_citizen_who_is_not_answered_gives_up(pbx: Pbx) -> None:
    citizen = Citizen(pbx, dial="400", patience=0.5).call(15)
    assert citizen.reports == ["ringing", "gave_up"]
    assert citizen.exit_code == 0, citizen.errors


def test_an_announcement_before_the_answer_is_heard_and_the_refusal_seen(pbx: Pbx) -> None:
    citizen = Citizen(pbx, dial="500").call()
    assert not citizen.answered
    assert citizen.refused_with == 486
    assert loudest(citizen.heard) > SOUND


def test_a_message_can_be_left(pbx: Pbx) -> None:
    Citizen(pbx, dial="300", steps=[Say(1.5)]).call()
    message = pbx.folder / "message.wav"
    deadline = time.monotonic() + 3
    while not message.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert loudest(message) > SOUND


def test_an_operator_answers_by_way_of_the_queue_and_both_hear_each_other(pbx: Pbx) -> None:
    with Operator(pbx, "101", after=0.2, talk_seconds=1) as siti:
        citizen = Citizen(pbx, dial="200", steps=[Say(10)], wait_for_bye=True).call()
        assert siti.calls_taken == 1
    assert citizen.ended_by == "pbx"
    assert loudest(citizen.heard) > SOUND
    assert loudest(siti.heard) > SOUND
    assert re.search(r"\|depok\|siti\|CONNECT\|", pbx.queue_log.read_text())


def test_one_operator_takes_several_calls(pbx: Pbx) -> None:
    with Operator(pbx, "102", after=0.1, talk_seconds=0.3) as budi:
        for _ in range(2):
            assert Citizen(pbx, dial="200", wait_for_bye=True).call().ended_by == "pbx"
        assert budi.calls_taken == 2


def test_an_operator_who_does_not_answer_is_left_ringing_until_the_citizen_hangs_up(pbx: Pbx) -> None:
    with Operator(pbx, "101", answers=False) as siti:
        citizen = Citizen(pbx, dial="200", steps=[Pause(1)]).call()
        assert citizen.ended_by == "phone"
        siti.wait_for("cancelled")
        assert siti.calls_taken == 0


def test_a_busy_operator_is_asked_in_vain(pbx: Pbx) -> None:
    with Operator(pbx, "101", busy=True) as siti:
        Citizen(pbx, dial="200", steps=[Pause(1)]).call()
        assert siti.calls_seen >= 1
        assert siti.calls_taken == 0


def test_a_queue_whose_phones_are_all_gone_has_nobody(pbx: Pbx) -> None:
    citizen = Citizen(pbx, dial="200", wait_for_bye=True).call()
    assert citizen.ended_by == "pbx"
    assert logged(pbx, "queue status=JOINEMPTY")


def test_a_phone_that_was_unplugged_is_called_in_vain(pbx: Pbx) -> None:
    with Operator(pbx, "101") as siti:
        siti.unplug()
        assert Citizen(pbx, dial="200", steps=[Pause(1)]).call().ended_by == "phone"
        assert siti.calls_seen == 0


def test_an_operator_calls_a_citizen_who_answers(pbx: Pbx) -> None:
    with Operator(pbx, "101") as siti, OutsideCitizen(pbx, after=0.1, talk_seconds=0.5) as ani:
        call = siti.call("081100001234", wait_for_bye=True).call()
        assert call.answered
        assert ani.calls_taken == 1
    assert loudest(call.heard) > SOUND


def test_an_operator_calls_a_citizen_who_is_busy(pbx: Pbx) -> None:
    with Operator(pbx, "101") as siti, OutsideCitizen(pbx, busy=True):
        assert not siti.call("081100001234").call().answered
    assert logged(pbx, "dial status=BUSY")


def test_a_forked_step_runs_with_the_python_of_this_machine(pbx: Pbx) -> None:
    step = pbx.agi_bin / "step"
    step.write_text(
        f"#!{sys.executable}\n"
        "import ssl, sys\n"
        "while sys.stdin.readline().strip(): pass\n"
        "print('SET VARIABLE DEPOK_RESULT python', flush=True)\n"
        "sys.stdin.readline()\n"
    )
    step.chmod(step.stat().st_mode | stat.S_IXUSR)
    Citizen(pbx, dial="600", wait_for_bye=True).call()
    fastagi = f"{ASTERISK_ADDRESS}:{pbx.fastagi_port}"
    assert logged(pbx, rf"globals=Depok; West Java by a second section {fastagi} result=python")


def test_the_call_logger_logs_in_with_its_secret_and_sees_calls_with_their_time(pbx: Pbx) -> None:
    login = f"Action: Login\r\nUsername: {pbx.ami_user}\r\nSecret: {pbx.ami_secret}\r\n\r\n"
    with socket.create_connection((ASTERISK_ADDRESS, pbx.ami_port), timeout=3) as session:
        session.sendall(login.encode())
        heard = ""
        with Citizen(pbx, dial="700"):
            while "Event: Newchannel" not in heard or not heard.endswith("\r\n\r\n"):
                heard += session.recv(4096).decode()
    assert "Response: Success" in heard
    assert "Event: FullyBooted" in heard
    assert re.search(r"Event: Newchannel\r\n(\S.*\r\n)*Timestamp: \d+\.\d+\r\n", heard)


def test_the_journals_that_recovery_reads_are_written(pbx: Pbx) -> None:
    Citizen(pbx, "0811777", dial="700", wait_for_bye=True).call()
    deadline = time.monotonic() + 3
    while "0811777" not in pbx.cdr_csv.read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
    cdr = next(line for line in pbx.cdr_csv.read_text().splitlines() if "0811777" in line)
    assert re.search(r'"depok-\d+\.\d+","","","depok-\d+\.\d+",\d+$', cdr)
    cel = [line for line in pbx.cel_csv.read_text().splitlines() if "0811777" in line]
    assert [line.split(",")[1].strip('"') for line in cel] == [
        "CHAN_START",
        "ANSWER",
        "HANGUP",
        "CHAN_END",
        "LINKEDID_END",
    ]


def test_asterisk_finds_nothing_wrong_with_its_configuration(pbx_root: PbxRoot, tmp_path: Path) -> None:
    with Pbx(pbx_root, tmp_path, dialplan=DIALPLAN) as pbx:
        complaints = [line for line in pbx.log_text().splitlines() if " ERROR[" in line or " WARNING[" in line]
    assert complaints == []


def test_nothing_can_be_reached_from_beyond_loopback(pbx: Pbx) -> None:
    with Operator(pbx, "101") as siti, Citizen(pbx, dial="200", wait_for_bye=True) as citizen:
        citizen.wait_for("talking")
        reachable = [
            (protocol, address, port)
            for pid in (pbx.pid, siti.pid, citizen.pid)
            for protocol in ("tcp", "tcp6", "udp", "udp6")
            for address, port in sockets_of(pid, protocol)
        ]
    beyond = [entry for entry in reachable if not is_loopback(entry[1])]
    # Every PJSIP has a DNS client, with one socket for IPv4 and one for IPv6. Nothing here has a name to look up.
    protocols = [protocol for protocol, _, _ in beyond]
    assert sorted(set(protocols)) == sorted(protocols)
    assert set(protocols) <= {"udp", "udp6"}
    assert {("tcp", pbx.ami_port), ("udp", pbx.sip_port)} <= {(protocol, port) for protocol, _, port in reachable}


def test_two_labs_run_at_the_same_time(pbx: Pbx, pbx_root: PbxRoot, tmp_path: Path) -> None:
    with Pbx(pbx_root, tmp_path, dialplan=DIALPLAN) as other:
        with (
            Citizen(pbx, dial="700", wait_for_bye=True) as here,
            Citizen(other, dial="700", wait_for_bye=True) as there,
        ):
            assert (here.wait(), there.wait()) == (0, 0)
        assert other.rx("core show version") == pbx.rx("core show version")
        assert other.pid != pbx.pid
    assert pbx.alive
    assert "fully booted" in pbx.rx("core waitfullybooted")


def test_asterisk_and_its_phones_are_gone_after_the_end(pbx_root: PbxRoot, tmp_path: Path) -> None:
    with (
        Pbx(pbx_root, tmp_path, dialplan=DIALPLAN) as pbx,
        Operator(pbx, "101") as siti,
        Citizen(pbx, dial="200", wait_for_bye=True) as citizen,
    ):
        citizen.wait_for("talking")
        pids = [pbx.pid, siti.pid, citizen.pid]
    assert all(is_gone(pid) for pid in pids)
    assert not pbx.alive
    with pytest.raises(LabError):
        pbx.rx("core show version")


def test_a_crash_leaves_the_folder_and_a_new_start_goes_on_with_it(pbx_root: PbxRoot, tmp_path: Path) -> None:
    with Pbx(pbx_root, tmp_path, dialplan=DIALPLAN) as pbx:
        Citizen(pbx, dial="700", steps=[Pause(0.1)]).call()
        pbx.crash()
        journal = pbx.cel_csv.read_text()
        pbx.start()
        Citizen(pbx, dial="700", steps=[Pause(0.1)]).call()
        assert pbx.cel_csv.read_text().startswith(journal)


def test_a_dialplan_that_does_not_load_is_told_at_once(pbx_root: PbxRoot, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.conf"
    with Pbx(pbx_root, tmp_path, dialplan=f'#include "{missing}"') as pbx:
        assert str(missing) in pbx.log_text()


def test_an_asterisk_that_ends_at_once_is_told_with_what_it_said(pbx_root: PbxRoot, tmp_path: Path) -> None:
    (tmp_path / "etc" / "modules.conf").mkdir(parents=True)
    pbx = Pbx(pbx_root, tmp_path, dialplan=DIALPLAN)
    with pytest.raises(OSError, match=r"modules\.conf"):
        pbx.start()
    assert not pbx.alive
