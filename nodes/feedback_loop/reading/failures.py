"""Why an operation failed, in one word."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.reading.recorded import Recorded
from systems import names

Cause = Literal["timeout", "rate_limited", "connection_lost", "invalid", "truncated", "absent", "error"]

_MOST = 1_000

_OWN: dict[str, Cause] = {
    "timeout": "timeout",
    "truncated": "truncated",
    "lost": "connection_lost",
    "arguments": "invalid",
    "invalid": "invalid",
    "unavailable": "absent",
}
"""specloop's words for causes."""

_TYPES: tuple[tuple[Cause, re.Pattern[str]], ...] = (
    ("truncated", re.compile(r"LengthFinishReason|OutputTokenLimit|MaxTokensReached|IncompleteToolCall|max_tokens_")),
    ("rate_limited", re.compile(r"rate_?limit|TooManyRequests|^429$|throttl|ResourceExhausted|quota_?exceeded", re.I)),
    ("timeout", re.compile(r"time_?d?_?out|deadline_?exceeded|^(?:408|504|524)$", re.I)),
    (
        "connection_lost",
        re.compile(
            r"connection_?(?:error|reset|refused|aborted|closed|lost)|ConnectError|BrokenPipe|RemoteProtocolError|"
            r"ClosedResource|EndOfStream|ServerDisconnected|NetworkError",
            re.I,
        ),
    ),
    (
        "invalid",
        re.compile(
            r"ValidationError|JSONDecodeError|OutputPars|StructuredOutput|ToolInvocationError|ToolInputPars|"
            r"ModelBehaviou?rError|InvalidTool|IncorrectToolArgument|ToolArgument|UnprocessableEntity|SchemaError|"
            r"ConverterError|AgentParsingError"
        ),
    ),
)
"""By the name of the exception; those that only wrap another one (`ToolRetryError`) say nothing."""

_WORDS: tuple[tuple[Cause, re.Pattern[str]], ...] = (
    (
        "rate_limited",
        re.compile(
            r"rate[\s_-]?limit|too[\s_-]?many[\s_-]?requests|(?:http|status|code|error)\W{0,12}429\b|"
            r"\b429\W{0,3}(?:client|error|$)|throttl|\bresource[\s_]?exhausted|"
            r"requests? per (?:second|minute|hour|day)|"
            r"(?<!disk )(?<!storage )\b(?:quota|request limit|usage limit)\b.{0,60}\b(?:exceeded|exhausted|reached|"
            r"used up)|"
            r"exceeded\b.{0,40}(?<!disk )(?<!storage )\bquota|insufficient_quota|\bretry-after\b|"
            r"zu viele anfragen|trop de requêtes|demasiadas (?:solicitudes|peticiones)|troppe richieste|"
            r"(?:muitas|demasiados?) (?:solicitações|pedidos)|te veel verzoeken|请求过多|リクエストが多すぎ",
            re.I,
        ),
    ),
    (
        "invalid",
        re.compile(
            r"\bvalidation (?:errors?|failed) (?:for|in|on)\b|\bvalidation_error|invalid (?:tool )?(?:arguments?|json|"
            r"parameters?|tool call|structured output)\b|argument (?:pars|valid|conver)\w+ failed|not valid json|"
            r"(?:missing|lacks?|mandatory|required)\b.{0,30}\b(?:arguments?|parameters?|propert(?:y|ies)|fields?)\b|"
            r"\bunexpected (?:keyword )?argument|\b(?:field|property|parameter|argument)\b.{0,40} (?:is )?required\b|"
            r"failed to (?:parse|validate|convert)\b.{0,60}\b(?:json|structured|output|arguments?|data|model|tool)\b|"
            r"unable to parse string as|\bjson_invalid\b|"
            r"\binput should be (?:a |an |\')|has type '?\w+'? but should be|"
            r"expecting (?:value|property name|',' delim)|unterminated string|"
            r"(?:output|result) (?:retries|validation)|expected an? (?:integer|number|string|object|array|boolean)\b|"
            r"does not match (?:the )?(?:expected )?schema|schema (?:validation|mismatch)|"
            r"\bmust be (?:of type |an? )?(?:valid )?(?:number|numeric|int|integer|float|string|bool|boolean|"
            r"list|array|object|dict|date|uuid|url|email)\b|\bis not (?:one of\b|an? valid (?:option|choice|enum))|"
            r"\b(?:allowed|valid|permitted) (?:values|options|choices)\b|\b(?:yyyy|dd|mm)[-/.](?:mm|dd|yyyy)\b|"
            r"is not of type '|did not produce structured output|"
            r"arguments? must be (?:a |an )?(?:valid )?(?:json|dict)|pflichtfeld|"
            r"\b(?:feld|parameter|argument|angabe)\b.{0,40}\b(?:fehlt|erforderlich)\b|"
            r"\bungültige[rsn]? (?:argument|parameter|eingabe|format|datum)|"
            r"\b(?:champ|argument|paramètre)s? (?:\S+ )?(?:requis|obligatoire|manquant)|"
            r"\b(?:campo|parámetro|argumento|parametro)s? (?:\S+ )?(?:obligatori[oa]|requerid[oa]|faltante|obrigatório|"
            r"obbligatorio|mancante)",
            re.I,
        ),
    ),
    (
        "timeout",
        re.compile(
            r"\btime[sd]?[\s_-]?out|timeout(?:error|exception|expired)|deadline[\s_]?exceeded|etimedout|"
            r"\btook too long|\b(?:did(?: not|n['\u2019]t)|no) "
            r"(?:answer|respond|response|reply|finish|complete|return)\w*\b.{0,40}\b(?:(?:with)?in \d|after \d|"
            r"in time\b)|"
            r"\bgave up (?:waiting|after \d)|"
            r"\b(?:keine antwort|pas de réponse|sin respuesta|nessuna risposta|sem resposta|geen antwoord)\b.{0,40}\d|"
            r"zeitüberschreitung|délai (?:d['\u2019]attente )?(?:dépassé|expiré)|tiempo de espera|"
            r"tempo (?:limite|scaduto|esgotado)|超时|逾時|タイムアウト|시간 초과|"
            r"\b(?:exceeded|exceeds) (?:the |its )?(?:\w+ )?time limit",
            re.I,
        ),
    ),
    (
        "connection_lost",
        re.compile(
            r"connection ?(?:error|was reset|reset|refused|aborted|closed|lost|dropped)|econn(?:reset|refused|aborted)|"
            r"broken ?pipe|server disconnected|network is unreachable|remote end closed|peer closed|socket hang up|"
            r"reset by peer|"
            r"(?:lost|dropped|closed) (?:the |its )?connection|"
            r"connection (?:to|with|from) [^.;,]{1,60}? (?:was |is |has been )?(?:lost|dropped|reset|refused|closed|"
            r"aborted|broken|terminated)|"
            r"(?:verbindung|connexion|conexi[oó]n|connessione|conexão|verbinding)\b.{0,40}(?:abgelehnt|verweigert|"
            r"abgebrochen|unterbrochen|getrennt|verloren|refusée|perdue|interrompue|rechazada|perdida|interrumpida|"
            r"rifiutata|persa|interrotta|recusada|geweigerd|verbroken)",
            re.I,
        ),
    ),
)


_DECODING = re.compile(
    r"JSONDecode|unterminated string|expecting (?:value|property name|',')|not valid json|json_invalid", re.I
)


def cause(operation: Recorded) -> Cause:
    """The cause, from the type of the error, and from its words where the type says nothing.

    A tool that could not read some JSON though its arguments are JSON failed by itself.
    """
    own = operation.attributes.get(names.CAUSE)
    found = _cause(str(own) if own else "", operation.error_type, operation.error[:_MOST])
    if found != "invalid" or operation.kind != "tool" or operation.arguments[:1] != "{":
        return found
    decoding = _DECODING.search(f"{operation.error_type} {operation.error[:_MOST]}")
    return "error" if decoding and isinstance(parsed(operation.arguments), dict) else found


@lru_cache(maxsize=4_096)
def _cause(own: str, error_type: str, words: str) -> Cause:
    for said in (own, error_type):
        if said in _OWN:
            return _OWN[said]
        for found, pattern in _TYPES:
            if said and pattern.search(said):
                return found
    for found, pattern in _WORDS:
        if words and pattern.search(words):
            return found
    return "error"


def of_words(words: str) -> Cause:
    """The cause that words alone tell of."""
    return _cause("", "", words[:_MOST])


def wrong_form(words: str) -> bool:
    """Whether the words of an error say that the form of something was wrong: arguments, JSON, a schema."""
    return any(pattern.search(words[:_MOST]) for found, pattern in _WORDS if found == "invalid")


_WRONG_FORM = tuple(
    "valid|json|must be|one of|allowed|yyyy|argument|"
    "parameter|propert|field|failed to|parse|should be|expecting|unterminated|retries|expected a|"
    "schema|of type|structured output|feld|angabe|champ|campo|argomento".split("|")
)


def may_be_wrong_form(words: str) -> bool:
    """Whether `wrong_form` could be true of some words; much faster."""
    lower = words[:_MOST].lower()
    return any([sign in lower for sign in _WRONG_FORM])
