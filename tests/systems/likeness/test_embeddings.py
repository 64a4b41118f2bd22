"""Texts become vectors: from the server where it has a model loaded, else in this process, else not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from systems.likeness.embeddings import Embedder, LocalEmbedder, ServerEmbedder, local_files, open_embedder
from systems.likeness.vectors import Vectors
from tests.systems.imitation_server import DIALECTS, ImitationServer, Offered, Reply, Script

local = pytest.mark.skipif(local_files() is None, reason="the wheels of specloop[embeddings] are not installed")
CHAT, NOMIC = Offered("qwen"), Offered("text-embedding-nomic", type="embeddings")


def embeddings(request: dict[str, Any]) -> Reply:
    """Two numbers a text, in another order than asked."""
    data = [{"index": place, "embedding": [len(text), 1.0]} for place, text in enumerate(request["input"])]
    return Reply(body={"data": data[::-1]})


async def opened(server: ImitationServer) -> Embedder | None:
    return await open_embedder(server.url)


@local
async def test_texts_that_mean_the_same_are_near_without_a_word_in_common() -> None:
    rows = await LocalEmbedder().embed(["Which commits came last?", "newest entries of the git log", "a pizza recipe"])
    assert rows is not None and rows.shape == (3, 384)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2


@local
async def test_a_vector_does_not_depend_on_its_neighbours() -> None:
    alone = await LocalEmbedder().embed(["a text"])
    among = await LocalEmbedder().embed(["x " * 500, "a text", ""])
    assert alone is not None and among is not None and np.array_equal(alone[0], among[1])


@local
@pytest.mark.parametrize("text", ["", "\0", "\ud800", "word " * 100_000, "日本語のテキスト", "🙂" * 5_000])
async def test_every_text_has_a_vector(text: str) -> None:
    rows = await LocalEmbedder().embed([text])
    assert rows is not None and np.isfinite(rows).all()


@local
async def test_vectors_of_many_texts_are_kept_for_the_next_start_and_those_of_questions_are_not(tmp_path: Path) -> None:
    kept, many = tmp_path / "cache" / "embeddings.db", [f"text {number}" for number in range(8)]
    first = await LocalEmbedder(kept=kept).embed(many)
    await LocalEmbedder(kept=kept).embed(["Is this private?"])
    again = Vectors(kept, model="all-MiniLM-L6-v2-onnx-int8").get([*many, "Is this private?"])
    assert first is not None and list(again) == many
    assert np.array_equal(np.array([again[text] for text in many]), first)
    assert Vectors(kept, model="another").get(many) == {}


@pytest.mark.parametrize("content", [b"", b"no database at all, but some bytes" * 100])
def test_a_damaged_cache_is_no_obstacle(tmp_path: Path, content: bytes) -> None:
    file, rows = tmp_path / "embeddings.db", {f"text {number}": np.ones(3, np.float32) for number in range(8)}
    file.write_bytes(content)
    vectors = Vectors(file, model="m")
    assert vectors.get(list(rows)) == {}
    vectors.keep(rows)
    assert vectors.get(list(rows)).keys() == rows.keys() and (not content or file.read_bytes() == content)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_the_servers_embedding_model_is_used_where_it_has_one(dialect: str) -> None:
    with ImitationServer(embeddings, models=[CHAT, NOMIC], dialects=[dialect]) as server:
        embedder = await opened(server)
        assert isinstance(embedder, ServerEmbedder) and NOMIC.name in embedder.name
        rows = await embedder.embed(["ab", "abcd", "ab"])
        assert rows is not None and np.allclose(rows * np.sqrt([[5], [17], [5]]), [[2, 1], [4, 1], [2, 1]])
        await embedder.embed(["ab", "abcd"])
    assert [request["input"] for request in server.requests] == [["ready?"], ["ab", "abcd"]]
    assert all(request["encoding_format"] == "float" for request in server.requests)


@pytest.mark.parametrize(
    "models",
    [[CHAT], [CHAT, Offered("text-embedding-nomic", type="embeddings", loaded=False)]],
    ids=["none", "unloaded"],
)
async def test_a_server_is_not_made_to_load_a_model_for_embeddings(models: list[Offered]) -> None:
    with ImitationServer(embeddings, models=models) as server:
        assert not isinstance(await opened(server), ServerEmbedder)
    assert server.requests == []


NO_ANSWER: list[Reply] = [
    Reply(body={"error": "no such model"}),
    Reply(body="<html>"),
    Reply(status=500, body="{}"),
    Reply(drop=True),
    Reply(body={"data": []}),
    Reply(body={"data": [{"index": 0, "embedding": []}, {"index": 1, "embedding": [1]}]}),
]


@pytest.mark.parametrize("reply", NO_ANSWER, ids=str)
async def test_a_server_whose_embeddings_fail_is_passed_over(reply: Reply) -> None:
    with ImitationServer([reply], models=[CHAT, NOMIC]) as server:
        assert not isinstance(await opened(server), ServerEmbedder)


async def test_a_server_that_stops_embedding_is_asked_once_and_then_left_alone() -> None:
    script: Script = [embeddings({"input": ["ready?"]}), Reply(status=500, body="{}")]
    with ImitationServer(script, models=[CHAT, NOMIC]) as server:
        embedder = await opened(server)
        assert embedder is not None
        assert [await embedder.embed(["a"]), await embedder.embed(["b"])] == [None, None]
        assert await embedder.embed(["ready?"]) is not None
    assert len(server.requests) == 2


async def test_nobody_at_the_servers_address_is_no_error() -> None:
    assert not isinstance(await open_embedder("http://127.0.0.1:9/v1"), ServerEmbedder)


def test_nothing_heavy_is_imported_before_the_first_text() -> None:
    heavy = "{'numpy', 'onnxruntime', 'tokenizers', 'httpx'}"
    code = f"import sys, systems.likeness.embeddings; print({heavy} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"
