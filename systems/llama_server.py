"""A program, not a module to import: serves one model file with llama.cpp, until its standard input ends.

Standard input has one line of JSON: file, alias, context_tokens, threads, cores, key. Standard output gets one line:
the server's address, or `error` and why not. It is a process of its own because llama.cpp holds the GIL while it loads,
and hangs for good, holding it, when it is stopped too early or amid a request; a process can always be ended. It ends
itself when the one that started it is gone, however that went.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main() -> None:
    """Serve until standard input ends."""
    wanted = json.loads(sys.stdin.readline())
    try:
        import xllamacpp

        server = xllamacpp.Server(_parameters(xllamacpp.CommonParams(), wanted))
    except (ImportError, OSError, RuntimeError) as error:
        print(f"error {error}", flush=True)
        os._exit(1)
    print(server.listening_address, flush=True)
    sys.stdin.read()
    os._exit(0)


def _parameters(parameters: Any, wanted: dict[str, Any]) -> Any:
    parameters.model.path = wanted["file"]
    parameters.model_alias = {wanted["alias"]}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [wanted["key"]]
    parameters.n_ctx = wanted["context_tokens"]
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = wanted["threads"]
    parameters.cpuparams_batch.n_threads = wanted["cores"]
    parameters.verbosity = 0
    parameters.cache_ram_mib = 0  # else old prompts pile up in memory, up to 8 GiB
    parameters.warmup = False
    parameters.ui = False
    parameters.endpoint_slots = False
    return parameters


if __name__ == "__main__":
    main()
