"""When a server is started, and what is believed of it before."""

from __future__ import annotations

from pathlib import Path

import pytest

from systems.errors import ServerUnavailable, ToolFailed
from systems.mcp import Listings, ServerConfig
from tests.systems.mcp_support import Traced, misbehaving, servers


async def test_a_server_that_is_known_is_started_by_its_first_call(tmp_path: Path) -> None:
    listings, traced = Listings(tmp_path / "kept"), Traced()
    both = (misbehaving("one"), misbehaving("two"))
    async with servers(tmp_path, *both, listings=listings) as opened:
        listed = opened.tools
    async with servers(tmp_path, *both, listings=listings, traced=traced) as opened:
        assert opened.tools == listed and not traced.named("start_server one")
        assert (await opened.call("two", "echo", {"text": "x"})).text == "x"
        await opened.start()
        assert len(traced.named("start_server two")) == 1 and not traced.named("start_server one")
    ahead = {"start": "ahead"}
    async with servers(tmp_path, misbehaving("one"), listings=listings, traced=traced, knobs=ahead):
        assert len(traced.named("start_server one")) == 1


async def test_a_known_server_that_is_gone_is_left_out_by_its_first_call(tmp_path: Path) -> None:
    listings, gone = Listings(tmp_path / "kept"), ServerConfig(name="gone", command="no-such-program")
    async with servers(tmp_path, misbehaving("one"), listings=listings) as opened:
        listings.keep(gone, [opened.tools[0]])
    async with servers(tmp_path, gone, listings=listings) as opened:
        assert opened.tools and not opened.unavailable
        for _ in range(2):
            with pytest.raises(ServerUnavailable, match="no program 'no-such-program'"):
                await opened.call("gone", "echo", {"text": "x"})
        assert opened.tools == () and "gone" in opened.unavailable


async def test_what_is_remembered_allows_nothing_that_the_server_does_not(tmp_path: Path) -> None:
    listings, config = Listings(tmp_path / "kept"), misbehaving("one")
    async with servers(tmp_path, config, listings=listings) as opened:
        listings.keep(config, [tool.model_copy(update={"read_only": True}) for tool in opened.tools])
    async with servers(tmp_path, config, listings=listings) as opened:
        assert {tool.name: tool.read_only for tool in opened.tools}["unmarked"]
        with pytest.raises(ToolFailed, match="needs a person's word"):
            await opened.call("one", "unmarked", {"text": "x"})


def test_what_is_remembered_belongs_to_one_entry_and_may_be_damaged(tmp_path: Path) -> None:
    listings, config = Listings(tmp_path), misbehaving()
    listings.keep(config, [])
    assert listings.get(config) == [] and listings.get(misbehaving(cwd="/")) is None
    for file in tmp_path.iterdir():
        file.write_text("[{")
    assert listings.get(config) is None
    Listings(tmp_path / "x" / "y").keep(config, [])
    (tmp_path / "file").write_text("")
    Listings(tmp_path / "file").keep(config, [])
    assert Listings(tmp_path / "file").get(config) is None
