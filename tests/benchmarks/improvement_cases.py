"""The project and the cases of the self-improvement benchmark: click's sources under git, and work to be done on them.

Three kinds of task: routing a question, answering one from a tool of a real MCP server, and drafting a spec delta or a
list of tasks that OpenSpec accepts strictly. Nothing here is looked at by the code that improves.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from systems.trials import Asked, Case, Check, Requested

README = "# command line toolkit\n\nBuilds commands from functions. The modules are in `src/click`.\n"
COMMITS = (
    ("Ada Lind", "Start with globals and exceptions", ("__init__.py", "globals.py", "exceptions.py", "_compat.py")),
    ("Boris Ek", "Parse options and types", ("parser.py", "types.py", "utils.py", "_utils.py")),
    ("Ada Lind", "Commands, decorators and help texts", ("core.py", "decorators.py", "formatting.py", "_textwrap.py")),
    ("Chen Wu", "Talk to terminals", ("termui.py", "_termui_impl.py", "_winconsole.py")),
    ("Boris Ek", "Complete words in shells", ("shell_completion.py",)),
    ("Dana Roy", "Run commands in tests", ("testing.py",)),
)

ROUTES = {
    "git": (
        "Who committed to this project last?",
        "What changed between the two most recent commits?",
        "Which branch is checked out?",
        "Are there changes that nobody has committed?",
        "Show the history of the project",
        "What is the message of the newest commit?",
        "Which branches does the repository have?",
        "Is anything staged for the next commit?",
        "Who wrote the shell completion and when?",
        "What did the commit before the last one change?",
        "How many commits were made so far?",
        "Show the diff of what is not staged",
        "List the commits of Boris Ek",
        "When was the parser committed?",
        "Did anybody touch the tests since the first commit?",
        "Which files are modified but not committed?",
        "What is new on this branch compared with trunk?",
        "Show me the patch of HEAD",
        "Who has worked on the terminal code?",
        "What was committed in March?",
        "Is the working tree clean?",
        "Name the authors of the last three commits",
        "On what branch do we work?",
        "Describe the changes of the latest commit",
    ),
    "filesystem": (
        "What does src/click/globals.py say?",
        "Which modules are in the folder src/click?",
        "How large is src/click/core.py?",
        "Print the README",
        "Is there a file named pyproject.toml?",
        "Show the tree of folders",
        "List everything in src",
        "What are the first lines of src/click/types.py?",
        "When was src/click/testing.py written to disk?",
        "Read src/click/parser.py",
        "What permissions does README.md have?",
        "Which folders does the project have?",
        "Open src/click/utils.py and show it",
        "What is written in README.md?",
        "How many bytes has src/click/types.py?",
        "Show the contents of src/click/_compat.py",
        "Which files lie next to src/click/core.py?",
        "Does src/click/plugins.py exist?",
        "Give me the text of src/click/exceptions.py",
        "Find files whose name contains completion",
        "What is in the folder src?",
        "Show the last lines of src/click/formatting.py",
        "Display the structure of the directories",
        "When was README.md last modified on disk?",
    ),
    "time": (
        "What time is it in Nairobi?",
        "Which day is it today?",
        "What is 9:30 in Lisbon in Auckland time?",
        "How far is Denver behind Oslo?",
        "What is the current time in UTC?",
        "If we release at 18:00 in Paris, what time is that in Los Angeles?",
        "What time is it now in Mumbai?",
        "Convert 07:15 Tokyo time to Toronto time",
        "Is it already tomorrow in Sydney?",
        "What is the date in Honolulu?",
        "When it is noon in Berlin, what time is it in Seoul?",
        "Tell me the time in Cairo",
        "How late is it in Buenos Aires?",
        "How many hours lie between London and Singapore?",
        "Which weekday is it in Vancouver?",
        "Does Madrid have daylight saving time today?",
    ),
    "person": (
        "Which colour should the logo have?",
        "Who pays for the new servers?",
        "Do you prefer short or long option names?",
        "May we drop support for old interpreters?",
        "What is the capital of Peru?",
        "Which customer asked for this first?",
        "How much money is left for the project this year?",
        "Should the release wait for the marketing campaign?",
        "Is it fine to break the public interface?",
        "Who will maintain this next year?",
        "Which licence would the company accept?",
        "How fast must it be for the users to be happy?",
        "What did the client say in the meeting?",
        "Are you satisfied with the wording of the messages?",
        "What is the tallest mountain of Africa?",
        "Shall the feature be on by default?",
        "Whose approval do we need before the launch?",
        "What is our budget for translations?",
        "Which of the two designs do you like better?",
        "What does the competitor charge?",
    ),
}

READ = "read_text_file"
ANSWERS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("What does the file src/click/globals.py say?", "filesystem", READ, ("threading",)),
    ("What does the file src/click/exceptions.py say?", "filesystem", READ, ("gettext",)),
    ("Show me src/click/testing.py", "filesystem", READ, ("contextlib",)),
    ("Read the file src/click/utils.py", "filesystem", READ, ("import os",)),
    ("What is in src/click/parser.py?", "filesystem", READ, ("optparse",)),
    ("Print src/click/formatting.py", "filesystem", READ, ("contextmanager",)),
    ("Give me the text of src/click/shell_completion.py", "filesystem", READ, ("import re",)),
    ("What stands in src/click/decorators.py?", "filesystem", READ, ("inspect",)),
    ("What does the file README.md say?", "filesystem", READ, ("Builds commands from functions",)),
    ("Open src/click/_textwrap.py", "filesystem", READ, ("textwrap",)),
    ("Which lines does src/click/termui.py begin with?", "filesystem", READ, ("itertools",)),
    ("Show the contents of src/click/types.py", "filesystem", READ, ("uuid",)),
    ("Which files are in the folder src/click?", "filesystem", "", ("decorators.py",)),
    ("List the files in src", "filesystem", "", ("click",)),
    ("Which files and folders are in the project?", "filesystem", "", ("README.md",)),
    ("What does the folder src/click contain?", "filesystem", "", ("termui.py",)),
    ("Name the modules in src/click", "filesystem", "", ("globals.py",)),
    ("How big is src/click/core.py?", "filesystem", "get_file_info", ("size",)),
    ("What size does README.md have?", "filesystem", "get_file_info", ("size",)),
    ("When was src/click/parser.py last saved on disk?", "filesystem", "get_file_info", ("modified",)),
    ("What were the last commits?", "git", "", ("Run commands in tests",)),
    ("Who made the last commit?", "git", "", ("Dana Roy",)),
    ("What did the last commit change?", "git", "git_show", ("testing.py",)),
    ("What was the message of the last commit?", "git", "", ("Run commands in tests",)),
    ("Who are the authors of the recent commits?", "git", "git_log", ("Boris Ek",)),
    ("Show the log of the repository", "git", "git_log", ("Complete words in shells",)),
    ("Which files did the latest commit touch?", "git", "git_show", ("testing.py",)),
    ("Which branches exist?", "git", "git_branch", ("trunk",)),
    ("Which branch am I on?", "git", "", ("trunk",)),
    ("List the branches of the repository", "git", "git_branch", ("trunk",)),
    ("Which uncommitted changes are in the working tree?", "git", "", ("working tree clean",)),
    ("Is there anything to commit?", "git", "git_status", ("working tree clean",)),
    ("What time is it in Tokyo now?", "time", "", ("Asia/Tokyo",)),
    ("What time is it in Nairobi?", "time", "", ("Africa/Nairobi",)),
    ("Tell me the current time in Toronto", "time", "", ("America/Toronto",)),
    ("What is the date in Auckland?", "time", "", ("Pacific/Auckland",)),
    ("Convert 10:00 UTC to Berlin time", "time", "convert_time", ("Europe/Berlin",)),
    ("If it is 3pm in New York, what is it in Paris?", "time", "convert_time", ("Europe/Paris",)),
    ("What is 08:45 in Madrid in Tokyo time?", "time", "convert_time", ("Asia/Tokyo",)),
    ("At 17:30 in London, what time is it in Chicago?", "time", "convert_time", ("America/Chicago",)),
)

GOALS = (
    "Add a --quiet option that hides progress bars",
    "Print help texts in two columns on wide terminals",
    "Complete file names in the fish shell",
    "Let a command read its defaults from an environment file",
    "Warn when an option is given twice",
    "Add a parameter type for durations such as 5m or 2h",
    "Show a spinner while a command waits",
    "Write errors as JSON when asked to",
    "Let groups load their commands lazily",
    "Suggest the nearest command name after a typing mistake",
    "Mask passwords in echoed prompts",
    "Number the lines of paged output",
    "Let tests feed several answers to prompts",
    "Stop with exit code 130 on Ctrl-C",
    "Add a command that prints the version of every plugin",
    "Check that a path lies inside a given folder",
    "Let a parameter accept a range of dates",
    "Remember the answers of earlier prompts",
    "Draw tables that fit the width of the terminal",
    "Let an option read its value from standard input",
    "Show which option came from which source",
    "Translate help texts by the user's locale",
    "Time every command when asked to",
    "Confirm before a command that deletes files",
    "Write the manual page of a command",
    "Let aliases stand for longer commands",
    "Colour the differences between two files",
    "Retry a command that failed because of the network",
)


def lay_out(folder: Path) -> Path:
    """A new project in a folder: click's modules in six commits by four people."""
    package = folder / "src" / "click"
    package.mkdir(parents=True)
    (folder / "README.md").write_text(README, encoding="utf-8")
    spec = find_spec("click")
    assert spec and spec.origin, "click is a dependency"
    _git(folder, "init", "--quiet", "--initial-branch=trunk")
    for day, (author, message, names) in enumerate(COMMITS, start=1):
        for name in names:
            shutil.copy(Path(spec.origin).parent / name, package)
        when = f"2026-03-{day:02d}T09:00:00+00:00"
        _git(folder, "add", "--all")
        _git(folder, "commit", "--quiet", "--message", message, author=author, when=when)
    return folder


def cases() -> Iterator[Case]:
    """All cases."""
    for server, questions in ROUTES.items():
        for question in questions:
            yield Case(kind="route", given=Asked(question=question), check=Check(server=server), origin="person")
    for question, server, tool, terms in ANSWERS:
        check = Check(server=server, tool=tool, terms=terms)
        yield Case(kind="answer", given=Asked(question=question), check=check, origin="person")
    for number, goal in enumerate(GOALS):
        artifact = "specs" if number % 2 else "tasks"
        about = "-".join(goal.lower().split()[:3]) if artifact == "specs" else "the tasks of the change"
        request = Requested(artifact=artifact, goal=goal, about=about)
        yield Case(kind="draft", given=request, check=Check(valid=True), origin="person")


def _git(folder: Path, *arguments: str, author: str = "Ada Lind", when: str = "") -> None:
    email = f"{author.split()[0].lower()}@example.org"
    who = {f"GIT_{role}_NAME": author for role in ("AUTHOR", "COMMITTER")}
    who |= {f"GIT_{role}_EMAIL": email for role in ("AUTHOR", "COMMITTER")}
    dates = {f"GIT_{role}_DATE": when for role in ("AUTHOR", "COMMITTER")} if when else {}
    environment = {**os.environ, **who, **dates, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True)
