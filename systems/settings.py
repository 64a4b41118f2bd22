"""Settings: what the caller passes wins over the environment (SPECLOOP_*), the environment over `specloop.toml`.

    # <project>/specloop.toml
    model = "auto"             # auto | embedded | a model's name | a URL
    model_url = "http://127.0.0.1:1234/v1"
    model_tools = true         # what you know of the model better than its server says:
    model_context = 32768      # whether it can call tools, its context (tokens), requests it answers at once
    model_parallel = 4
    mcp = "mcp.json"
    approve = "auto"           # auto | ask
    max_loops = 12
    max_seconds = 1800
    max_tokens = 500000
    follow_ups = 0             # follow-ups that are run after a run, all generations together
    follow_up_depth = 3
    capture_content = false
    fresh = false              # true: use nothing that earlier runs read
    server = "http://host:8123"  # runs are worked there, by any server of LangGraph's agent protocol
    [prices]                   # US dollars per million tokens, see systems/prices.py; none are built in
    "gpt-4o" = { input = 2.5, output = 10, cached = 1.25 }
    [verify]                   # the check that decides whether a task is done, see systems/project/checks.py
    command = "pytest -q"
    [documents]                # documents that are kept true when a change is archived, see
    update = ["README.md"]     # systems/project/named_documents.py
    [retention]                # how long spans and checkpoints are kept, see systems/retention.py
    spans_days = 90
    [policy.draft]             # any knob of any section of systems/knobs.py, see systems/pins.py; nothing learned
    temperature = 0.0          # touches a knob that is set here

The key of a model server is a secret: it is read from SPECLOOP_API_KEY only, and kept nowhere; so is the token for a
server of runs, from SPECLOOP_TOKEN.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError

from systems.errors import UsageError
from systems.prices import Prices
from systems.records import Record

FILE = "specloop.toml"
PREFIX = "SPECLOOP_"
PRICES = "prices"
POLICY = "policy"
VERIFY = "verify"
DOCUMENTS = "documents"
RETENTION = "retention"
SERVER, HERE = "server", "here"
BESIDES = (PRICES, POLICY, VERIFY, DOCUMENTS, RETENTION, SERVER)
"""What the file has besides the settings of a run."""


class Settings(Record):
    """What a person may set for a project."""

    model: str = Field("auto", min_length=1, description="auto, embedded, a model's name, or the URL of a server")
    model_url: str = Field(
        "http://127.0.0.1:1234/v1", description="OpenAI-compatible server that `model` names a model of"
    )
    model_tools: bool | None = Field(None, description="Whether the model can call tools; none: its server says")
    model_context: int | None = Field(
        None, ge=512, le=16_777_216, description="The model's context, tokens; none: its server says"
    )
    model_parallel: int | None = Field(
        None, ge=1, le=256, description="Requests the server answers at once; none: the server says"
    )
    mcp: str | None = Field(None, description="File with the MCP servers, relative to the project")
    approve: Literal["auto", "ask"] = Field("auto", description="Whether a person approves documents before they stand")
    max_loops: int = Field(12, ge=1, le=1_000, description="Loops a run may take")
    max_seconds: float = Field(1_800, gt=0, le=604_800, description="Working seconds a run may take")
    max_tokens: int = Field(500_000, ge=1, description="Model tokens a run may take, in and out together")
    follow_ups: int = Field(0, ge=0, le=100, description="Follow-ups that are run in turn after a run, at most")
    follow_up_depth: int = Field(3, ge=1, le=10, description="Generations of follow-ups: of a run, of those, ...")
    capture_content: bool = Field(False, description="Keep prompts and answers on the spans")
    fresh: bool = Field(False, description="Read everything again, also what has not changed since earlier runs")

    def given(self, *, answered: bool = False) -> dict[str, Any]:
        """What was set, without defaults; for a run that is `answered` without who is asked, which it knows itself."""
        return self.model_dump(include=self.model_fields_set - ({"approve"} if answered else set()))


def load_settings(
    project: Path | None, given: Mapping[str, Any], environment: Mapping[str, str] = os.environ
) -> Settings:
    """The settings of a project; values of `given` that are None do not count.

    Args:
        project: its folder; None: without what a file says.
        given: what the caller passes.
        environment: of the process.

    Raises:
        UsageError: the file cannot be read or is not TOML (with its line), or a value is unknown, mistyped or out of
            bounds.
    """
    path = (project or Path()) / FILE
    file = {key: value for key, value in _from_file(path).items() if key not in BESIDES} if project else {}
    known = Settings.model_fields
    variables = {key: environment[PREFIX + key.upper()] for key in known if environment.get(PREFIX + key.upper())}
    passed = {key: value for key, value in given.items() if value is not None}
    origin = {**dict.fromkeys(file, str(path)), **{key: PREFIX + key.upper() for key in variables}}
    origin |= {key: "--" + key.replace("_", "-") for key in passed}
    try:
        return Settings.model_validate({**file, **variables, **passed})
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        raise UsageError(
            f"{origin.get(key, key)}: {key}: {first['msg']}.", mend=f"Known settings: {', '.join(known)}."
        ) from error


def load_prices(project: Path) -> Prices:
    """The prices of models that a project's `specloop.toml` lists; none where it lists none.

    Raises:
        UsageError: the file cannot be read or is not TOML, or a price is no number of US dollars.
    """
    try:
        return Prices.model_validate({"models": table(project, PRICES)})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join((PRICES, *map(str, first["loc"][1:])))
        raise UsageError(
            f"{project / FILE}: {place}: {first['msg']}.",
            mend='Write it so: [prices] "gpt-4o" = { input = 2.5, output = 10, cached = 1.25 }',
        ) from error


def table(project: Path, name: str) -> Any:
    """What a project's `specloop.toml` has under a name besides the settings; an empty table where it has nothing.

    Raises:
        UsageError: the file cannot be read or is not TOML.
    """
    return _from_file(project / FILE).get(name, {})


def api_key(environment: Mapping[str, str] = os.environ) -> SecretStr | None:
    """The model server's key, if one is set."""
    return _secret("API_KEY", environment)


def token(environment: Mapping[str, str] = os.environ) -> SecretStr | None:
    """Who we are at a server of runs, if that is set."""
    return _secret("TOKEN", environment)


def server_of(project: Path | str, given: str | None = None, environment: Mapping[str, str] = os.environ) -> str | None:
    """The server that works the runs of a project; None where this machine does.

    Args:
        project: a folder, or a git URL, which has no file here.
        given: what the caller passes; wins over SPECLOOP_SERVER, that over the file; `here` is none.
        environment: of the process.

    Raises:
        UsageError: the address is none.
    """
    found = given or environment.get(PREFIX + SERVER.upper()) or None
    if found is None and isinstance(project, Path):
        found = table(project, SERVER) or None
    if found == HERE:
        return None
    if found is not None and not (isinstance(found, str) and found.startswith(("http://", "https://"))):
        raise UsageError(f"{found!r} is no server.", mend="Name one as --server http://HOST:PORT.")
    return found


def _secret(name: str, environment: Mapping[str, str]) -> SecretStr | None:
    value = environment.get(PREFIX + name)
    return SecretStr(value) if value else None


def _from_file(path: Path) -> dict[str, Any]:
    mend = "Mend that line, or move the file aside."
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}).", mend="Move it aside.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not valid TOML: {error}.", mend=mend) from error
    except tomllib.TOMLDecodeError as error:
        words = str(error).replace("at end of document", f"at line {text.count(chr(10)) + 1}, the end of the file")
        raise UsageError(f"{path} is not valid TOML: {words}.", mend=mend) from error
