"""Credentials that stand in a text in the clear.

Two ways to know one: its own form (the key formats of well-known services, private keys, signed tokens, passwords in
addresses), or a name before it that says what it is (`password: ...`, `api_key=...`). What stands there instead of a
credential is none: placeholders, examples, masks, references to variables, hashes, ids, plain words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

_NOT_ASCII = ("contraseña", "парол", "密码", "パスワード")

_FORMS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (what, tuple(signs.split()), re.compile(pattern))
    for what, signs, pattern in (
        (
            "private key",
            "PRIVATE",
            r"-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----(?:\\n|\s){0,8}[\w+/=]{16}",
        ),
        ("signed token", "eyJ", r"\beyJ[\w-]{10,4000}\.eyJ[\w-]{8,8000}\.[\w-]{16,2000}"),
        ("AWS access key", "AKIA ASIA", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
        ("GitHub token", "gh github_pat_", r"\b(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{30,255})"),
        ("GitLab token", "glpat-", r"\bglpat-[\w-]{18,255}"),
        ("Slack token", "xox xapp-", r"\bxox[abeoprs]-[A-Za-z0-9-]{16,255}|\bxapp-\d-[A-Za-z0-9-]{20,255}"),
        ("Slack webhook", "hooks.slack", r"hooks\.slack\.com/services/T\w{6,40}/B\w{6,40}/\w{16,80}"),
        (
            "payment key",
            "_live_ _test_ whsec_",
            r"\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,255}|\bwhsec_[\w+/=]{20,255}",
        ),
        ("model provider's key", "sk-", r"\bsk-(?:proj-|svcacct-|admin-|ant-|or-)?[\w-]{20,255}"),
        ("Google key", "AIza GOCSPX- ya29.", r"\bAIza[\w-]{30,80}|\bGOCSPX-[\w-]{20,80}|\bya29\.[\w-]{20,4000}"),
        ("hub token", "hf_ npm_ pypi-", r"\b(?:hf_[A-Za-z0-9]{28,80}|npm_[A-Za-z0-9]{30,80}|pypi-[\w-]{40,400})"),
        ("mail service's key", "SG. key-", r"\bSG\.[\w-]{16,80}\.[\w-]{16,80}|\bkey-[0-9a-f]{32}\b"),
        (
            "service token",
            "dop_v1_ shp dapi hvs.",
            r"\b(?:dop_v1_[0-9a-f]{40,80}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}|dapi[0-9a-f]{32}|hvs\.[\w-]{24,400})",
        ),
    )
)
_ADDRESS = re.compile(r"(?<=://)[^\s/:@\"'<>]{0,80}:([^\s/@\"'<>]{3,200})@[\w.-]")
_COMMAND = re.compile(
    r"\b(?:mysql\w*|mariadb\w*|sshpass|mongo\w*)\b[^\n|;]{0,200}?\s-p\s?['\"]?([^\s'\"]{6,200})"
    r"|\bcurl\b[^\n|;]{0,300}?\s(?:-u|--user)\s?['\"]?[^\s:'\"]{1,80}:([^\s'\"]{6,200})"
)
_HEADER = re.compile(r"\b(?:[Bb]earer|BEARER|[Bb]asic)\s{1,3}([A-Za-z0-9._~+/=-]{16,4000})")

_NAMES = [
    *"password passwd passwort passphrase passcode pwd kennwort contraseña wachtwoord senha пароль 密码 パスワード "
    "secret key token credential credentials".split(),
    "mot de passe",
]
_BEFORE = re.compile(
    r"(?:api|access|account|auth|private|signing|encryption|secret|shared|master|service|client|subscription|"
    r"license)[\s_-]?$"
)
_GIVEN = re.compile(
    r"[\"'`]{0,2}\s{0,3}(?P<mark>[:=\uff1a]|=>|\b(?:is|lautet|ist|est|es|é|to)\b)\s{0,3}\\?[\"'`]?"
    r"(?P<value>[^\s\"'`,;<>\\]{6,400})",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(
    r"(?:page|next|prev|previous|continuation|cursor|sync|csrf|xsrf|max|min|num|total|input|output|prompt|completion|"
    r"cached|public|primary|foreign|sort|partition|idempotency|cache|object|routing)[\s_.-]?$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"x{4,}|\*{2,}|•{2,}|\.{3,}|…|#{3,}|_{4,}|example|placeholder|your[_-]|my[_-]?(?:secret|pass|key|token)|changeme|"
    r"change[_-]me|redacted|masked|hidden|removed|dummy|sample|foobar|insert|replace|todo|test[_-]?(?:key|token|pass)|"
    r"^[<\[{($%]|[>\]})]$|\$\{|\{\{|%\(|^(?:os\.|env|process\.|vault:|ref:|arn:|ssm:|sha\d|md5|file:|https?:)|"
    r"^(?:null|none|true|false|undefined|empty|missing|required|optional|string|secret|password|token|hunter2)$|"
    r"1234|abcd|qwerty|getenv|secrets?\.|^(.)\1+$",
    re.IGNORECASE,
)
_HASH = re.compile(
    r"^(?:[0-9a-f]{7,16}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}"
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"pass|pwd|kennwort|contraseña|wachtwoord|senha|парол|密码|パスワード")
_LONG = 1_000_000
_MOST = 10_000


class Credential(NamedTuple):
    """One found: what it is, and its text, which must never be shown."""

    what: str
    text: str

    @property
    def masked(self) -> str:
        """Enough of it to find it again, too little to use it."""
        text = self.text
        if text.startswith("-----BEGIN"):
            return text[:40].partition("\n")[0] + "…"
        return f"{text[: 4 if len(text) >= 20 else 1]}… ({len(text)} characters)"


def may_have(lower: str) -> bool:
    """Whether a text, given in lower case, could have a credential at all.

    Written out because it is asked so often: single letters are found fastest, and a rare one rules out its words.
    Rare forms that nearly always stand beside one of these words have no test of their own.
    """
    if (
        "pass" in lower
        or "secret" in lower
        or ("k" in lower and ("key" in lower or "token" in lower or "akia" in lower))
    ):
        return True
    if ("@" in lower and "://" in lower) or ("j" in lower and "eyj" in lower) or ("z" in lower and "aiza" in lower):
        return True
    if ("w" in lower and ("pwd" in lower or "nwort" in lower)) or ("b" in lower and "bearer" in lower):
        return True
    if "-" in lower and (
        "sk-" in lower
        or " -p" in lower
        or " -u" in lower
        or ("x" in lower and ("xox" in lower or "gocspx-" in lower))
        or "glpat-" in lower
    ):
        return True
    if "_" in lower and ("hp_" in lower or "sk_" in lower or "rk_" in lower or "pat_" in lower or "hf_" in lower):
        return True
    if "." in lower and ("ya29." in lower or "sg." in lower or "hvs." in lower or "hooks." in lower):
        return True
    return not lower.isascii() and any(mark in lower for mark in _NOT_ASCII)


def credentials(text: str) -> Iterator[Credential]:
    """The credentials in a text, each once, those with a form of their own first."""
    text = text[:_LONG]
    found: list[str] = []
    for credential in (*_formed(text), *_commanded(text), *_named(text)):
        if not any(credential.text in one for one in found):
            found.append(credential.text)
            yield credential


def _formed(text: str) -> Iterator[Credential]:
    for what, signs, pattern in _FORMS:
        if any(sign in text for sign in signs):
            for match in pattern.finditer(text):
                if what == "private key" or (not _PLACEHOLDER.search(match[0]) and _mixed(match[0], 2.6)):
                    yield Credential(what, match[0])
    if "://" in text and "@" in text:
        for match in _ADDRESS.finditer(text):
            if not _PLACEHOLDER.search(match[1]) and not _word(match[1]):
                yield Credential("password in an address", match[1])
    for match in _HEADER.finditer(text):
        if not _PLACEHOLDER.search(match[1]) and _mixed(match[1], 3.0):
            yield Credential("authorization", match[1])


def _commanded(text: str) -> Iterator[Credential]:
    if " -p" in text or " -u" in text or "--user" in text:
        for match in _COMMAND.finditer(text):
            password = match[1] or match[2]
            if not (_PLACEHOLDER.search(password) or _word(password)):
                yield Credential("password in a command", password)


def _named(text: str) -> Iterator[Credential]:
    lower = text.lower()
    if len(lower) != len(text):
        lower = text
    for name in _NAMES:
        at, tries = lower.find(name), 0
        while at >= 0 and tries < _MOST:
            end, tries = at + len(name), tries + 1
            before = lower[max(0, at - 24) : at]
            match = _GIVEN.match(text, end) if not _NO_SECRET.search(before) else None
            if match and (name != "key" or _BEFORE.search(before)):
                value = match["value"].rstrip(".)")
                if _secret(name, match["mark"], value):
                    yield Credential(name, value)
            at = lower.find(name, end)


def _secret(name: str, mark: str, value: str) -> bool:
    """Whether what a name like `password` or `token` is given is one."""
    if _PLACEHOLDER.search(value) or _HASH.match(value) or "(" in value:
        return False
    if _PASSWORD.search(name):
        return not _word(value) and (mark in ":=\uff1a=>" or _classes(value) >= 3)
    return len(value) >= 16 and _mixed(value, 3.0) and not _word(value)


def _word(value: str) -> bool:
    """Whether a value is a plain word, a number, a name in words or a path, none of which is secret."""
    if len(set(value)) < 4 or re.fullmatch(r"[\d.,:/-]+", value) or value.count("/") > 1:
        return True
    letters = re.sub(r"[\W_]", "", value)
    return letters.isalpha() and (value.islower() or value.istitle() or value.isupper() or "_" in value)


def _classes(value: str) -> int:
    return sum(bool(re.search(kind, value)) for kind in ("[a-z]", "[A-Z]", r"\d", r"[^\w\s]"))


def _mixed(value: str, least: float) -> bool:
    """Whether the characters look drawn by chance: letters and digits, and `least` bits of entropy in each."""
    if not (re.search(r"\d", value) and re.search("[A-Za-z]", value)):
        return False
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts) >= least
