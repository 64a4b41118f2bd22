"""Which model is chosen, and what is said when there is none."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from systems.errors import Missing
from systems.models import ModelChoice, choose, open_model
from systems.models.choice import base
from tests.systems.drafting import ASK, KNOBS, ONE, Capability, closed_port
from tests.systems.imitation_server import ImitationServer, Offered

EMBEDDINGS = Offered("nomic-embed", "embedding")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:1234", "http://127.0.0.1:1234/v1"),
        ("http://127.0.0.1:1234/v1/", "http://127.0.0.1:1234/v1"),
        ("https://example.org/openai", "https://example.org/openai/v1"),
        ("https://example.org/v1beta/openai", "https://example.org/v1beta/openai"),
    ],
)
def test_a_url_gets_its_version(url: str, expected: str) -> None:
    assert base(url) == expected


Dialects = pytest.mark.parametrize(
    "dialects", [("/api/v1/models", "/api/v0/models", "/v1/models"), ("/api/v0/models", "/v1/models")]
)


@Dialects
async def test_the_loaded_model_is_preferred_and_its_real_context_known(dialects: tuple[str, ...]) -> None:
    models = [EMBEDDINGS, Offered("qwen", loaded=False), Offered("org/granite", context=4096, tools=True)]
    with ImitationServer(models=models, dialects=dialects) as server:
        for choice in (await choose("auto", base_url=server.url), await choose(server.url)):
            assert (choice.name, choice.base_url, choice.loaded) == ("org/granite", server.url, True)
            assert (choice.context_tokens, choice.tools, choice.server) == (4096, True, "lm-studio")


@pytest.mark.parametrize("dialects", [("/api/v1/models",), ("/api/v0/models",), ("/v1/models",)])
async def test_a_model_that_is_listed_but_not_loaded_is_loadable(dialects: tuple[str, ...]) -> None:
    models = [EMBEDDINGS, Offered("qwen", loaded=False, tools=True)]
    with ImitationServer(models=models, dialects=dialects) as server:
        choice = await choose("auto", base_url=server.url)
    tools = None if dialects == ("/v1/models",) else True
    assert (choice.name, choice.base_url, choice.context_tokens, choice.tools) == ("qwen", server.url, None, tools)
    assert choice.loaded is (None if tools is None else False)


@pytest.mark.parametrize("dialects", [("/api/v1/models",), ("/api/v0/models",), ("/v1/models",)])
async def test_embedding_models_do_not_count(dialects: tuple[str, ...]) -> None:
    with ImitationServer(models=[EMBEDDINGS], dialects=dialects) as server:
        assert (await choose("auto", base_url=server.url)).embedded
        with pytest.raises(Missing, match="has no language model") as raised:
            await choose(server.url)
    assert "lms load" in raised.value.mend


async def test_a_model_is_found_by_its_name_with_or_without_its_publisher() -> None:
    with ImitationServer(models=[Offered("qwen"), Offered("org/granite", loaded=False)]) as server:
        for name in ("org/granite", "granite"):
            assert (await choose(name, base_url=server.url)).name == "org/granite"


async def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    told = r"named quen \(it has: qwen, granite\)"
    with (
        ImitationServer(models=[Offered("qwen"), Offered("granite")]) as server,
        pytest.raises(Missing, match=told) as raised,
    ):
        await choose("quen", base_url=server.url)
    assert "lms get quen" in raised.value.mend


async def test_a_name_is_believed_when_the_server_lists_nothing() -> None:
    with ImitationServer(dialects=()) as server:
        assert await choose("qwen", base_url=server.url) == ModelChoice(name="qwen", base_url=server.url)
        with pytest.raises(Missing, match="not as an OpenAI-compatible server"):
            await choose(server.url)


async def test_auto_without_a_server_is_the_embedded_model_at_once() -> None:
    began = time.monotonic()
    choice = await choose("auto", base_url=closed_port())
    assert choice.embedded and choice.context_tokens == 8192
    assert time.monotonic() - began < 2


async def test_auto_does_not_wait_for_a_server_that_only_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        assert (await choose("auto", base_url=f"http://127.0.0.1:{silent.getsockname()[1]}")).embedded
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("wanted", [str, lambda url: "qwen"])
async def test_a_named_server_that_is_not_there_is_missing(wanted: Callable[[str], str]) -> None:
    url = closed_port()
    with pytest.raises(Missing, match="No model server answers") as raised:
        await choose(wanted(url), base_url=url)
    assert raised.value.system == "model" and url in raised.value.message and "lms server start" in raised.value.mend


async def test_a_url_that_is_none_is_missing() -> None:
    with pytest.raises(Missing, match="No model server answers"):
        await choose("http://127.0.0.1:notaport/v1")


async def test_a_refused_key_is_named_and_a_right_one_works() -> None:
    with ImitationServer([ONE], key="right") as server:
        for wanted in (server.url, "imitation", "auto"):
            with pytest.raises(Missing, match=r"refuses the key \(401\)") as raised:
                await choose(wanted, base_url=server.url, api_key=SecretStr("wrong"))
            assert "SPECLOOP_API_KEY" in raised.value.mend
        assert (await choose("auto", base_url=server.url)).embedded
        async with open_model(server.url, api_key=SecretStr("right")) as model:
            assert (await model.draft(ASK, Capability, KNOBS)).value.name == "export"


async def test_proxies_and_openai_variables_of_the_environment_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = closed_port()
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "OPENAI_PROXY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.setenv(name, dead.removesuffix("/v1"))
    monkeypatch.setenv("OPENAI_API_KEY", "wrong")
    monkeypatch.setenv("NO_PROXY", "")
    with ImitationServer([ONE], key="right") as server:
        async with open_model(server.url, api_key=SecretStr("right")) as model:
            assert (await model.draft(ASK, Capability, KNOBS)).value.name == "export"
