"""Whether a request comes from this very machine, and from nobody else through it.

Not every server says where a request comes from. Where it does not, what counts is that this process listens on
loopback alone. A proxy on this machine would let the whole network look like it: what proxies add to a request, and a
name of the server that is not loopback's own, tell of them; so does a web page of another site that makes the browser
ask (https://owasp.org/www-community/attacks/csrf, DNS rebinding).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

FORWARDED = ("forwarded", "via", "x-real-ip", "cf-connecting-ip", "true-client-ip")
STUDIO = "https://smith.langchain.com"
"""The page of LangGraph Studio, which asks the developer's own server from their browser."""
LISTENS = "0A"  # TCP_LISTEN in /proc/net/tcp, see proc(5)


def is_local(headers: Mapping[str, str], peer: str | None, listening: Iterable[str] | None = None) -> bool:
    """Whether a request was made on this machine.

    Args:
        headers: of the request, names in lower case.
        peer: address it came from; None where the server does not tell.
        listening: addresses this process listens on; None: they are looked up where `peer` is None.
    """
    if any(name.startswith("x-forwarded") or name in FORWARDED for name in headers):
        return False
    if not is_loopback(_name(f"//{headers.get('host', '')}")):
        return False
    origin = headers.get("origin")
    if origin and origin != STUDIO and not is_loopback(_name(origin)):
        return False
    if peer is not None:
        return is_loopback(peer)
    addresses = list(listened() if listening is None else listening)
    return bool(addresses) and all(map(is_loopback, addresses))


def _name(address: str) -> str:
    """The host of an address; empty where it is none."""
    with suppress(ValueError):
        return urlsplit(address).hostname or ""
    return ""


def is_loopback(host: str) -> bool:
    """Whether a name or an address is this machine to itself."""
    if host == "localhost":
        return True
    with suppress(ValueError):
        address = ipaddress.ip_address(host)
        mapped = getattr(address, "ipv4_mapped", None)
        return bool((mapped or address).is_loopback)
    return False


def listened(process: Path = Path("/proc/self")) -> Iterator[str]:
    """The addresses that this process listens on for TCP; none where the system does not tell (it is no Linux)."""
    with suppress(OSError):
        ours = set(_sockets(process / "fd"))
        for table in ("tcp", "tcp6"):
            for line in (process / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTENS and fields[9] in ours:
                    yield _address(fields[1].partition(":")[0])


def _sockets(folder: Path) -> Iterator[str]:
    """Inodes of the sockets that are open."""
    for each in folder.iterdir():
        with suppress(OSError):  # closed meanwhile
            target = str(each.readlink())
            if target.startswith("socket:["):
                yield target[len("socket:[") : -1]


def _address(written: str) -> str:
    """An address from the form of /proc/net: 32-bit words in the order of the machine's bytes, little-endian here."""
    words = [bytes.fromhex(written[place : place + 8])[::-1] for place in range(0, len(written), 8)]
    return str(ipaddress.ip_address(b"".join(words)))
