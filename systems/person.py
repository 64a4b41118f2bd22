"""The person in charge: asked in one of the forms, again where the answer is none, not again where they said `always`.

How the question reaches them is handed in: as an interrupt of the graph, which waits for days without a process, or
straight on a terminal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from systems.access.replies import Replies, replier
from systems.forms import Form
from systems.options import Options
from systems.stores import place_of

F = TypeVar("F", bound=Form)
Question = dict[str, Any]
Put = Callable[[Question, type[Form]], Awaitable[Any]]


class Person:
    """Somebody who decides.

    Attributes:
        allowed: what they always allow, oldest first; grows with their answers.
        knows: whether they are also asked what no server could answer.
    """

    def __init__(self, put: Put, allowed: Iterable[str] = (), *, knows: bool = True) -> None:
        """Nothing is asked yet.

        Args:
            put: puts a question to them and gives what they said to it, whatever that is.
            allowed: what they allowed earlier in the run.
            knows: whether they are asked what no server could answer.
        """
        self._put = put
        self.allowed = list(allowed)
        self.knows = knows

    async def asked(self, form: type[F], text: str, *, anyway: bool = False, **facts: Any) -> F:
        """What they say to a question.

        Args:
            form: what they can say.
            text: the question.
            anyway: ask also where they said `always`: there is more to it than to the others.
            facts: what else they should see, plain JSON.
        """
        if not anyway and form.settles(facts) & set(self.allowed):
            return form.read("approve")
        question: Question = {"kind": form.kind, "text": text, "ways": form.ways(facts), **facts}
        while True:
            given = await self._put(question, form)
            try:
                answer = form.read(given)
            except ValueError as error:
                question = {**question, "wrong": f"That is no answer: {error}. {form.mend()}"}
                continue
            if (allows := answer.allows(facts)) and allows not in self.allowed:
                self.allowed.append(allows)
            return answer


def in_charge(options: Options, allowed: Iterable[str] | None = None, *, ask: bool | None = None) -> Person | None:
    """The person whom a node of the graph asks; None where nobody is asked.

    Args:
        options: of the run.
        allowed: what they always allow, by the state of the run.
        ask: whether somebody is asked; None: as the run is set.
    """
    asks = options.supervised or (options.approve == "ask" if ask is None else ask)
    standing = () if options.supervised else allowed or ()
    return Person(partial(_interrupted, Path(options.project)), standing) if asks else None


async def _interrupted(project: Path, question: Question, form: type[Form]) -> Any:
    """What the run is resumed with, which is kept for good.

    The schema is plain JSON, so that LangGraph leaves it to us what a wrong answer is.
    """
    from langgraph.config import get_config
    from langgraph.types import interrupt

    given = interrupt(question, response_schema=form.schema_of())
    told = get_config()["configurable"]
    with closing(Replies(place_of(project))) as replies:
        by = replier(told.get("langgraph_auth_user"))
        replies.keep(str(told["thread_id"]), str(told["checkpoint_ns"]), by, question, given)
    return given
