"""A client of the manager interface that sends whatever a test wants, which the daemon's own link would not."""

import socket
from types import TracebackType
from typing import Self

from tests.lab.pbx import ASTERISK_ADDRESS, LabError

PATIENCE = 10.0
DENIED = "Permission denied"

Answer = dict[str, str]


class Manager:
    """Logged in as one user, without events."""

    def __init__(self, port: int, user: str, secret: str) -> None:
        self._socket = socket.create_connection((ASTERISK_ADDRESS, port), timeout=PATIENCE)
        self._lines = self._socket.makefile("rb")
        self._count = 0
        self._lines.readline()  # the banner
        said = self.ask("Login", Username=user, Secret=secret, Events="off")
        if said["Response"] != "Success":
            raise LabError(f"{user}: {said}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.close()
        self._socket.close()

    def ask(self, action: str, **headers: str) -> Answer:
        """One action, and the first message of its answer."""
        self._count += 1
        number = str(self._count)
        lines = [f"{name}: {value}\r\n" for name, value in ({"Action": action, "ActionID": number} | headers).items()]
        self._socket.sendall("".join([*lines, "\r\n"]).encode())
        while True:
            said = self._message()
            if "Response" in said and said.get("ActionID") == number:
                return said

    def may(self) -> frozenset[str]:
        """The actions that this user may do."""
        return frozenset(self.ask("ListCommands").keys() - {"Response", "ActionID"})

    def value(self, variable: str) -> str:
        """What Getvar gives; the refusal where it is refused."""
        said = self.ask("Getvar", Variable=variable)
        return said.get("Value", said.get("Message", ""))

    def _message(self) -> Answer:
        said: Answer = {}
        while line := self._lines.readline().decode("utf-8", "replace").rstrip("\r\n"):
            name, _, value = line.partition(": ")
            said[name] = value
        if not said:
            raise LabError("Asterisk closed the manager connection")
        return said
