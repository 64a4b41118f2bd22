"""What a run works with: everything outside the process, open."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

from systems.connections.claims import Claims
from systems.documents import Documents, read_file
from systems.learned import begun_under, learned
from systems.likeness.embeddings import Embedder
from systems.mcp import Servers
from systems.models import Model
from systems.openspec import OpenSpec
from systems.options import Options
from systems.pins import load_pins, pinned
from systems.policy import Policy
from systems.records import Hash, LoopRecord, Outcome, PlanRevision, content_hash
from systems.runs import Runs
from systems.spans import SpanStore
from systems.stores import place_of
from systems.telemetry import Telemetry


@dataclass
class Systems:
    """Everything outside the process that a run works with.

    Attributes:
        policy: what holds: what was learned, with the person's pins on top.
        claims: which run works on which change.
        learned: id of the policy without the pins.
    """

    project: Path
    policy: Policy
    openspec: OpenSpec
    servers: Servers
    model: Model
    documents: Documents
    runs: Runs
    spans: SpanStore
    telemetry: Telemetry
    claims: Claims
    embedder: Embedder | None = None
    learned: Hash = ""
    _asking: dict[int, asyncio.Semaphore] = field(default_factory=dict)

    def with_policy(self, policy: Policy) -> Systems:
        """The same live systems under another policy; nothing is started, and `opened` still closes them for all.

        The policy's limits hold for its MCP calls, whose results are not shared with any other policy. Spans carry its
        id when they are made in `telemetry.scope(policy=policy.hash)`.
        """
        return replace(self, policy=policy, servers=self.servers.under(policy.servers))

    def of_run(self, run_id: str) -> Systems:
        """The same live systems under the policy that a run began under; before it has begun, under what holds now."""
        noted, place = self.runs.policy(run_id), place_of(self.project)
        if noted == self.learned:
            return self
        policy = begun_under(place, noted) if noted else learned(place, self.model.choice)
        if policy.hash == self.learned:
            return self
        under = pinned(policy, load_pins(self.project))
        self.documents.put_record(under)
        return replace(self.with_policy(under), learned=policy.hash)

    def asking(self) -> asyncio.Semaphore:
        """Held while a question is asked; it lets as many through at once as the policy says, in their order."""
        most = self.policy.questions.parallel
        return self._asking.setdefault(most, asyncio.Semaphore(most))

    def wrote(self, path: Path) -> bool:
        """Whether a file still is what specloop last wrote there, untouched by a person."""
        last = self.documents.last_write(path.relative_to(self.project).as_posix())
        text = read_file(path)
        return last is not None and text is not None and content_hash(text) == last[0]

    def revision(self, reference: Hash | None) -> PlanRevision:
        """The plan's revision, or the plan as the policy has it."""
        return self.documents.get_record(reference, PlanRevision) if reference else PlanRevision()

    def history(self, last: Hash | None) -> tuple[LoopRecord, ...]:
        """The loops of a run in order, from the hash of the last one."""
        return self.documents.history(last)

    def begun(self, run_id: str, goal: str) -> None:
        """Enter a run in the list, where nobody has yet, and under which policy it goes on."""
        self.runs.start(run_id, goal=goal, change=None, settings={})
        self.runs.note_policy(run_id, policy=self.learned, model=self.model.choice.name)

    def ended(self, outcome: Outcome) -> Hash:
        """Keep what a run came to, enter it in the list of runs, and let others work on its change."""
        reference = self.documents.put_record(outcome)
        self.runs.update(outcome.run_id, status=outcome.status, outcome=reference, loops=outcome.loops)
        self.claims.release(outcome.run_id)
        return reference


@dataclass(frozen=True)
class Run:
    """What a node is given besides its state: which run it serves, how, and with what."""

    id: str
    options: Options
    systems: Systems

    def check(self) -> None:
        """Make sure, before something is written, that the run and its change are this process's still.

        Raises:
            Overtaken: another process went on with it, or another run with the change.
            Missing: the database cannot be reached.
        """
        self.systems.runs.check(self.id)
        self.systems.claims.check(self.id)
