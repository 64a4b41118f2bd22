"""Failures that a tool tells in its result instead of failing."""

from __future__ import annotations

import re
from typing import Any

from systems.json_values import parsed
from systems.told.error_shapes import FAILING, TURNED_DOWN, shaped
from systems.told.nothing_found import nothing_found

TOLD = "told"
"""`Operation.error_type` of such a failure."""

_BEGINS = re.compile(
    r"\s*(?:\[?(?:error|fehler|erreur|errore|fout)\]?(?:\s+[\w-]*\d[\w-]*)?\s*(?::|!|\(|\s-\s)"
    r"|\[(?:error|fatal|critical|failed|failure)\]\s|error from \w+\b"
    r"|error (?:executing|calling|invoking|running|in|while)\b"
    r"|an error (?:has )?occurred\b"
    r"|(?-i:[A-Za-z_][\w.]*(?:Error|Exception))\s*[:(]"
    r"|traceback \(most recent call last\)"
    r"|exception\s*:"
    r"|rpc error: code\b|(?:relation|table|column) \W?[\w.]+\W? does not exist\b|(?:failed|failure)\s*[:!]"
    r"|invalid (?:argument|parameter|input|value|request|format|date|query)\w*\s*[:(]"
    r"|(?:tool|request|call) (?:execution )?failed\b"
    r"|failed to\b(?! (?:find|match)\b)"
    r"|unknown tool\b|no tool named\b|tool '?[\w.-]+'? not found\b|[\w.-]+ is not a valid tool\b"
    r"|invalid (?:json )?(?:arguments|input|parameters) for (?:tool|function)\b"
    r"|[0-9]+ validation errors?\b"
    r"|http(?:/\d(?:\.\d)?)? (?:error )?(?:5\d\d|4(?!04)\d\d)\b|(?:smtp|ftp|imap|ldap|sip)\W{0,3}[45]\d\d\b"
    r"|(?:429 too many|50[0-4] (?:internal|not impl|bad gate|service|gateway)|40[0135] (?:bad|unauth|forbid|method)))",
    re.IGNORECASE,
)
_RECORDED = re.compile(r"\s*(?:traceback \(most recent|exception |[\w.]+(?:Error|Exception)\b)", re.IGNORECASE)
_RECORDS = re.compile(
    r"(?:^|[\W_])(?:logs?|errors?|crash(?:es)?|exceptions?|stack_?trace|traceback|incidents?|alerts?|dumps?|failures?)"
    r"(?:$|[\W_])",
    re.IGNORECASE,
)
_STATE_OF = re.compile(
    r"(?:^|[\W_])(?:status(?:es)?|state|health|history|diagnos\w*|monitor\w*|events?|audit|alarms?|health_?check|probe|"
    r"(?:get|show|list|describe|find|read|fetch|last|view)_(?:\w+_)?(?:jobs?|runs?|builds?|results?|tests?|"
    r"deployments?))$"
    r"|^(?:\w+_)?(?:jobs?|runs?|builds?|pipelines?|ci)(?:_runs?|_results?|_info)?$",
    re.IGNORECASE,
)
_OF_SERVICE = re.compile(
    r"\b(?:unavailable|unreachable|overloaded|internal|server|backend|upstream|gateway|service|api|database|"
    r"exception|offline|system|"
    r"traceback|permission|access|unauthori[sz]ed|forbidden|pars\w+|requests?|connect\w*|time[sd]?[ -]?out|[45]\d\d|"
    r"errno)\b|\w(?:error|exception)\b",
    re.IGNORECASE,
)
_ABOUT_CALL = re.compile(r"elapsed|took|duration|latency|_ms$|^ts$|timestamp|request|trace|attempt|retr", re.IGNORECASE)
_OUTCOME, _DIGITS = 2, 3
"""Fields of a state's record besides which there is a subject."""
_ENTRY = re.compile(r"[^\n]{0,40}?(?:\d{1,2}:\d\d|\d{4}-\d\d)|\W*error \w+:", re.IGNORECASE)
"""How the entry of a log begins: with a time, or the code of an error."""
_MESSAGES = re.compile(
    r"^(?:(?:get|read|fetch|open|show|list|last|newest|next|search)_)?(?:\w+_)?(?:e?mails?|inbox|messages?|comments?|"
    r"posts?|"
    r"reviews?|chats?|feedback|letters?)$",
    re.IGNORECASE,
)
_CHECKS = re.compile(
    r"(?:check|verify|is|can|has|may|test|validate)_(\w+)$|(?:ping|probe|traceroute)(?:_\w+)?()$", re.IGNORECASE
)
"""Tools that ask whether something is so, or may be; a no is an answer."""
_SHORTLY = re.compile(
    r"\W*(?:[a-z][\w.-]{1,15}: \(\d+\) )?"
    r"(?:(?:api |request )?rate[ -]?limit(?:ed)?\b[^.\n]{0,40}(?:\b(?:exceeded|reached|hit)|[:.!(]|$)"
    r"|(?:\w+ ){0,4}limit (?:of \d[\w ]{0,40} )?(?:was |is |has been )?(?:exceeded|reached|hit)\b"
    r"|you(?:r \w+)? (?:have |has |are )?(?:exceeded|used up|reached|been (?:rate|throttled)|sending too many)\b"
    r"|(?:the |your |this )?requests? (?:was |were |has been )?(?:throttled|rejected|refused|blocked)\b|throttled\b"
    r"|too many (?:requests|calls|attempts)\b|slow down\b"
    r"|(?:\w+ ){0,2}quota (?:\w+ ){0,4}(?:exceeded|exhausted|reached|used up)"
    r"|(?:[\w./-]+ ){1,3}(?:was |has )?(?:aborted|crashed|killed|segfaulted|terminated (?:with|by|unexpectedly|"
    r"abnormally))\b"
    r"|(?-i:ERROR|FATAL|FAILED|FAILURE|FEHLER|ERREUR|ÉCHEC|ERRORE)[ \t]+(?!\d+\s*$)\S"
    r"|gave up (?:waiting|after|on)\b|no (?:response|answer|reply) (?:from [^\n]{1,40} )?(?:within|in|after) \d"
    r"|(?:the )?(?:\w+ ){0,3}timed out\b|(?:\w+ ){0,3}timeout(?:[\s.!]*$|:| (?:after|while|waiting|of|exceeded|error|"
    r"expired))"
    r"|(?:[\w./-]+ ){0,3}(?:deadline|time limit|timeout)(?: of [\w .]{1,15})? (?:was |is |has been )?"
    r"(?:exceeded|expired|reached)\b"
    r"|(?:[\w./-]+ ){1,3}(?:has )?exceeded (?:its |the )?(?:\w+ )?(?:deadline|time ?limit|timeout)\b"
    r"|(?:[\w./-]+ ){1,3}(?:did not|didn['\u2019]t) (?:respond|answer|reply)(?: \w+)? (?:within|in|after) \d"
    r"|(?:(?:read|write|connect|getaddrinfo|error)\W)?(?-i:E(?:CONN(?:REFUSED|RESET|ABORTED)|TIMEDOUT|HOSTUNREACH|"
    r"NETUNREACH|PIPE|AI_AGAIN|NOTFOUND|ACCES|PERM|NOSPC|IO)|ERR_[A-Z]{3,}[A-Z_]*)\b"
    r"|(?:segmentation fault|command not found|access is denied|out of memory|no space left)\b"
    r"|(?:http )?status(?: code)?\W{1,2}(?:5\d\d|4(?!04)\d\d)\b \w"
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
_COUNTED = re.compile(r"[^\n:;]*[^\n:;\d]:\s*[\d.,]+\s*(?:\n|$)")
_VALIDATION = frozenset({"type", "loc", "msg"})
MOST_WORDS = 2_000


def told(result: str, tool: str = "") -> str:
    """The words of the failure that a result tells of; empty for every other result.

    Errors as data stay data: only what the whole result is counts, never what stands inside of it, and what a tool for
    logs brings are the errors of others.
    """
    if not result or (_RECORDED.match(result) and _RECORDS.search(tool)):
        return ""
    value = parsed(result) if result[0] in "{[" and len(result) < MOST_WORDS * 10 else result
    if not isinstance(value, str):
        return _in_json(value, tool)[:MOST_WORDS]
    failed = _BEGINS.match(result) or shaped(result) or (len(result) < _SHORT and _SHORTLY.match(result))
    if failed and not (_COUNTED.match(result) or _is_asked_for(result, tool)):
        return result[:MOST_WORDS]
    return result[:MOST_WORDS] if len(result) < MOST_WORDS and _ENDS.search(result[-60:]) else ""


def _is_asked_for(result: str, tool: str) -> bool:
    """Whether a text that tells of a failure is what a tool is for: the entry of a log, a message, a check's answer."""
    if _RECORDS.search(tool) and _ENTRY.match(result):
        return True
    if _MESSAGES.search(tool) and not of_service(result[:_SHORT]):
        return True
    check = _CHECKS.match(tool.rpartition(".")[2])
    about = (check[1] or "").lower() if check else ""
    return bool(check) and len(result) < _SHORT and (not about or about in result.lower()) and not _BEGINS.match(result)


def _in_json(value: Any, tool: str) -> str:
    if isinstance(value, list):  # what pydantic-ai has the model correct
        refused = value and all(isinstance(one, dict) and _VALIDATION.issubset(one) for one in value)
        return "; ".join(f"{one['loc']}: {one['msg']}" for one in value) if refused else ""
    if not isinstance(value, dict):
        return ""
    if value.get("isError") is True or value.get("is_error") is True:
        return str(value.get("content") or value)
    if "jsonrpc" in value and value.get("error"):  # https://www.jsonrpc.org/specification#error_object
        return str(value["error"])
    if len(value) == 1 and isinstance(inner := next(iter(value.values())), dict) and not _words_of(value, _ERRORS):
        return _in_json(inner, tool)
    if value.get("error") is True or (
        not _SUCCESS.isdisjoint(value) and any(_is_no(value[name]) for name in _SUCCESS & value.keys())
    ):
        return _words_of(value, _ERRORS) or _words_of(value, _WORDS)
    if "data" in value and not value["data"] and _is_error_code(value.get("code")):
        return _words_of(value, _ERRORS) or _words_of(value, _WORDS)
    error = _outcome(value)
    return "" if asks_for_state(tool) and len(value) > _OUTCOME and not of_service(error) else error


def _outcome(value: dict[str, Any]) -> str:
    """The words of a failure by the fields of a result that are for its status, its error or its exit."""
    brief = len(value) <= 3 or _PROBLEM.issuperset(value)
    code = (
        next((value[name] for name in _STATUS if name in value and _is_refusal(value[name])), None) if brief else None
    )
    if isinstance(code, str) and not _words_of(value, _WORDS):  # the number of a room, of a product
        code = None
    failed = next((one for name, one in value.items() if isinstance(one, str) and _says_failed(name, one)), "")
    error = _words_of(value, _ERRORS) if code or failed or brief else ""
    if error and not (code or failed) and nothing_found(error):
        return ""
    if code or failed:
        error = error or _words_of(value, _WORDS) or ("" if not code and _has_more(value) else failed or str(value))
    if not error and _LISTED.issuperset(value) and not value.get("data"):
        error = _of_list(value.get("errors"))
    if error:
        return f"status {code}: {error}" if code else error
    if any(_is_exit(value.get(name)) for name in _EXITS) and value.get("stderr"):
        return str(value["stderr"])
    return ""


def _words_of(value: dict[str, Any], fields: tuple[str, ...]) -> str:
    """The words of the first of some fields that says something."""
    told = next((value[name] for name in fields if value.get(name) and not _is_none(value[name])), "")
    return str(told)


def _of_list(errors: Any) -> str:
    """The message of the first of the errors that GraphQL and JSON:API list."""
    first = errors[0] if isinstance(errors, list) and errors else None
    return _words_of(first, _WORDS) if isinstance(first, dict) else first if isinstance(first, str) else ""


def _has_more(value: dict[str, Any]) -> bool:
    """Whether a result says more than its state and how the call went, so that the state may be that of something."""
    return any(
        one not in (None, "", [], {}) and name.lower() not in _STATES | _RESULTS and not _ABOUT_CALL.search(name)
        for name, one in value.items()
    )


def _says_failed(name: str, value: str) -> bool:
    """Whether a field is for the outcome, and its value says that there was none."""
    if len(value) >= 30:
        return False
    name = name.lower()
    if name in _STATES:
        return bool(_FAILED.fullmatch(value))
    return name in _RESULTS and bool(_FAILED.fullmatch(value) or _TURNED_DOWN.fullmatch(value))


def of_service(error: str) -> bool:
    """Whether the words of an error are about the service itself, its time or its rights, and not about its subject."""
    return bool(_OF_SERVICE.search(error))


def asks_for_state(tool: str) -> bool:
    """Whether a tool is named for the state or the records of something, whose failures are what was asked for."""
    return bool(_RECORDS.search(tool) or _STATE_OF.search(tool))


def _is_none(error: Any) -> bool:
    """Whether a field for an error says that there is none, or only that there is one."""
    return error is True or (isinstance(error, str) and error.strip().lower() in _NO_ERROR)


def _is_refusal(code: Any) -> bool:
    """Whether it is a status of HTTP that says that a request failed; what is merely not there (404) did not."""
    if isinstance(code, str) and len(code) == _DIGITS and code.isdecimal():
        code = int(code)
    return isinstance(code, int) and (code in (400, 401, 403, 408, 422, 429) or 500 <= code <= 599)


def _is_no(value: Any) -> bool:
    """Whether a field for success says that there was none."""
    return value is False or (type(value) is int and value == 0) or (isinstance(value, str) and value.lower() in _NOT)


def _is_error_code(code: Any) -> bool:
    """Whether it is a code by which an envelope of code, message and data tells of an error: `0` and `2xx` are none."""
    return type(code) is int and code not in (0, 1, 404) and not 200 <= code < 300


def _is_exit(code: Any) -> bool:
    return isinstance(code, int) and not isinstance(code, bool) and code != 0


_FAILED = re.compile(FAILING, re.IGNORECASE)
_TURNED_DOWN = re.compile(TURNED_DOWN, re.IGNORECASE)
_STATES = frozenset("status state outcome zustand statut état etat estado stato toestand 状态 状態".split())
_RESULTS = frozenset("result response ergebnis résultat resultat resultado risultato resultaat 结果 結果".split())
_PROBLEM = frozenset(("type", "title", "status", "detail", "instance"))
"""Fields of a failure of HTTP told in JSON (RFC 9457)."""
_LISTED = frozenset(("data", "errors", "extensions", "meta", "jsonapi"))
"""Fields of an answer of GraphQL or JSON:API."""
_STATUS = ("status", "code", "status_code", "statusCode", "http_status", "cod")
_SUCCESS = frozenset(
    "success ok succeeded successful erfolg erfolgreich succès succes réussi éxito exito exitoso sucesso successo "
    "riuscito "
    "gelukt 成功".split()
)
_NOT = ("false", "no", "nein", "non")
_ERRORS = tuple("error error_message errorMessage error_msg errmsg err exception fehler erreur errore erro".split())
_NO_ERROR = frozenset("none no null nil ok 0 - keiner kein keine aucune aucun ninguno nessuno nenhum geen".split())
_WORDS = tuple(
    "message reason detail title msg cause code error_code errorCode __type "
    "meldung fehlermeldung nachricht grund raison motif mensaje motivo messaggio mensagem bericht reden 消息 原因 "
    "メッセージ".split()
)
_EXITS = ("exit", "exit_code", "exitCode", "returncode")
