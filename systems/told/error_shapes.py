"""The shapes and first words in which services and commands tell that they failed, in the languages people use.

    <Response><Status>FAULT</Status>...     exit status 2     ERR_4417 not written     Zugriff verweigert

Anchored at the beginning of a text: what stands further in may be about the errors of others.
"""

from __future__ import annotations

import re

FAILING = (
    r"(?:error|err|fault(?:ed)?|fail(?:ed|ure)?|fatal|crashed|aborted|time(?:d)?[ _-]?out|throttled|rate[ _-]?limited|"
    r"unavailable|unreachable|disconnected|nok|ko|"
    r"fehler(?:haft)?|fehlgeschlagen|gescheitert|abgebrochen|erreur|[ée]chec|[ée]chou[ée]|indisponible|"
    r"fallo|fallid[oa]|fall[oó]|no disponible|errore|fallit[oa]|erro|falha|falhou|fout|mislukt|błąd|hata|"
    r"ba\u015far\u0131s\u0131z|ошибка|сбой|エラー|失敗|错误|失败|오류|실패)"
)
"""What a field for the outcome of a call says where it failed."""

TURNED_DOWN = (
    r"(?:declined|refused|rejected|denied|forbidden|abgelehnt|refus[ée]e?|rechazad[oa]|rifiutat[oa]|recusad[oa])"
)
"""What a field `result` says besides: as a `status` these may be the state of what was asked for."""

_MARKUP = re.compile(
    rf"<(?:\w+:)?(?:status|state|result|outcome)>\s*(?:{FAILING}|{TURNED_DOWN})\s*</"
    r"|<(?:\w+:)?(?:success|ok)>\s*(?:false|0|no)\s*</"
    r"|<(?:\w+:)?(?:fault|faultstring|error|exception)\b[^>]*>\s*(?!none\b|0\b|ok\b|null\b)(?:<\w|[^<\s])"
    r"|<(?:title|h1)>\s*(?:error\b|4(?!04)\d\d\b|5\d\d\b)"
    r"|^\s*(?:<\?xml[^>]*>\s*)?<(?:\w+:)?(?:fault|error|exception)\b",
    re.IGNORECASE,
)
_FIELDS = re.compile(
    rf"\W*(?:status|state|result|outcome)\s*[:=]\s*[\"']?{FAILING}\b.*\b(?:reason|message|detail|code|error|cause)\s*[:=]",
    re.IGNORECASE | re.DOTALL,
)
_BEGINS = re.compile(
    r"\W*(?:"
    r"(?:process )?(?:exit(?:ed)?|returned)(?: with)?(?: (?:status|code|value))+\W{1,3}[1-9]"
    r"|command (?:failed|exited|returned)\b|(?:fatal|panic|npm err!)\W|curl: \(\d+\)|ora-\d{5}|sqlstate\W|errno\b"
    r"|(?-i:ERR(?:OR)?[_-]?\d{2,})\b"
    r"|[\w./-]{1,30}: (?:line \d+: )?(?:[\w./'\"-]{1,60}: )?(?:fatal\b|error[:! ]|cannot \w+|command not found|"
    r"no such file|permission denied|operation not permitted|connection refused|could not \w+|no space left)"
    r"|\[errno -?\d+\]"
    r"|(?:fehler|erreur|errore|erro|fout|błąd|hata|ошибка|feil|fel|virhe|chyba)(?: [\w-]*\d[\w-]*)?\s*[:!(]"
    r"|(?:fehlgeschlagen|gescheitert|abgebrochen|[ée]chec|fallo|fallid[oa]|fallit[oa]|falha|falhou|"
    r"mislukt)\s*[:!(\u2013-]"
    r"|(?:keine antwort|pas de réponse|sin respuesta|nessuna risposta|sem resposta|geen antwoord)\b[^\n]{0,40}\d"
    r"|(?:エラー|错误|錯誤|오류)"
    r"|(?:zeitüberschreitung|délai (?:d['\u2019]attente )?(?:dépassé|expiré)|tiempo de espera|tempo (?:limite|scaduto|"
    r"esgotado)|время ожидания|超时|逾時|タイムアウト|시간 초과)"
    r"|(?:die |la |a |il |o |de )?(?:verbindung|connexion|conexi[oó]n|connessione|conexão|verbinding)\b.{0,40}"
    r"(?:abgelehnt|verweigert|abgebrochen|unterbrochen|getrennt|verloren|refusée|perdue|interrompue|rechazada|"
    r"perdida|interrumpida|rifiutata|persa|interrotta|recusada|geweigerd|verbroken)"
    r"|(?:zu viele anfragen|trop de requêtes|demasiadas (?:solicitudes|peticiones)|troppe richieste|"
    r"(?:muitas|demasiados?) (?:solicitações|pedidos)|te veel verzoeken|请求过多|リクエストが多すぎ)"
    r"|(?:zugriff verweigert|accès (?:refusé|interdit)|acceso denegado|accesso negato|acesso negado|toegang geweigerd)"
    r"|(?:interner serverfehler|dienst (?:ist )?nicht (?:erreichbar|verfügbar)|service (?:momentanément )?indisponible|"
    r"servicio no disponible|servizio non disponibile|serviço indisponível)"
    r")",
    re.IGNORECASE,
)
_MOST = 1_000


def shaped(text: str) -> bool:
    """Whether a text has the shape of a failure from its beginning."""
    if text[0] == "<":
        return bool(_MARKUP.search(text[:_MOST]))
    return bool(_BEGINS.match(text) or (len(text) < _MOST and _FIELDS.match(text)))
