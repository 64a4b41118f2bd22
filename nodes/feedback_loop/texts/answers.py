"""What the agent's last words own up to: that something failed, is missing, was left out, or is the person's turn."""

from __future__ import annotations

import re

_MOST = 20_000

_ALL_WELL = re.compile(
    r"\b(?:no|without(?: any| an?)?|zero|0|not any|keine?|ohne|sans|sin|senza|sem)\s+(?:\w+\s+)?"
    r"(?:errors?|issues?|problems?|failures?|troubles?|hitch(?:es)?|hiccups?|incidents?|difficult(?:y|ies)|exceptions?|"
    r"warnings?|delays?|fehler|probleme?|schwierigkeiten|störungen|erreurs?|problèmes?|errores|problemas|errori|erros)\b"
    r"|\bnot only\b|\bnothing (?:else|more|further)\b|\bno (?:need|further|more|longer|charge|cost)\b|\bdo(?: not|"
    r"n't) (?:hesitate|worry|need)\b"
    r"|\b(?:error|failure)[- ]free\b|\berrors? (?:of \W{0,3}\d|bars?|margins?)",
    re.IGNORECASE,
)
_ADMITS = re.compile(
    r"\b(?:not|cannot|never|no|none|neither|nor|nothing|nobody|nowhere|unable|fail(?:s|ed|ing|ure|ures)?|errors?|"
    r"unfortunately|unavailable|unreachable|unknown|missing|refus(?:ed|es|al)|reject(?:ed|s)|denied|declined|blocked|"
    r"timed out|time-?out|(?:rate|request)[- ]limit(?:ed|s)?|throttled|aborted|too (?:long|many)|(?:quota|"
    r"limit) (?:is|was|has)|crash(?:ed|es)?|(?:a|an|the|this|some) (?:problems?|issues?)|trouble|incomplete|"
    r"partial(?:ly)?|"
    r"instead|however|although|though|despite|unless|used up|try again|retr(?:y|ied)|"
    r"sorry|apolog\w+|impossible|invalid|unsuccessful(?:ly)?|skipp?(?:ed|ing)?|"
    r"broken|offline|out of (?:order|service)|(?:is|are|was|were) down|defekt|gestört|en panne|averiad[oa]|guast[oa]|"
    r"nicht|kein(?:e[nmrs]?)?|leider|konnten?|fehler\w*|fehlgeschlagen|jedoch|"
    r"pas|aucun\w*|erreur|échou\w*|malheureusement|"
    r"ning[uú]n\w*|fall[oóa]\w*|lamentablemente|imposible|"
    r"non(?!-)|nessun\w*|errore|purtroppo|não|nenhum\w*|infelizmente|niet|geen|helaas|"
    r"nie|błąd|niestety|не|нет|ошибк\w*|сожалению|inte|ikke|ingen|tyvärr|değil|hata|maalesef)\b"
    r"|n['\u2019]t\b|没|不|未|无法|失败|错误|ません|なかった|失敗|エラー|못|않|없|실패|오류",
    re.IGNORECASE,
)
_STILL = re.compile(
    r"\b(?:still|remains?|unchanged|whatever|as before|noch immer|immer noch|nach wie vor|weiterhin|toujours|todavía|"
    r"sigue\w*|ancora|ainda|continua|nog steeds|fortfarande)\b|まだ|依然|还是|仍",
    re.IGNORECASE,
)
_FALLS_SHORT = re.compile(
    r"\b(?:(?:can|could)(?: not|n['\u2019]t) be|unable|un(?:fortunately|successful\w*)|sorry|apolog\w+|incomplete|"
    r"partial(?:ly)?|skipp?(?:ed|ing)?|"
    r"impossible|"
    r"(?:can|could|did|do|have|has|had|was|were|will|would|is|are)(?: not|n['\u2019]t) (?:be |been |yet |"
    r"able )?(?:able|possible|"
    r"done|check\w*|complet\w*|finish\w*|reach\w*|find|found|access\w*|open\w*|verif\w*|get|got|book\w*|sen[dt]|read|"
    r"look\w*|tr(?:y|ied)|creat\w*|updat\w*|go|need\w*|required|necessary|continu\w*|proceed\w*|run)|cannot|"
    r"not (?:yet|all|"
    r"every\w*|able|possible|needed|necessary|required)|failed to|gave up|leider|konnten? \w*\s?\w*\s?nicht|"
    r"nicht (?:alle|mehr|"
    r"möglich|nötig)|malheureusement|(?:n'ai|n'a|pas) pu|lamentablemente|no (?:pude|se pudo)|purtroppo|infelizmente|"
    r"helaas)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"(?<!\w)(?:['\u2018][^'\u2019\n]{8,300}['\u2019]|"
    r"[\"\u201c\u201e\u00ab][^\"\u201c\u201d\u00bb\n]{8,300}[\"\u201c\u201d\u00bb])(?!\w)"
)
"""What others said is not owned up to."""
_NOT_DONE = re.compile(
    r"\b(?:(?:can|could)(?: not|n['\u2019]t) (?!tell|say|find|recommend|see|know)\w+|(?:was|were|is|are|"
    r"has been)(?: not|n['\u2019]t) "
    r"(?:be |been )?(?:\w+ed|sent|done|made|written|read|taken|put|set|paid|built|run)|unable to (?!find)|failed|"
    r"fail(?:s|ure)|crash(?:ed|es)|aborted|(?:was|were|got|"
    r"been) (?:declined|refused|"
    r"rejected|denied|blocked|cancelled|canceled)|did(?: not|n['\u2019]t) (?!find|have|contain|exist|match)\w+|"
    r"unsuccessful|"
    r"(?:konnten?|ließ(?:en)?|wurden?) .{0,60}nicht|fehlgeschlagen|gescheitert|abgebrochen|n['\u2019](?:a|ont|"
    r"ai) pas pu|échou\w+|"
    r"no (?:se )?(?:pud[eo]|ha podido|pudo)|non (?:è stato possibile|sono riuscit\w)|não (?:foi possível|consegui)|"
    r"kon(?:den)? .{0,60}niet)\b",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"(?:^|(?<=[.!?\n]))[^.!?\n]{0,40}\b(?:let me know if (?:you|there|i can)|let me know (?:whether|should) (?:you|"
    r"there)|feel free to|"
    r"do(?: not|n['\u2019]t) hesitate|anything else|can i help|further (?:questions|assistance|help)|(?:any|more|"
    r"other) (?:questions|"
    r"help)|need (?:more|anything)|happy to help|melden sie sich|weitere fragen|sonst noch|n['\u2019]hésitez pas|"
    r"no dude)\b[^.!?\n]*[.!?]*",
    re.IGNORECASE,
)
_ASKS_BACK = re.compile(
    r"[?\uff1f؟]\s*$|\b(?:shall i|should i|would you like|do you want|let me know|please (?:confirm|tell|choose|"
    r"provide|check|"
    r"approve)|soll ich|möchten sie|möchtest du|voulez-vous|souhaitez-vous|quiere[s]? que|desea)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?。\n])\s+|\n+")
_FUTURE = re.compile(
    r"^\W*(?:(?:so|ok(?:ay)?|good|great|now|next|then|also|dann|nun|jetzt|puis|ensuite|ahora|luego|ora|poi|agora)\W+)?"
    r"(?:let me|i(?:['\u2019]ll| will| am going to|['\u2019]m going to)|ich werde|(?:jetzt|nun|dann) werde ich|"
    r"je vais|voy a|vado a|sto per|vou|ik ga|jag ska|jeg vil)\b(?! (?:be|wait|let|stop|leave|end|sign|keep|not|never|"
    r"remember|get back|nicht|ne|no)\b)",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:now|next|right away|proceed|go ahead|start (?:by|with)|begin|continue|jetzt|nun|gleich|anschließend|"
    r"maintenant|tout de suite|ahora|enseguida|a continuación|adesso|subito|agora|em seguida|nu)\b|(?::|…|\.\.\.)\W*$",
    re.IGNORECASE,
)
_LONGEST = 300
_WORD = re.compile(r"\w+(?:['\u2019]\w+)?")
_DENIES = re.compile(
    r"(?:\w{1,4}|cannot|unable|could\w*|never|nothing|nobody|sorry|however|although|instead|unfort\w*|\w*n['\u2019]t|"
    r"konnt\w*|leider|nicht|keine\w?|aucun\w*|ningun\w*|nessun\w*|malheur\w*|purtroppo|lament\w*)$",
    re.IGNORECASE,
)


def about_to(answer: str) -> str:
    """The last sentence of an answer where it announces what the agent does next; empty for every other answer."""
    sentences = [one for one in _SENTENCE.split(answer[-_MOST:].strip()) if one.strip()]
    last = sentences[-1] if sentences else ""
    told = len(last) <= _LONGEST and bool(_FUTURE.match(last)) and bool(_NOW.search(last))
    return last if told and not asks_back(answer) else ""


def admits(answer: str, *, subject: str = "") -> bool:
    """Whether an answer owns up to a failure, a limit or a doubt of any kind; generous, in many languages.

    Words that stand in the `subject` of the talk are about that: how many meters are offline.
    """
    answer = _QUOTED.sub(" ", answer[:_MOST])
    if subject and _ADMITS.search(answer):
        known = set(_WORD.findall(subject[:_MOST].lower()))
        answer = _WORD.sub(
            lambda word: " " if word[0].lower() in known and not _DENIES.match(word[0]) else word[0], answer
        )
    return bool(_ADMITS.search(answer) and _ADMITS.search(_ALL_WELL.sub(" ", _COURTESY.sub(" ", answer))))


def came_to_nothing(answer: str) -> bool:
    """Whether an answer owns up to something, or says that all is still as it was."""
    return admits(answer) or bool(_STILL.search(answer[:_MOST]))


def falls_short(answer: str) -> bool:
    """Whether an answer says that something asked for was not done; that something is not so does not count."""
    return bool(_FALLS_SHORT.search(_COURTESY.sub(" ", answer[:_MOST])))


def not_done(sentence: str) -> bool:
    """Whether a sentence says that something was tried and did not come about."""
    return bool(_NOT_DONE.search(sentence))


def asks_back(answer: str) -> bool:
    """Whether an answer hands over to the person: a question, a choice, a request; courtesies are none."""
    answer = answer[:_MOST].rstrip()
    return bool(_ASKS_BACK.search(answer) and _ASKS_BACK.search(_COURTESY.sub(" ", answer).rstrip()))
