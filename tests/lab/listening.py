"""Where a process can be reached: what the kernel says of its sockets and those of its children."""

import ipaddress
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LISTENS = "0A"
"""TCP's state in /proc/net/tcp (`TCP_LISTEN` in the kernel's tcp_states.h). UDP has no such state: bound is enough."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A socket that listens, or takes datagrams; `protocol` is the name of its table: tcp, tcp6, udp or udp6."""

    protocol: str
    address: str
    port: int

    @property
    def is_loopback(self) -> bool:
        return ipaddress.ip_address(self.address).is_loopback


def bound_by(pid: int) -> set[Bound]:
    """Of the process and of all that it started."""
    return {bound for each in _family(pid) for bound in _bound(each)}


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from _family(int(child))


def _bound(pid: int) -> Iterator[Bound]:
    sockets = _sockets(pid)
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{protocol}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if inode in sockets and (state == LISTENS or protocol.startswith("udp")):
                address, port = local.split(":")
                yield Bound(protocol, _address(address), int(port, 16))


def _sockets(pid: int) -> set[str]:
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found.add(str(descriptor.readlink()).removeprefix("socket:[").removesuffix("]"))
    return found


def _address(words: str) -> str:
    """The kernel writes each 32 bits as a number, in the byte order of the machine."""
    count = len(words) // 8
    packed = struct.pack(f"={count}I", *(int(words[8 * n : 8 * n + 8], 16) for n in range(count)))
    return socket.inet_ntop(socket.AF_INET if count == 1 else socket.AF_INET6, packed)
