"""Which documents of a change feedback is about: those it names, else those whose words it shares.

Where words decide nothing, nobody is guessed at: `nodes.next_step.redrafting` may ask the model then.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from systems.feedback import Concern
from systems.likeness.lexical import stems

SPECS = "specs"
SPEC_WORDS = frozenset(
    {"spec", "specs", "specification", "specifications", "requirement", "requirements", "scenario", "scenarios"}
)
POINTING = frozenset({"the", "this", "your", "its", "in", "of"})
LEAST_SHARED = 2
MARGIN = 1.5
"""A section is meant where it shares so many words, and weighs so many times as much as any section elsewhere."""
_TOKEN = re.compile(r"[\w./-]*\w")
_HEADING = re.compile(r"^#{1,6} +(.+?)[ #]*$")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_FOUND = re.compile(r"^## (?:Sources|Open Questions)\s*$", re.MULTILINE)


class Section(NamedTuple):
    """A part of a document that has a heading of its own."""

    path: str
    title: str
    words: frozenset[str]


def concerned(text: str, documents: Mapping[str, str]) -> tuple[Concern, ...]:
    """The documents that feedback is about, with why; none where words do not decide.

    Args:
        text: what the person said.
        documents: texts of the change's documents by POSIX path relative to its folder.
    """
    sections = [section for path, body in documents.items() for section in _sections(path, body)]
    named = _named(text, documents)
    if named:
        return tuple(Concern(path=path, section=_part(text, path, sections), why=why) for path, why in named.items())
    ranked = _ranked(text, sections)
    if not ranked:
        return ()
    best, weight, shared = ranked[0]
    rival = next((other for section, other, _ in ranked if section.path != best.path), 0.0)
    if len(shared) < LEAST_SHARED or weight < MARGIN * rival:
        return ()
    why = f"it shares {', '.join(sorted(shared)[:5])} with {best.title or best.path}"
    return (Concern(path=best.path, section=_part(text, best.path, sections), why=why),)


def _named(text: str, documents: Iterable[str]) -> dict[str, str]:
    """Why each document is meant that a text names: by its file, else by what it is called."""
    paths, tokens = tuple(documents), [found.casefold() for found in _TOKEN.findall(text)]
    files = {path: token for path in paths for token in tokens if "." in token and _is_file(token, path)}
    if files:
        return {path: f"it names {token}" for path, token in files.items()}
    nouns = [(token, _pointed(tokens, at)) for at, token in enumerate(tokens) if any(_calls(token, p) for p in paths)]
    nouns = [each for each in nouns if each[1]] or nouns
    found = {path: token for token, _ in nouns for path in paths if _calls(token, path)}
    exact = {path: token for path, token in found.items() if token not in SPEC_WORDS}
    specific = any(path.startswith(f"{SPECS}/") for path in exact)
    if specific:  # one capability is named: "spec" beside it means that one
        found = {path: token for path, token in found.items() if path in exact}
    return {path: f"it names the {token}" for path, token in found.items()}


def _is_file(token: str, path: str) -> bool:
    return path.casefold() == token or path.casefold().endswith(f"/{token}")


def _calls(token: str, path: str) -> bool:
    """Whether a word is what a document is called: its artifact, or the capability of a spec."""
    place = PurePosixPath(path.casefold())
    if place.parts[0] == SPECS and len(place.parts) > 1:
        return token in SPEC_WORDS or token == "/".join(place.parts[1:-1])
    return token.removesuffix("s") == place.stem.removesuffix("s")


def _pointed(tokens: Sequence[str], at: int) -> bool:
    return at > 0 and tokens[at - 1] in POINTING


def _part(text: str, path: str, sections: Sequence[Section]) -> str:
    """The title of the one section of a document that is meant; empty where several may be."""
    own = [section for section in sections if section.path == path]
    name = stems(path.replace("/", " ").replace(".", " ")) | stems(" ".join(SPEC_WORDS))
    ranked = _ranked(text, own, without=name)
    if not ranked or (len(ranked) > 1 and ranked[0][1] < MARGIN * ranked[1][1]):
        return ""
    return ranked[0][0].title


def _ranked(
    text: str, sections: Sequence[Section], without: frozenset[str] = frozenset()
) -> list[tuple[Section, float, frozenset[str]]]:
    """(section, weight, shared words), the heaviest first; a word weighs the more the fewer sections have it."""
    said = stems(text) - without
    common = Counter(word for section in sections for word in section.words & said)
    weights = {word: math.log(1 + len(sections) / count) for word, count in common.items()}
    found = [(section, section.words & said) for section in sections if section.words & said]
    ranked = [(section, sum(weights[word] for word in shared), shared) for section, shared in found]
    return sorted(ranked, key=lambda one: -one[1])


def _sections(path: str, body: str) -> list[Section]:
    """The sections of a document, without where its facts come from; headings in code fences are none."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    fenced = False
    for line in _FOUND.split(body)[0].splitlines():
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line)
        if heading:
            parts.append((heading[1], []))
        parts[-1][1].append(line)
    return [Section(path, title, stems("\n".join(lines))) for title, lines in parts if lines]
