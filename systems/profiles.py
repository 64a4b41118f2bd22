"""What runs cost, and where: the records that `nodes.feedback_loop.profile` fills."""

from __future__ import annotations

from pydantic import Field

from systems.hashed import Record


class Totals(Record):
    """Sums over calls, or over a node, an agent or a step with all in it; `seconds` is self and waiting together."""

    calls: int = Field(0, description="Calls; of a node, agent or step: how often it was entered")
    failures: int = Field(0, description="Calls that failed")
    seconds: float = Field(0.0, description="Sum of durations; calls side by side are added up")
    self_seconds: float = Field(0.0, description="Part of `seconds` in which nothing below them was at work")
    waiting_seconds: float = Field(0.0, description="Part of `seconds` in which something below them was at work")
    critical_seconds: float = Field(0.0, description="Share of the critical path, which is what decides the duration")
    p50_seconds: float = Field(0.0, description="Median duration of a call; nearest rank, as the other percentiles")
    p95_seconds: float = Field(0.0, description="95th percentile; 0.5 % off at most beyond 1,000 calls")
    p99_seconds: float = Field(0.0, description="99th percentile")
    input_tokens: int = Field(0, description="Tokens sent to models, those from a cache included")
    output_tokens: int = Field(0, description="Tokens received from models, those spent on reasoning included")
    cached_tokens: int = Field(0, description="Tokens sent that models read from a cache")
    reasoning_tokens: int = Field(0, description="Tokens that models spent on reasoning")
    cost_usd: float | None = Field(None, description="US dollars of the calls whose cost is known; None: of none")
    unpriced: int = Field(0, description="Calls that took tokens and whose cost is not known")
    retries: int = Field(0, description="Calls that had been made before and had failed")
    mean_concurrency: float = Field(0.0, description="Calls at work at once in a trace, while any was: mean")
    max_concurrency: int = Field(0, description="Most calls at work at once in a trace")


class Profile(Record):
    """What a set of traces, a trace, or one loop of it, cost, and where."""

    seconds: float = Field(description="First start to last end, of several traces their sum")
    total: Totals = Field(description="Calls of models and tools")
    nodes: dict[str, Totals] = Field(description="Per node")
    tools: dict[str, Totals] = Field(description="Per server.tool")
    models: dict[str, Totals] = Field(description="Per model")
    critical_path: tuple[tuple[str, str, float], ...] = Field(
        description="(span id, name, seconds) of the spans that decided the longest trace's duration, in order of time"
    )
    servers: dict[str, Totals] = Field(default_factory=dict, description="Per MCP server of tools, provider of models")
    agents: dict[str, Totals] = Field(default_factory=dict, description="Per agent")
    steps: dict[str, Totals] = Field(default_factory=dict, description="Per step, by its artifact")
    traces: int = Field(1, description="Traces")
    critical_seconds: float = Field(0.0, description="Length of the critical paths of all traces")
