"""What the source imports is declared, so that no other package's change of mind takes it away."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("graph", "nodes", "systems")


def imported() -> Iterator[tuple[str, Path]]:
    """Every foreign top-level module that the source imports, with a file that does."""
    for file in (file for package in OURS for file in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules = [node.module]
            for top in {module.partition(".")[0] for module in modules}:
                if top not in sys.stdlib_module_names and top not in OURS:
                    yield top, file


def declared() -> set[str]:
    """The packages that pyproject.toml names for users, in normal form."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return {re.split(r"[\s<>=\[;~!]", line)[0].lower().replace("_", "-") for line in lines}


def test_every_foreign_package_that_is_imported_is_declared() -> None:
    known, ours = packages_distributions(), declared()
    missing = {
        f"{top} ({file.relative_to(ROOT)})"
        for top, file in imported()
        if not ours & {name.lower().replace("_", "-") for name in known.get(top, (top,))}
    }
    assert not missing
