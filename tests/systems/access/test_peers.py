"""Only programs of this machine are local, and nobody through them."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.access.peers import is_local, listened

HERE = {"host": "127.0.0.1:2024"}


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "127.1.2.3", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:8"])
@pytest.mark.parametrize("origin", [{}, {"origin": "http://localhost:3000"}, {"origin": "https://smith.langchain.com"}])
def test_a_program_on_this_machine_is_local(peer: str, host: str, origin: dict[str, str]) -> None:
    assert is_local({"host": host, **origin}, peer)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-for": "127.0.0.1"},
        {"x-forwarded-proto": "https"},
        {"x-forwarded-host": ""},
        {"forwarded": "for=127.0.0.1"},
        {"via": "1.1 proxy"},
        {"x-real-ip": "10.0.0.1"},
        {"host": "runs.example.org"},
        {"host": ""},
        {"host": "127.0.0.1.example.org"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_what_came_through_a_proxy_or_another_sites_page_is_not(headers: dict[str, str]) -> None:
    assert not is_local({**HERE, **headers}, "127.0.0.1")


@pytest.mark.parametrize("peer", ["10.0.0.7", "", "testclient", "::ffff:10.0.0.7", "0.0.0.0"])
def test_another_machine_is_not(peer: str) -> None:
    assert not is_local(HERE, peer)


def test_where_the_server_does_not_tell_it_counts_what_the_process_listens_on() -> None:
    assert is_local(HERE, None, ["127.0.0.1", "::1"])
    assert not is_local(HERE, None, ["127.0.0.1", "0.0.0.0"])
    assert not is_local(HERE, None, [])


def test_the_addresses_that_this_process_listens_on_are_found() -> None:
    before = sorted(listened())
    with closing(socket.socket()) as one, closing(socket.socket(socket.AF_INET6)) as two, closing(socket.socket()):
        one.bind(("127.0.0.7", 0))
        two.bind(("::1", 0))
        one.listen()
        assert sorted(listened()) == sorted([*before, "127.0.0.7"])
        two.listen()
        assert sorted(listened()) == sorted([*before, "127.0.0.7", "::1"])


@given(st.dictionaries(st.sampled_from(["host", "origin", "via", "x"]), st.text()), st.text() | st.none())
def test_nothing_that_is_sent_makes_another_machine_local(headers: dict[str, str], peer: str | None) -> None:
    assert not is_local(headers, peer and f"10.0.0.7{peer}", ["10.0.0.7"])
