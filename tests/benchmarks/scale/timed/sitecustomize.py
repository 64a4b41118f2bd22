"""Adds up how long a worker waits for PostgreSQL; Python runs this at its start where this folder is on PYTHONPATH.

Every half second the sums are written into the folder that SCALE_TIMES names: seconds in which `psycopg` waits for the
server, where that holds the event loop up (specloop's stores) and where it does not (LangGraph's checkpoints).
"""

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

WORKER = "aegra_api.main:app"


def _time(file: Path) -> None:
    import psycopg

    sums = {"holding_up": 0.0, "aside": 0.0, "statements": 0}
    wait, wait_async = psycopg.Connection.wait, psycopg.AsyncConnection.wait

    def timed(self: Any, *arguments: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return wait(self, *arguments, **named)
        finally:
            on_the_loop = threading.current_thread() is threading.main_thread()
            sums["holding_up" if on_the_loop else "aside"] += time.perf_counter() - began
            sums["statements"] += 1

    async def timed_async(self: Any, *arguments: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return await wait_async(self, *arguments, **named)
        finally:
            sums["aside"] += time.perf_counter() - began
            sums["statements"] += 1

    def tell() -> None:
        while True:
            time.sleep(0.5)
            file.with_suffix(".new").write_text(json.dumps(sums))
            file.with_suffix(".new").replace(file)

    psycopg.Connection.wait, psycopg.AsyncConnection.wait = timed, timed_async  # type: ignore[method-assign]
    threading.Thread(target=tell, daemon=True).start()


if WORKER in sys.orig_argv and "SCALE_TIMES" in os.environ:
    _time(Path(os.environ["SCALE_TIMES"]) / f"{os.getpid()}.json")
