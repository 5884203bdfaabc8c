"""Nothing leads out of the console: it runs with the rights of the service."""

import os
from pathlib import Path

import pytest

from depok_agi.cli import desk as desk_command
from depok_agi.desk import Desk
from tests.unit.console.made import console_at, log
from tests.unit.desk.made import Clock


async def test_no_key_and_no_action_saves_a_file_starts_a_program_or_comes_back_to_a_shell(
    path: Path, desk: Desk, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    done: list[object] = []
    monkeypatch.setattr(os, "kill", lambda *given: done.append(given))
    monkeypatch.setattr("webbrowser.open", lambda *given, **_named: done.append(given))
    await log(desk)
    async with console_at(path, clock) as screen:
        await screen.until("Nobody is on your phone.")
        console = screen.console
        monkeypatch.setattr("textual.drivers.headless_driver.HeadlessDriver.can_suspend", True)
        monkeypatch.setattr("textual.drivers.headless_driver.HeadlessDriver.open_url", lambda *_: done.append("url"))
        monkeypatch.setattr("textual.drivers.headless_driver.HeadlessDriver.deliver_binary", done.append)
        await screen.press("ctrl+p", "ctrl+z", "ctrl+backslash")
        for action in ("screenshot", "suspend_process", "command_palette"):
            await console.run_action(action)
        console.save_screenshot(str(folder / "shot.svg"))
        console.deliver_screenshot()
        console.open_url("http://127.0.0.1/")
        await screen.pilot.pause(0.2)
        assert len(console.screen_stack) == 1
        assert "[F1 Now]" in screen.text
    assert done == []
    assert list(folder.iterdir()) == []


def test_what_the_environment_says_to_textual_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_LOG", "log")
    monkeypatch.setenv("TEXTUAL_SCREENSHOT", "1")
    desk_command._forget_settings_of_textual()
    assert not [name for name in os.environ if name.startswith("TEXTUAL")]
