"""Tokens: shown once, kept as hashes, good until they expire or are revoked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from systems.access import tokens as module
from systems.access.tokens import CACHE_SECONDS, FORM, KnownTokens, Tokens, lasting, server_place
from systems.errors import UsageError
from systems.redaction import redact_text
from systems.stores import Place

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def test_a_token_says_whose_it_is_until_it_ends(place: Place) -> None:
    clock = Clock()
    with closing(Tokens(place, clock)) as tokens:
        secret, made = tokens.add("ann", "approve", ("/srv/a", "https://git.example/b"), timedelta(days=1))
        other, _ = tokens.add("bob", "read")
        assert tokens.holder(secret) == made and FORM.fullmatch(secret)
        forged = secret[:-1] + ("A" if secret[-1] != "A" else "B")
        for wrong in (forged, other.replace(other[4:12], made.id), "", "slp_", "\udcff", secret + " "):
            assert tokens.holder(wrong) is None
        with pytest.raises(UsageError, match="ann has a token already"):
            tokens.add("ann", "read")
        clock.now += timedelta(days=1)
        assert tokens.holder(secret) is None and tokens.holder(other)
        (ended,) = tokens.revoke("bob")
        assert ended.revoked and tokens.holder(other) is None
        with pytest.raises(UsageError, match="no token 'bob' to end"):
            tokens.revoke("bob")
        assert tokens.add("bob", "run")[1].id != ended.id
        assert sorted(each.name for each in tokens.all()) == ["ann", "bob", "bob"]


def test_only_a_hash_of_a_token_is_kept_and_texts_lose_it(tmp_path: Path) -> None:
    with closing(Tokens(tmp_path / "server.db")) as tokens:
        secret, made = tokens.add("ann", "run")
    with closing(sqlite3.connect(tmp_path / "server.db")) as file:
        kept = "\n".join(file.iterdump())
    assert made.id in kept and secret not in kept and secret[13:] not in kept
    assert secret[13:] not in redact_text(f"it said {secret} twice")


def test_a_server_notices_a_revoked_token_within_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, now = tmp_path / "server.db", [100.0]
    monkeypatch.setattr(module, "server_place", lambda: place)
    known = KnownTokens(lambda: now[0])
    assert not known.are_any() and known.holder("slp_x") is None and not place.exists()
    with closing(Tokens(place)) as tokens:
        secret, made = tokens.add("ann", "run")
        assert known.holder(secret) == made and not known.are_any()
        now[0] += CACHE_SECONDS
        assert known.are_any()
        tokens.revoke("ann")
        assert known.holder(secret) is None and known.are_any()


def test_the_servers_own_store_is_no_projects(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert "specloop" in str(server_place({})) and str(server_place({})).endswith("server.db")
    assert "schema specloop_server" in str(server_place({"SPECLOOP_STORE": "postgresql://me:hush@h/d"}))


@pytest.mark.parametrize(("text", "hours"), [("90d", 2160), ("12h", 12), ("2w", 336), ("60m", 1)])
def test_how_long_a_token_lasts_is_said_in_one_word(text: str, hours: int) -> None:
    assert lasting(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "90", "d", "0d", "-1d", "1y", "9999999d", "1.5h"])
def test_another_word_is_no_time(text: str) -> None:
    with pytest.raises(UsageError, match="is no time"):
        lasting(text)
