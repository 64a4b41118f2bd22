"""What became of documents that were drafted again for feedback: which are settled, and which get another try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from systems.feedback import Redraft, Redrafted
from systems.records import DocumentUpdate, Draft, Hash, LoopRecord

NO_REASON = "rejected without a reason"


def settled(redraft: Redraft, loop: LoopRecord, earlier: Sequence[LoopRecord]) -> Redraft:
    """What is still to be drafted after a loop: all of it again, or without what that loop was about.

    A document that was refused is tried again until the plan gives it up; one that a person rejects, as long as they
    say why.

    Args:
        redraft: before the loop.
        loop: what it did.
        earlier: the run's loops before it.
    """
    updates = loop.updates
    stands = bool(updates) and all(update.valid or update.status == "kept_theirs" for update in updates)
    refused = bool(updates) and all(NO_REASON in update.issues for update in updates)
    if not (stands or refused or loop.step.artifact in loop.revision.give_up):
        return redraft
    artifact = redraft.concerns[0].artifact
    mine = tuple(each for each in redraft.concerns if each.artifact == artifact)
    stood = {update.path: update.after for one in earlier for update in one.updates}
    done = tuple(_redrafted(each.path, loop.draft, updates, stood) for each in mine)
    left = tuple(each for each in redraft.concerns if each not in mine)
    return redraft.model_copy(update={"concerns": left, "done": (*redraft.done, *done)})


def _redrafted(
    path: str, draft: Draft | None, updates: Sequence[DocumentUpdate], stood: Mapping[str, Hash | None]
) -> Redrafted:
    update = next((update for update in updates if update.path.endswith(f"/{path}")), None)
    if update is None:
        return Redrafted(path=path, status="failed", why=draft.failure if draft else "no draft was made")
    why = "; ".join(update.issues)
    if update.status in ("written", "merged"):
        status = "unchanged" if update.after == stood.get(update.path) else "redrafted"
        return Redrafted(path=path, status=status, why=why)
    if update.status == "kept_theirs":
        return Redrafted(path=path, status="left_alone", why=why or "your words stand there")
    return Redrafted(path=path, status="rejected" if update.status == "rejected" else "failed", why=why)
