"""What a role lets somebody do, and where."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from systems.access.callers import ROLES, Caller, Role, caller_of, named_project, up_to
from systems.errors import Missing, UsageError


@pytest.mark.parametrize("held", ROLES)
@pytest.mark.parametrize("wanted", ROLES)
def test_a_role_includes_those_before_it(held: Role, wanted: Role) -> None:
    caller = Caller("ann", up_to(held))
    if ROLES.index(wanted) <= ROLES.index(held):
        caller.require(wanted, "This", "/srv/a")
    else:
        with pytest.raises(Missing, match=f"This needs the role {wanted}; ann has {held}"):
            caller.require(wanted, "This", "/srv/a")


@pytest.mark.parametrize("other", ["/srv", "/srv/a/../b", "/srv/ab", "", ".", "https://git.example/a", "/srv/b/../a"])
def test_a_token_is_good_for_its_own_project_only(other: str) -> None:
    caller = Caller("ann", up_to("approve"), "/srv/a")
    caller.require("run", "This", "/srv/a/")
    with pytest.raises(Missing, match="ann has no access to the project"):
        caller.require("read", "This", other)


def test_a_server_without_its_hook_lets_nobody_in() -> None:
    with pytest.raises(Missing, match="could not load"):
        caller_of(SimpleNamespace(identity="anonymous"))
    assert caller_of(None) is None
    assert caller_of(SimpleNamespace(identity="ann", permissions=["run"])) is None  # of somebody else's hook


def test_a_project_is_named_as_users_name_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert named_project("todo") == str(tmp_path / "todo")
    assert named_project("https://git.example/todo.git/") == named_project("https://git.example/todo")
    assert named_project("git@git.example:todo.git") == "git@git.example:todo"
    with pytest.raises(UsageError, match="holds a secret"):
        named_project("https://me:hush@git.example/todo.git")
