"""A service that listens and writes down when it begins and ends: plain_service.py EVENTS NAME PORT."""

from __future__ import annotations

import signal
import socket
import sys
import threading

events, name, port = sys.argv[1:]
told = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: told.set())


def note(what: str) -> None:
    with open(events, "a") as log:  # noqa: PTH123 (starts faster without pathlib)
        log.write(f"{name} {what}\n")


with socket.create_server(("127.0.0.1", int(port))):
    note("begins")
    told.wait()
    note("ends")
