"""Who asks a server for something, and whether they may.

A role includes those before it: `read` sees runs and what they came to, `run` starts and stops them, asks questions and
gives feedback, `approve` answers what runs ask. Without `approve` a run always asks (`approve = "ask"`), whatever it is
told, so that its documents wait for somebody who may.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from systems.errors import Missing
from systems.project.addresses import checked_url, is_url

Role = Literal["read", "run", "approve"]
ROLES: tuple[Role, ...] = get_args(Role)
PROJECT_HEADER = "x-specloop-project"
"""Names the project of a request, percent-encoded; the client sends it."""
DESK_HEADER = "x-specloop-desk"
"""Says that a request is for the desk, whose threads are no runs'; the client sends it."""
ANONYMOUS = "anonymous"
"""Whom Aegra makes of everybody where it could not load `graph/auth.py`."""


class Caller(NamedTuple):
    """Somebody who asks a server.

    Attributes:
        name: who they are, as runs note it.
        roles: what they may.
        project: the only project they may do it in; empty for all.
    """

    name: str
    roles: tuple[Role, ...]
    project: str = ""

    def may(self, role: Role) -> bool:
        """Whether they have a role."""
        return role in self.roles

    def require(self, role: Role, what: str, project: str) -> None:
        """Let them do something, or not.

        Args:
            role: that it takes.
            what: it is, as the subject of a sentence.
            project: in which project.

        Raises:
            Missing: they may not.
        """
        if self.project and same_project(project) != self.project:
            raise refused(f"{self.name} has no access to the project {project}.", f"--role {role} --project {project}")
        if not self.may(role):
            had = self.roles[-1] if self.roles else "none"
            raise refused(f"{what} needs the role {role}; {self.name} has {had}.", f"--role {role}")


def refused(message: str, options: str) -> Missing:
    """The error for somebody who lacks a role or a project."""
    mend = f"Ask whoever runs the server: specloop token add NAME {options}"
    return Missing(message, system="server", mend=mend)


def up_to(role: Role) -> tuple[Role, ...]:
    """A role with those that it includes."""
    return ROLES[: ROLES.index(role) + 1]


def caller_of(user: Any) -> Caller | None:
    """Who asks, by the user that a server tells a node of; None where it is nobody's that `graph/auth.py` let in.

    Raises:
        Missing: the server could not load `graph/auth.py`, and lets everybody in.
    """
    if user is None:
        return None
    if user.identity == ANONYMOUS:
        message = "The server lets everybody in, because it could not load graph/auth.py."
        raise Missing(message, system="server", mend="Its log says why; mend that and restart it.")
    project = getattr(user, "project", None)
    if project is None:
        return None
    held = tuple(getattr(user, "permissions", ()))
    return Caller(str(user.display_name), tuple(role for role in ROLES if role in held), str(project))


def named_project(project: str) -> str:
    """A project as tokens name it: the URL of its repository, or the absolute path of its folder.

    Raises:
        UsageError: the URL holds a secret.
    """
    if is_url(project):
        return same_project(checked_url(project))
    return str(Path(project).expanduser().resolve())


def same_project(project: str) -> str:
    """What all spellings of a project have in common: nothing at the end that git does not mind."""
    return project.rstrip("/").removesuffix(".git") if is_url(project) else project.rstrip("/") or "/"
