"""The ledger: every policy, proposal, trial, verdict, adoption and rollback of a project, in order, for good.

Ledger        append, adopt, roll back; which policy is active; entries by kind or id
verify        what does not match its hash, its place or what it refers to
lineage       from a policy back to the verdicts, findings and traces it came from
outcomes      from a finding forward to what came of it
pending       what has won its trial and waits for a person
"""

from systems.ledger.chain import Disagreement
from systems.ledger.entries import KINDS, Entry, Kind
from systems.ledger.history import Ancestor, Consequence, lineage, outcomes, renewed
from systems.ledger.pending import Pending, pending, waiting
from systems.ledger.store import SHIPPED, Ledger

__all__ = [
    "KINDS",
    "SHIPPED",
    "Ancestor",
    "Consequence",
    "Disagreement",
    "Entry",
    "Kind",
    "Ledger",
    "Pending",
    "lineage",
    "outcomes",
    "pending",
    "renewed",
    "waiting",
]
