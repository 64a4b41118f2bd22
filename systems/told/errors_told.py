"""Failures that a tool tells in its result instead of failing."""

from __future__ import annotations

import re
from typing import Any

from systems.json_values import parsed
from systems.told.error_shapes import FAILING, TURNED_DOWN, shaped

TOLD = "told"
"""`Operation.error_type` of such a failure."""

_BEGINS = re.compile(
    r"\s*(?:\[?(?:error|fehler|erreur|errore|fout)\]?(?:\s+[\w-]*\d[\w-]*)?\s*(?::|!|\(|\s-\s)"
    r"|error (?:executing|calling|invoking|running|in|while)\b"
    r"|an error (?:has )?occurred\b"
    r"|(?-i:[A-Za-z_][\w.]*(?:Error|Exception))\s*[:(]"
    r"|traceback \(most recent call last\)"
    r"|exception\s*:"
    r"|(?:tool|request|call) (?:execution )?failed\b"
    r"|failed to\b(?! (?:find|match)\b)"
    r"|unknown tool\b|no tool named\b|tool '?[\w.-]+'? not found\b|[\w.-]+ is not a valid tool\b"
    r"|invalid (?:json )?(?:arguments|input|parameters) for (?:tool|function)\b"
    r"|[0-9]+ validation errors?\b"
    r"|http (?:error )?(?:5\d\d|4(?!04)\d\d)\b|(?:smtp|ftp|imap|ldap|sip)\W{0,3}[45]\d\d\b"
    r"|(?:429 too many|50[0-4] (?:internal|not impl|bad gate|service|gateway)|40[0135] (?:bad|unauth|forbid|method)))",
    re.IGNORECASE,
)
_RECORDED = re.compile(r"\s*(?:traceback \(most recent|exception |[\w.]+(?:Error|Exception)\b)", re.IGNORECASE)
_RECORDS = re.compile(
    r"(?:^|[\W_])(?:logs?|errors?|crash(?:es)?|exceptions?|stack_?trace|traceback|incidents?|alerts?|dumps?|failures?)"
    r"(?:$|[\W_])",
    re.IGNORECASE,
)
_SHORTLY = re.compile(
    r"\W*(?:(?:api |request )?rate[ -]?limit(?:ed)?\b[^.\n]{0,40}(?:\b(?:exceeded|reached|hit)|[:.!(]|$)"
    r"|(?:\w+ ){0,4}limit (?:of \d[\w ]{0,40} )?(?:was |is |has been )?(?:exceeded|reached|hit)\b"
    r"|you(?:r \w+)? (?:have |has |are )?(?:exceeded|used up|reached|been (?:rate|throttled)|sending too many)\b"
    r"|(?:the |your |this )?requests? (?:was |were |has been )?(?:throttled|rejected|refused|blocked)\b|throttled\b"
    r"|too many (?:requests|calls|attempts)\b|slow down\b"
    r"|(?:\w+ ){0,2}quota (?:\w+ ){0,4}(?:exceeded|exhausted|reached|used up)"
    r"|(?:the )?(?:\w+ ){0,3}timed out\b|timeout(?:\s*$|:| (?:after|while|waiting|of|exceeded|error|expired))"
    r"|connection (?:refused|reset|error|closed|aborted|lost|timed out|was reset)\b"
    r"|(?:the )?(?:\w+ ){0,3}(?:service|server|api|gateway|host|backend|upstream|database) (?:is )?"
    r"(?:temporarily |currently )?(?:unavailable|unreachable|down|overloaded|offline)\b"
    r"|(?:internal server error|bad gateway|service unavailable|gateway time-?out)\b"
    r"|(?:access|permission) denied\b|unauthori[sz]ed\b(?!\s+(?:access|use|entr|copies))"
    r"|(?:could not|couldn't|cannot|can't|unable to) (?:connect|reach|complete|process|execute|authenticate|parse)\b"
    r"|(?:operation|execution|upload|download|deployment|transaction|payment|job|step) (?:has )?failed\b"
    r"|\w+error\s*$)",
    re.IGNORECASE,
)
_SHORT = 400
_ENDS = re.compile(
    r"(?:please )?fix (?:the errors?|your mistakes?) ?(?:and try again)?\.?\s*$|please try again\.?\s*$", re.IGNORECASE
)
_COUNTED = re.compile(r"[^\n:]*:\s*[\d.,]+\s*(?:\n|$)")
_VALIDATION = frozenset({"type", "loc", "msg"})
MOST_WORDS = 2_000


def told(result: str, tool: str = "") -> str:
    """The words of the failure that a result tells of; empty for every other result.

    Errors as data stay data: only what the whole result is counts, never what stands inside of it, and what a tool for
    logs brings are the errors of others.
    """
    if not result or (_RECORDED.match(result) and _RECORDS.search(tool)):
        return ""
    if result[0] in "{[":
        return _in_json(parsed(result)) if len(result) < MOST_WORDS * 10 else ""
    failed = _BEGINS.match(result) or shaped(result) or (len(result) < _SHORT and _SHORTLY.match(result))
    if failed and not _COUNTED.match(result):
        return result[:MOST_WORDS]
    return result[:MOST_WORDS] if len(result) < MOST_WORDS and _ENDS.search(result[-60:]) else ""


def _in_json(value: Any) -> str:
    if isinstance(value, list):  # what pydantic-ai has the model correct
        refused = value and all(isinstance(one, dict) and _VALIDATION.issubset(one) for one in value)
        return "; ".join(f"{one['loc']}: {one['msg']}" for one in value)[:MOST_WORDS] if refused else ""
    if not isinstance(value, dict):
        return ""
    if value.get("isError") is True or value.get("is_error") is True:
        return str(value.get("content") or value)[:MOST_WORDS]
    brief = len(value) <= 3 or _PROBLEM.issuperset(value)
    code = next((one for one in map(value.get, _STATUS) if _is_refusal(one)), None) if brief else None
    failed = any(_says_failed(name, one) for name, one in value.items() if isinstance(one, str) and len(one) < 30)
    refused = code is not None or failed or any(value.get(name) is no for name, no in _NO)
    error = next((value[name] for name in _ERRORS if value.get(name) and not _is_none(value[name])), None)
    if not error and refused:
        error = next((value[name] for name in _WORDS if value.get(name)), None)
    elif not refused and len(value) > 3:
        error = None
    if error:
        return (f"status {code}: {error}" if code else str(error))[:MOST_WORDS]
    if any(_is_exit(value.get(name)) for name in _EXITS) and value.get("stderr"):
        return str(value["stderr"])[:MOST_WORDS]
    return ""


def _says_failed(name: str, value: str) -> bool:
    """Whether a field is for the outcome, and its value says that there was none."""
    name = name.lower()
    if name in _STATES:
        return bool(_FAILED.fullmatch(value))
    return name in _RESULTS and bool(_FAILED.fullmatch(value) or _TURNED_DOWN.fullmatch(value))


def _is_none(error: Any) -> bool:
    """Whether a field for an error says that there is none, or only that there is one."""
    return error is True or (isinstance(error, str) and error.strip().lower() in _NO_ERROR)


def _is_refusal(code: Any) -> bool:
    """Whether it is a status of HTTP that says that a request failed; what is merely not there (404) did not."""
    return isinstance(code, int) and (code in (400, 401, 403, 408, 422, 429) or 500 <= code <= 599)


def _is_exit(code: Any) -> bool:
    return isinstance(code, int) and not isinstance(code, bool) and code != 0


_FAILED = re.compile(FAILING, re.IGNORECASE)
_TURNED_DOWN = re.compile(TURNED_DOWN, re.IGNORECASE)
_STATES = frozenset("status state outcome zustand statut état etat estado stato toestand 状态 状態".split())
_RESULTS = frozenset("result response ergebnis résultat resultat resultado risultato resultaat 结果 結果".split())
_PROBLEM = frozenset(("type", "title", "status", "detail", "instance"))
"""Fields of a failure of HTTP told in JSON (RFC 9457)."""
_STATUS = ("status", "code", "status_code", "statusCode", "http_status")
_NO = (("success", False), ("ok", False), ("error", True))
_ERRORS = tuple("error error_message errorMessage exception fehler erreur errore erro".split())
_NO_ERROR = frozenset("none no null nil ok 0 - keiner kein keine aucune aucun ninguno nessuno nenhum geen".split())
_WORDS = tuple(
    "message reason detail title msg cause code error_code errorCode __type "
    "meldung nachricht grund raison motif mensaje motivo messaggio mensagem bericht reden 消息 原因 メッセージ".split()
)
_EXITS = ("exit", "exit_code", "exitCode", "returncode")
