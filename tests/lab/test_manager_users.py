"""What whoever gets hold of a manager user's password can do with it, as `dialplan/asterisk/manager.conf` ships it."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.centre import wait_until
from tests.lab.manager import DENIED, Manager
from tests.lab.pbx import Pbx
from tests.lab.pbx_root import PbxRoot

LOGGER = "depok-agi"
DIALLER = "depok-agi-dial"
OPERATORS = "depok-agi-operators"
EVERYTHING = "everything"
SECRET_OF_EVERYTHING = "rahasia-lab"  # noqa: S105 - the lab's

ANYBODY = frozenset(
    {
        *("Challenge", "Events", "ListCommands", "Login", "Logoff", "Ping", "WaitEvent"),
        *("BridgeDestroy", "BridgeInfo", "BridgeKick", "BridgeList", "BridgeTechnologyList"),
        *("BridgeTechnologySuspend", "BridgeTechnologyUnsuspend"),
        *("QueueChangePriorityCaller", "QueueReload", "QueueReset", "QueueRule", "QueueStatus", "QueueSummary"),
        "QueueWithdrawCaller",
    }
)
"""What Asterisk asks no right for: any manager user at all may do it, and no setting takes it away (`manager.c`,
`manager_bridges.c`, `app_queue.c` register it with no class)."""

WATCHING = frozenset(
    {
        *("ConfbridgeList", "ConfbridgeListRooms", "CoreSettings", "CoreShowChannelMap", "CoreShowChannels"),
        *("CoreStatus", "DBGet", "DBGetTree", "DeviceStateList", "ExtensionState", "ExtensionStateList", "Getvar"),
        *("LoggerRotate", "MailboxCount", "MailboxStatus", "PJSIPQualify", "PresenceState", "ShowDialPlan", "Status"),
    }
)
"""What the class `reporting` allows on top."""

AT_THE_QUEUE = frozenset(
    {
        *("Agents", "AgentLogoff", "QueueAdd", "QueueLog", "QueueMemberRingInUse", "QueuePause", "QueuePenalty"),
        "QueueRemove",
    }
)
"""What the class `agent` allows on top; `Agents` and `AgentLogoff` only where app_agent_pool.so is loaded."""

HARMFUL: list[tuple[str, dict[str, str]]] = [
    ("Originate", {"Channel": "Local/1500664@depok-inbound", "Application": "Wait", "Data": "30", "Async": "true"}),
    ("Command", {"Command": "core show channels"}),
    ("Command", {"Command": "module load app_system.so"}),
    ("Command", {"Command": "dialplan add extension 1,1,System(id) into depok-inbound"}),
    ("GetConfig", {"Filename": "manager.conf"}),
    ("GetConfigJSON", {"Filename": "manager.conf"}),
    ("ListCategories", {"Filename": "manager.conf"}),
    ("CreateConfig", {"Filename": "made.conf"}),
    ("UpdateConfig", {"SrcFilename": "manager.conf", "DstFilename": "manager.conf", "Action-000000": "EmptyCat"}),
    ("DialplanExtensionAdd", {"Context": "depok-inbound", "Extension": "1", "Priority": "1", "Application": "Wait"}),
    ("ModuleLoad", {"LoadType": "unload", "Module": "app_queue.so"}),
    ("Redirect", {"Channel": "PJSIP/101-00000000", "Context": "depok-operators", "Exten": "102", "Priority": "1"}),
    ("Hangup", {"Channel": "/.*/"}),
    ("Setvar", {"Variable": "DEPOK_FASTAGI", "Value": "127.0.0.1:1"}),
    ("DBPut", {"Family": "depok", "Key": "made", "Val": "x"}),
    ("DBDel", {"Family": "depok", "Key": "kept"}),
    ("AGI", {"Channel": "PJSIP/101-00000000", "Command": "EXEC System id"}),
    ("MixMonitor", {"Channel": "PJSIP/101-00000000", "File": "x.wav"}),
    ("QueueAdd", {"Queue": "depok", "Interface": "PJSIP/101"}),
    ("QueueRemove", {"Queue": "depok", "Interface": "PJSIP/101"}),
    ("UserEvent", {"UserEvent": "DepokStep"}),
    ("Reload", {}),
]


@pytest.fixture(scope="module", params=["pbx_root", "pbx_root_16"])
def pbx(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    """On the newest Asterisk that is supported, and on the oldest; with one user more, who may do everything."""
    root: PbxRoot = request.getfixturevalue(request.param)
    with Pbx(root, tmp_path_factory.mktemp("pbx")) as pbx:
        manager = pbx.folder / "etc" / "manager.conf"
        manager.write_text(
            f"{manager.read_text()}\n[{EVERYTHING}]\nsecret = {SECRET_OF_EVERYTHING}\nread = all\nwrite = all\n"
        )
        pbx.rx("manager reload")
        pbx.rx("database put depok kept x")
        yield pbx


@pytest.fixture
def logger(pbx: Pbx) -> Iterator[Manager]:
    with Manager(pbx.ami_port, LOGGER, pbx.ami_secret) as manager:
        yield manager


@pytest.fixture
def dialler(pbx: Pbx) -> Iterator[Manager]:
    with Manager(pbx.ami_port, DIALLER, pbx.ami_secret) as manager:
        yield manager


@pytest.fixture
def of_operators(pbx: Pbx) -> Iterator[Manager]:
    with Manager(pbx.ami_port, OPERATORS, pbx.ami_secret) as manager:
        yield manager


@pytest.fixture
def all_actions(pbx: Pbx) -> frozenset[str]:
    with Manager(pbx.ami_port, EVERYTHING, SECRET_OF_EVERYTHING) as manager:
        return manager.may()


def test_the_logger_may_watch_and_every_other_action_that_there_is_is_refused(
    logger: Manager, all_actions: frozenset[str]
) -> None:
    assert len(all_actions) > 90
    assert logger.may() == (ANYBODY | WATCHING) & all_actions
    _is_refused(logger, all_actions - logger.may())


def test_the_user_that_dials_may_dial_and_every_other_action_that_there_is_is_refused(
    dialler: Manager, all_actions: frozenset[str]
) -> None:
    assert dialler.may() == (ANYBODY | {"Originate"}) & all_actions
    _is_refused(dialler, all_actions - dialler.may())


def test_the_user_that_signs_operators_in_may_change_a_queues_members_and_nothing_else(
    of_operators: Manager, all_actions: frozenset[str]
) -> None:
    assert of_operators.may() == (ANYBODY | AT_THE_QUEUE) & all_actions
    assert {"QueueAdd", "QueuePause", "QueueRemove"} <= of_operators.may()
    _is_refused(of_operators, all_actions - of_operators.may())


def _is_refused(manager: Manager, actions: frozenset[str]) -> None:
    said = {action: manager.ask(action) for action in sorted(actions)}
    assert {action: one for action, one in said.items() if one["Message"] != DENIED} == {}


def test_nothing_harmful_is_done_for_the_logger(pbx: Pbx, logger: Manager, all_actions: frozenset[str]) -> None:
    before = _state(pbx)
    assert {action for action, _ in HARMFUL} <= all_actions
    said = [(action, logger.ask(action, **fields)) for action, fields in HARMFUL]
    assert [(action, one) for action, one in said if (one["Response"], one["Message"]) != ("Error", DENIED)] == []
    assert _state(pbx) == before


_AGO = re.compile(r"\d+ secs ago")
"""Of a queue's members; it goes on by itself."""


def _state(pbx: Pbx) -> tuple[str, ...]:
    console = ("core show channels", "dialplan show depok-inbound", "dialplan show globals", "queue show depok")
    files = sorted(file for file in (pbx.folder / "etc").iterdir() if file.is_file())
    said = [_AGO.sub("", pbx.rx(command)) for command in (*console, "database show depok")]
    return (*said, *(f"{file.name} {file.read_text()}" for file in files))


def test_by_getvar_no_command_runs_no_file_is_read_as_it_is_and_nothing_is_changed(
    pbx: Pbx, logger: Manager, tmp_path: Path
) -> None:
    (tmp_path / "letter").write_text("what nobody else may read")
    forbidden = "GetVar Access Forbidden: Variable"
    for variable in (f"SHELL(touch {tmp_path}/made)", f"EVAL(${{SHELL(touch {tmp_path}/made)}})"):
        assert logger.value(variable) == forbidden
    for variable in (f"FILE({tmp_path}/letter,0,100)", f"STAT(e,{tmp_path}/letter)", "DB_DELETE(depok/kept)"):
        assert logger.value(variable) == "", variable
    assert [file.name for file in tmp_path.iterdir()] == ["letter"]
    assert "/depok/kept " in pbx.rx("database show depok")


def test_what_the_logger_can_read_is_what_manager_conf_says(pbx: Pbx, logger: Manager, tmp_path: Path) -> None:
    """Any file that is written as configuration files are, but no command in it is run."""
    file = tmp_path / "elsewhere.conf"
    file.write_text(f'#exec "/usr/bin/touch {tmp_path}/made"\n[section]\nkey = value\nline without any sign\n')
    assert logger.value(f"AST_CONFIG(manager.conf,{DIALLER},secret)") == pbx.ami_secret
    assert logger.value(f"AST_CONFIG({file},section,key)") == "value"
    assert not (tmp_path / "made").exists()
    assert "AST_CONFIG" in (Path(__file__).parents[2] / "dialplan" / "asterisk" / "manager.conf").read_text()


@pytest.mark.parametrize(
    ("application", "data"),
    [
        *(("System", "touch {}/made"), ("TrySystem", "touch {}/made"), ("Exec", "System(touch {}/made)")),
        *(("ExecIf", "1?System(touch {}/made)"), ("AGI", "/bin/sh"), ("MixMonitor", "x.wav,,touch {}/made")),
        *(("ExternalIVR", "/bin/sh"), ("Originate", "Local/1@a,app,System"), ("Set", "A=${{SHELL(touch {}/made)}}")),
    ],
)
def test_the_user_that_dials_cannot_have_a_command_run(
    dialler: Manager, tmp_path: Path, application: str, data: str
) -> None:
    said = dialler.ask(
        "Originate",
        Channel="Local/1500664@depok-inbound",
        Application=application,
        Data=data.format(tmp_path),
        Async="true",
    )
    assert said["Message"] == "Originate Access Forbidden: app or data blacklisted"
    assert list(tmp_path.iterdir()) == []


def test_what_the_user_that_dials_can_do_beside_dialling_is_what_manager_conf_says(
    pbx: Pbx, dialler: Manager, tmp_path: Path
) -> None:
    """By variables it writes files, and what Asterisk keeps; but it runs no command."""
    for variable in (
        f"SHELL(touch {tmp_path}/by_shell)=x",
        f"A=${{SHELL(touch {tmp_path}/by_expression)}}",
        f"FILE({tmp_path}/by_file)=x",
        "DB(depok/made)=x",
    ):
        said = dialler.ask(
            "Originate",
            Channel="Local/1500664@depok-inbound",
            Application="Wait",
            Data="0.1",
            Variable=variable,
            Async="true",
        )
        assert said["Response"] == "Success"
    wait_until(
        lambda: ("made" in pbx.rx("database show depok") and (tmp_path / "by_file").exists()) or None,
        10,
        lambda: "the calls were not placed",
    )
    time.sleep(0.5)  # what came before has been done; what must not come has had its time
    assert [file.name for file in tmp_path.iterdir()] == ["by_file"]


def test_any_manager_user_can_break_up_conversations_whatever_its_rights(
    logger: Manager, dialler: Manager, of_operators: Manager
) -> None:
    """No setting of Asterisk forbids it; README and manager.conf say so."""
    for manager in (logger, dialler, of_operators):
        said = manager.ask("BridgeDestroy", BridgeUniqueid="there-is-none")
        assert said["Response"] == "Error"
        assert said["Message"] != DENIED
