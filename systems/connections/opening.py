"""How everything that a run works with is opened, in order, and closed in the other.

The policy is the one that the project's ledger says is active for the model, else what specloop ships; what the person
has pinned lies on top. It is kept among the documents, so that the id on the spans always leads to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, closing
from pathlib import Path

from pydantic import SecretStr

from systems.connections.claims import Claims
from systems.connections.live import Systems
from systems.documents import Documents
from systems.learned import learned
from systems.likeness.embeddings import open_embedder
from systems.mcp import KeptReads, Listings, Reads, ServerConfig, Servers, Sources, servers_of
from systems.models import Model, Told, open_model
from systems.node import cache_folder
from systems.openspec import OpenSpec
from systems.options import Options
from systems.pins import load_pins, pinned
from systems.policy import Policy
from systems.project.repository import check_project
from systems.runs import Runs
from systems.settings import api_key, load_prices
from systems.spans import SpanStore, open_spans
from systems.spending import Spending
from systems.stores import place_of
from systems.telemetry import Telemetry


async def open_systems(options: Options) -> tuple[Systems, AsyncExitStack]:
    """What a run with these options works with, and the stack that closes it.

    Raises:
        UsageError: the project or its configuration is wrong.
        Missing: a store, the model or another outside system cannot be had, or the policy in the ledger is damaged.
    """
    project = check_project(Path(options.project))
    store = place_of(project)
    pins = load_pins(project)
    async with AsyncExitStack() as stack:
        documents = stack.enter_context(closing(Documents(store)))
        runs = stack.enter_context(closing(Runs(store)))
        spans = stack.enter_context(closing(open_spans(store)))
        telemetry = stack.enter_context(closing(_telemetry(spans, runs, project, options)))
        model = await stack.enter_async_context(_opened_model(options))
        proven = learned(store, model.choice)
        policy = pinned(proven, pins)
        documents.put_record(policy)
        embedder = await open_embedder(
            "" if model.choice.embedded else model.choice.base_url,
            api_key=_key(options),
            kept=cache_folder() / "embeddings.db",
        )
        configs = servers_of(project, options.mcp)
        kept = stack.enter_context(closing(KeptReads(store, documents, configs, limit=policy.servers.content_bytes)))
        reads = Reads(Sources(project, policy.answers.unchanged), kept, policy.answers, fresh=options.fresh)
        servers = _servers(configs, reads, project, policy, telemetry)
        stack.push_async_callback(servers.close)
        openspec = OpenSpec(project)
        await stack.enter_async_context(openspec.kept_running())
        systems = Systems(
            project=project,
            policy=policy,
            openspec=openspec,
            servers=servers,
            model=model,
            documents=documents,
            runs=runs,
            spans=spans,
            telemetry=telemetry,
            claims=Claims(project),
            embedder=embedder,
            learned=proven.hash,
        )
        return systems, stack.pop_all()
    raise AssertionError("unreachable: the exit stack swallows nothing")


def _opened_model(options: Options) -> AbstractAsyncContextManager[Model]:
    return open_model(
        options.model,
        base_url=options.model_url,
        api_key=_key(options),
        told=Told.by(options),
        kept=cache_folder() / "models",
    )


def _key(options: Options) -> SecretStr | None:
    """The model server's key, where it is meant for this server."""
    return None if options.keyless else api_key()


def _servers(
    configs: Mapping[str, ServerConfig], reads: Reads, project: Path, policy: Policy, telemetry: Telemetry
) -> Servers:
    return Servers(
        configs,
        knobs=policy.servers,
        tracer=telemetry.tracer,
        stderr=project / ".specloop" / "servers",
        project=project,
        listings=Listings(cache_folder() / "mcp-tools"),
        reads=reads,
    )


def _telemetry(spans: SpanStore, runs: Runs, project: Path, options: Options) -> Telemetry:
    """Spans into the store, and what model calls take into the rows of the runs."""
    telemetry = Telemetry(spans, capture_content=options.capture_content)
    telemetry.provider.add_span_processor(Spending(runs, load_prices(project)))
    telemetry.instrument()
    return telemetry
