"""Signs of orders to a language model, as patterns with weights; `injections` weighs them."""

from __future__ import annotations

import re

_AI = (
    r"(?:a\.?i\.?|llms?|gpt(?:-?[345]\w*)?|chatgpt|claude|gemini|copilot|(?:large )?language models?|chatbots?|"
    r"(?:ai|llm|gpt)[- ](?:powered |based )?(?:assistants?|agents?|models?|systems?|tools?|reviewers?|readers?|bots?))"
)
_MAYBE_AI = (
    r"(?:assistants?|agents?|models?|bots?|automated (?:agents?|systems?|tools?|readers?|reviewers?|assistants?))"
)
_OBJECT = (
    r"(?:instructions?|directions?|directives?|commands?|prompts?|guidelines|rules|orders|programming|training|"
    r"criteria|"
    r"constraints|restrictions|safeguards|guardrails|safety \w+)"
)
_PERSON = r"(?:the |your |this )?(?:user|human|operator|end user|person you)"

OVERRIDES = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|discard|set aside|pay no attention to|stop following|"
    r"(?:do not|don't) (?:follow|obey))\b(?P<between>[^.!?\n]{0,30}?)"
    r"\b(?:all|any|every|previous|prior|above|earlier|preceding|former|original|initial|other|your|you were given)\b"
    rf"[^.!?\n]{{0,30}}?\b{_OBJECT}\b"
    rf"|\b(?:ignore|disregard|override|bypass) (?:the |these |those )?{_OBJECT} (?:above|you (?:were|"
    rf"have been) given)\b"
    rf"|\b(?:disregard|forget|ignore) (?:the )?{_OBJECT} you were given\b"
    r"|\b(?:ignore|disregard|forget) (?:everything|all|anything|what|whatever) (?:(?:that )?(?:you (?:were|"
    r"have been) told|"
    r"came|was said|is) (?:before|above|so far|earlier)|above|before this)\b"
    r"|\b(?:ignore|disregard|forget) (?:everything|all|anything|what|whatever) (?:that )?you (?:were|have been) told\b"
    r"|\b(?:ignore|disregard|forget) (?:all (?:of )?)?the above(?:,| and)\b"
    r"|\binstead of (?:answering|doing what you were asked)\b"
    r"|\boverride (?:your |all |the |any )?(?:safety|(?<=your )system|(?<=all )system) (?:settings?|polic\w+|rules?|"
    r"prompts?)\b",
    re.IGNORECASE,
)
HEDGED = re.compile(
    r"\b(?:my|our|his|her|their|mine|he|she|judge|doctor|teacher|lawyer|version|falls|wenn|if you (?:have|are|"
    r"already|use)|"
    r"nicht|pas|kein\w*|already|bereits)\b|\bno (?:olvid|ignor)|\|\s*(?:until|unless|in (?:my|the (?:mail|letter|"
    r"manual|"
    r"section|chapter|email|old))|of the|for (?:the|older|version|pipes|this step)|from (?:my|our)|about|regarding|"
    r"concerning|over|on (?:the|page))\b",
    re.IGNORECASE,
)
OVERRIDES_ABROAD = re.compile(
    r"\b(?:ignorier\w*|vergiss|vergessen sie|missachte\w*)\b[^.!?\n]{0,40}\b(?:anweisung\w*|regeln|vorgaben|"
    r"instruktion\w*|befehle|aufträge|prompts?)\b"
    r"|\b(?:ignore[zrs]?|oublie[zrs]?|ne tiens pas compte)\b[^.!?\n]{0,40}\b(?:instructions|consignes|règles|"
    r"directives|"
    r"ordres)\b"
    r"|\b(?:ignor[ae]\w*|olvid[ae]\w*|descart[ae]\w*)\b[^.!?\n]{0,40}\b(?:instrucciones|indicaciones|reglas|órdenes|"
    r"directrices)\b"
    r"|\b(?:ignora\w*|dimentica\w*)\b[^.!?\n]{0,40}\b(?:istruzioni|regole|comandi|indicazioni|direttive)\b"
    r"|\b(?:ignor[ea]\w*|esque[çc]\w*|desconsider\w*)\b[^.!?\n]{0,40}\b(?:instruções|regras|ordens|diretrizes)\b"
    r"|\b(?:negeer|vergeet)\b[^.!?\n]{0,40}\b(?:instructies|regels|opdrachten|aanwijzingen)\b"
    r"|\b(?:z?ignoruj\w*|zapomnij\w*)\b[^.!?\n]{0,40}\b(?:instrukcj\w*|polece\w*|zasad\w*)\b"
    r"|\b(?:ignorera|glöm|ignorer|glem|se bort fra)\b[^.!?\n]{0,40}\b(?:instruktion\w*|instruks\w*|anvisning\w*|"
    r"regler\w*)"
    r"|\b(?:игнорируй\w*|забудь\w*|проигнорируй\w*|ігноруй\w*)\b[^.!?\n]{0,40}\b(?:инструкц\w*|указани\w*|правил\w*|"
    r"команд\w*|інструкц\w*|вказівк\w*)"
    r"|\b(?:önceki|tüm)\b[^.!?\n]{0,30}\b(?:talimat\w*|kural\w*)[^.!?\n]{0,20}\b(?:yok ?say\w*|unut\w*|dikkate alma\w*)"
    r"|(?:忽略|无视|忘记|忘掉|不要理会)[^。\uff01\n]{0,16}(?:指令|指示|说明|规则|提示|要求)"
    r"|(?:指示|命令|プロンプト|ルール|指令)[^。\uff01\n]{0,10}(?:無視|忘れ)"
    r"|(?:지시|명령|지침|프롬프트)[^.!\n]{0,12}(?:무시|잊)"
    r"|(?:تجاهل|انس)[^.!\n]{0,40}(?:التعليمات|الأوامر|تعليمات)"
    r"|(?:निर्देश|आदेश)[^।!\n]{0,24}(?:अनदेखा|भूल|नज़रअंदाज़)",
    re.IGNORECASE,
)
QUALIFIED_ABROAD = re.compile(
    r"all[ea]?[nrs]?\b|bisherig|vorherig|vorig|früher|obig|deine|sämtlich|tou(?:te)?s\b|précédent|antérieur|tes\b|"
    r"vos\b|"
    r"tod[oa]s\b|anterior|previ|tus\b|sus\b|tutt[ei]\b|precedent|eerder|wszystk|poprzedni|tidigare|tidligere|önceki|"
    r"tüm|"
    r"предыдущ|прежн|все|всі|попередн|之前|以前|所有|上述|前面|以上|すべて|これまで|이전|모든|السابقة|جميع|पिछले|सभी|你",
    re.IGNORECASE,
)

_ADDRESSED = (
    r"\b(?:note|attention|message|instructions?|important|notice|hint|reminder|warning|information|dear|hey|hello|hi|"
    r"achtung|hinweis|attenzione|atención)\b[\s,:-]{0,3}(?:(?:to|for|an|für|à|para)\s)?(?:(?:all|any|every|the|"
    r"alle)\s)?"
)
_IF_YOU_ARE = (
    r"\b(?:(?:if|when|since|as|because) you(?:'re| are)|as|to you,?|to any|to the|for any|for the|to)(?: an?)? "
)
_VOCATIVE = r"(?:^|[\n.!?:>\"'(|-]\s{0,3})"

_STRONGLY_ADDRESSED = (
    rf"{_AI}\b[^.:;\n]{{0,30}}\b(?:reads?|reading|handl\w+|process\w*|summari[sz]\w*|sees|seeing) this\b|"
    rf"\b(?:liebe|hallo|an (?:die|alle)) KI\b|\bassistant ia\b|"
    rf"(?:{_ADDRESSED}|{_IF_YOU_ARE}){_AI}\b|{_VOCATIVE}{_AI}\s?[:,]|{_VOCATIVE}(?:KI|IA)[- ]?(?:Assistent\w*|"
    rf"Agent\w*|Modell\w*|System\w*)?\b"
    r"|\b(?:KI-?(?:Assistent\w*|Agent\w*|Modell\w*|System\w*)|assistants? IA|asistentes? (?:de )?IA|assistente IA)\b"
)
_HEADED = (
    rf"\b(?:instructions?|notes?|messages?|directives?|prompts?|orders?|hints?) (?:for|to) (?:all |any |the )?{_AI}\b"
    rf"|\b{_AI}[- ](?:instructions?|directives?|prompt|notes?)\s?:"
    rf"|\b{_AI}\b[^.:;\n]{{0,30}}\b(?:read|reads|reading|handl\w+|process\w*|summari[sz]\w*|sees|seeing|pars\w+|"
    rf"review\w*|"
    r"analy[sz]\w*) (?:this|the (?:following|above))\b"
)
_READING = (
    rf"\b{_AI}[- ]instructions?\s?:|"
    r"\b(?:assistants?|bots?|models?)\b[^.:;\n]{0,30}\b(?:read|reads|reading|handl\w+|process\w*|summari[sz]\w*|"
    r"sees|seeing|"
    r"pars\w+|review\w*|analy[sz]\w*) this\b|\bto (?:the|any|every) (?:model|assistants?|agents?|bots?)\s?:"
    r"|\bas (?:the|an?) (?:\w+ )?(?:assistant|bot|agent),? you (?:must|should|have to|are)\b|"
    r"\byou are the (?:\w+ )?bot\b"
    r"|\b(?:para|al|per|à|an den|für den|voor de) (?:el |l'|l\u2019|los |die )?(?:asistente|assistente|assistant ia|"
    r"assistenten?)\s?:"
    r"|你现在是|系统\s?[:\uff1a]|システム\s?[:\uff1a]"
)
_USURPED = (
    r"\b(?:do not|don't|disregard|ignore|stop) (?:answer\w* |follow\w* |fulfil\w* |serv\w+ )?(?:the )?user(?:'s|"
    r"\u2019s)? (?:last "
    r"|original |actual )?(?:request|question|instructions?|wish\w*|task)\b"
)
_FORGED_END = (
    r"\bend of (?:the )?(?:tool|function|search) (?:output|results?|call)\b|\b(?:tool|function) (?:output|result|"
    r"response) ends\b"
    r"|\b(?:this is|i am) your (?:developer|administrator|operator|creator|owner|supervisor)\b"
    r"|\byour (?:instructions|guidelines|rules|task) (?:have|has) (?:been |now )?(?:chang\w+|updat\w+|replac\w+)\b"
    r"|\bupdates? to your (?:instructions|guidelines|rules)\b|\b(?:hidden|secret) instructions?\b"
)
_THIRD = (
    rf"\bthe {_MAYBE_AI} (?:must|should|shall|has to|needs to)\b|\bits (?:final )?(?:answer|reply|response|output)\b"
)
_WEAKLY_ADDRESSED = (
    rf"{_ADDRESSED}{_MAYBE_AI}\b|\b(?:if|when|since) you(?:'re| are) (?:an? )?{_MAYBE_AI}\b"
    rf"|{_VOCATIVE}(?:assistant|agent|bot|model)\s?[:,]"
    r"|(?:^|[\n.!?:>(]\s{0,3})(?:asistente|assistente|assistent|asystent\w*|ассистент|помощник|助手|アシスタント|"
    r"어시스턴트)\s?[:,\uff1a\uff0c、]"
)
_TOKENS = (
    r"<\|?(?:im_start|system|assistant|start_header_id)\|?>|\[/?INST\]|<</?SYS>>|\[(?:SYSTEM|ADMIN|"
    r"DEVELOPER)[^\]\n]{0,40}\]"
    r"|</?(?:system|admin)(?:[-_ ](?:prompt|message|instructions?|reminder|override|note))?>|<(?:important|"
    r"information)>"
)
_TEMPLATE = (
    r"(?:^|[\n\].])\s*(?:<\|(?:im_start|start_header_id)\|>\s*(?:system|assistant|user)\b|<</?SYS>>)"
    r"|\[(?:SYSTEM|ADMIN|DEVELOPER) (?:OVERRIDE|PROMPT|INSTRUCTIONS?|COMMAND|ORDER)\b[^\]\n]{0,20}\]"
    r"|\bSYSTEM\b[^\w\n]{1,4}you (?:must|are|will|should) now\b"
)
_ROLES = (
    r"(?:^|[\n>\"'*#-]|[.!?:]\s)\s*(?:SYSTEM|ADMIN|DEVELOPER|system|System|Developer|OVERRIDE|Override)(?: (?i:message|"
    r"prompt|override|notice|note|instructions?|update|alert|directive|command))?\s?(?:#{2,}|\*{0,2}[:>\]])"
)
_NEW = (
    r"\b(?:your|the) (?:new|real|actual|only|true) (?:instructions?|task|role|goal|objective|mission) (?:is|are)\b"
    r"|\b(?:new|updated|hidden|secret) (?:system )?(?:instructions?|directives?|tasks?)\s?(?::|for you)|"
    r"\bfrom now on,? you\b"
    r"|\byou are now (?:in |an? |the |dan\b|free|unrestricted)[^.\n]{0,40}|\b(?:developer mode|dan and)\b|"
    r"\b(?:developer|maintenance|debug|god|jailbreak) mode\b"
    r"|\b(?:no restrictions|unrestricted|stop your current task|drop what you (?:are|were) doing)\b"
)
_VOID = (
    rf"\b(?:previous|prior|earlier|original|initial|your|all)\b[^.!?\n]{{0,24}}\b{_OBJECT} (?:are|is|were|have been|"
    rf"has been)"
    r" (?:now |hereby )?(?:void|cancel\w*|revoked|obsolete|suspended|superseded|overridden|no longer)"
    rf"|\bsupersedes? (?:all |any |your )?(?:of )?(?:previous|prior|earlier|your|other|"
    rf"the)[^.!?\n]{{0,20}}\b{_OBJECT}\b"
)
_SECRECY = (
    r"\b(?:do not|don't|never|without|must not|should not)\s(?:\w+ ){0,3}?(?:tell|telling|mention\w*|inform\w*|"
    r"reveal\w*|"
    rf"alert\w*|notify\w*|notifying|disclos\w*|warn\w*|ask|asking|show\w*)\s(?:\w+ ){{0,5}}?{_PERSON}\b"
    r"|\b(?:do not|don't|never) (?:mention|reveal|disclose|report) (?:this (?:step|message|note|instruction|action)|"
    r"these "
    r"(?:instructions|steps)|that you)|\b(?:hidden|secret|hide (?:this|it)) from (?:the )?user\b"
    r"|\b(?:nichts?|sans|no|non|não|nie|не|sin|senza|sem|niet)\b[^.\n]{0,30}\b(?:nutzer|benutzer|"
    r"l['\u2019]utilisateur|usuario|utente|"
    r"usuário|użytkownik\w*|пользовател\w*|gebruiker)\b|\b(?:nutzer|benutzer|l['\u2019]utilisateur|usuario|utente|"
    r"usuário|gebruiker)\b"
    r"[^.\n]{0,20}\b(?:nichts?|nicht|niets|rien)\b|(?:不要|别|勿)[^。\n]{0,10}用户|ユーザー[^。\n]{0,10}(?:知らせ|伝え)ない"
)
_INNARDS = (
    r"\b(?:your (?:\w+ )?(?:instructions|prompt|configuration)|conversation (?:history|so far)|"
    r"chat history|"
    r"environment variables|api keys?|access tokens?)\b"
)
_MUTE = r"\b(?:must not|do not|don't|never) (?:mention|name|list|log|tell|report)\b|\btell nobody\b"
_USER = (
    rf"\b(?:tell|inform|ask|convince|assure|persuade|warn) {_PERSON}\b"
    r"|\bthe user (?:now |really |also )?(?:has|is|wants|asked|authori[sz]ed)\b"
    r"|\bthe user(?:'s|\u2019s)\b|\bto the user\b|\bdem (?:be)?nutzer\b|用户"
)
_FIRST = (
    r"\bbefore (?:answering|replying|responding|you (?:answer|reply|respond|finish|continue|can solve|do anything))\b"
)
_ANSWER = (
    r"\b(?:in|of|to|with|into) your (?:final |next )?(?:reply|answer|response|output|summary|report|review)\b"
    r"|\b(?:reply|answer|respond|output)\w* (?:only|just|exactly|nothing but)\b|\bonly (?:answer|reply|respond|"
    r"output)\b"
    r"|\b(?:reply|respond|answer) with\b|\bwhen (?:you )?(?:are )?(?:summari[sz]|process|read|review|answer)\w*\b"
    r"|\b(?:your|the) system prompt\b|\byour (?:previous |prior |original |initial |hidden )?instructions\b|\b(?:to|"
    r"in) their output\b"
)
_TOOL = (
    r"\b(?:call|invoke|use|run|execute|trigger)\s(?:the |a )?(?:tool |function )?[`'\"]?\w{2,}_\w+[`'\"]?|\b(?:call|"
    r"invoke|use) the [`'\"]?[\w-]+[`'\"]?"
    r" (?:tool|function)\b|\b(?:curl|wget|bash|powershell|rm -rf)\s"
)
_ACT = (
    r"\b(?:send|forward|e?mail|post|upload|transfer|wire|pay|leak|exfiltrate|share|publish|submit|buy|book|"
    r"order)\b[^.\n]{0,80}"
    r"\b(?:to|at|from)\b|\b(?:delete|remove|erase|wipe|drop)\b[^.\n]{0,40}|\b(?:grant|approve|recommend|rate|score|"
    r"rank|set|"
    r"give|append|insert|include|print|output|reveal|repeat|show|display|execute|run|visit|open|click|say|state|claim|"
    r"empfiehl|leitet?|sende|schicke|lösche|überweise|envía|transfère|envoie)\b|发送|转发|删除|転送|削除"
)
_PREY = (
    r"\b(?:api keys?|passwords?|credentials|secrets?|system prompt|environment variables|access tokens?|(?:customer|"
    r"user|"
    r"contact|client) (?:list|data|records?)|(?:all|the last \w+|every) (?:contacts|mails?|e-?mails|messages|files)|"
    r"conversation (?:history|so far)|chat history|~/\.\w+|/etc/passwd|bank|money|payment)\b"
)
_ORDER = (
    r"\byou\b[^.\n]{0,40}\b(?:must|should|shall|have to|need to|are (?:required|instructed|ordered) to)\b"
    r"|\b(?:must|do not|don't|never|immediately|always)\b"
    r"|\b(?:instead|please|then|and) (?:send|forward|run|call|print|delete|recommend|ignore|include|reply|respond|"
    r"visit|"
    r"output|transfer|reveal|execute|give|approve|rate|add|append|set|say|tell|post|mark|grant|close|cancel)\b"
    rf"|(?:^|[.!:;\n,]\s{{0,2}})(?:{_ACT})"
    r"|\b(?:muss|müssen|sollst|musst|darfst|sende|schicke|lösche|antworte|gib|zeige|nenne|rufe|bestätige|bewerte|"
    r"empfiehl|"
    r"leitet?|sagt?|erwähne\w*|überweise\w*)\b|\b(?:dois|devez|envoie\w*|envoyez|supprime\w*|transf[èé]re\w*|"
    r"réponde?[sz]|"
    r"donne[sz]?|affiche[sz]?|recommande[sz]?)\b|\b(?:debes?|env[ií][ae]\w*|borra\w*|elimina\w*|reenv[ií][ae]\w*|"
    r"responde|"
    r"muestra|revela|recomienda)\b|\b(?:invia|cancella|inoltra|rispondi|devi|envie|apague|exclua|encaminhe|responda|"
    r"deve)\b"
    r"|\b(?:stuur|verwijder|antwoord|moet|wyślij|usuń|przekaż|odpowiedz|musisz|отправь\w*|удали\w*|перешли\w*|"
    r"ответь\w*|"
    r"должен|gönder\w*|skicka|radera|svara)\b|请|必须|发送|转发|删除|回复|してください|送信|削除|返信|하십시오|하세요|보내"
)

WEIGHTS: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (points, re.compile(pattern, flags))
    for points, pattern, flags in (
        (2, _STRONGLY_ADDRESSED, re.IGNORECASE),
        (1, _WEAKLY_ADDRESSED, re.IGNORECASE),
        (1, _HEADED, re.IGNORECASE),
        (3, _READING, re.IGNORECASE),
        (3, _USURPED, re.IGNORECASE),
        (3, _FORGED_END, re.IGNORECASE),
        (1, _THIRD, re.IGNORECASE),
        (1, _MUTE, re.IGNORECASE),
        (1, _INNARDS, re.IGNORECASE),
        (2, _TOKENS, re.IGNORECASE),
        (2, _TEMPLATE, re.IGNORECASE),
        (1, _ROLES, 0),
        (1, _NEW, re.IGNORECASE),
        (2, _VOID, re.IGNORECASE),
        (2, _SECRECY, re.IGNORECASE),
        (1, _USER, re.IGNORECASE),
        (2, _FIRST, re.IGNORECASE),
        (1, _ANSWER, re.IGNORECASE),
        (1, _TOOL, re.IGNORECASE),
        (1, _ACT, re.IGNORECASE),
        (1, _PREY, re.IGNORECASE),
        (1, _ORDER, re.IGNORECASE),
    )
)
SIGNS = re.compile(
    "|".join(
        f"(?:{one})"
        for one in (
            r"(?i:\b(?:ignore|disregard|forget|override|bypass|discard|supersedes?)\b)",
            f"(?i:{_STRONGLY_ADDRESSED})",
            f"(?i:{_WEAKLY_ADDRESSED})",
            f"(?i:{_HEADED})",
            f"(?i:{_READING})",
            f"(?i:{_USURPED})",
            f"(?i:{_FORGED_END})",
            f"(?i:{_TOKENS})",
            _ROLES,
            f"(?i:{_NEW})",
            f"(?i:{_VOID})",
            f"(?i:{_SECRECY})",
            f"(?i:{_FIRST})",
            f"(?i:{_TOOL})",
            f"(?i:{_ANSWER})",
            f"(?i:{_MUTE})",
            f"(?i:{_USER})",
        )
    )
)
ABOUT = re.compile(
    r"prompt[- ]?injection|jailbreak|attack|malicious|adversar|phishing|red[- ]?team|owasp|vulnerab|exploit|such as|"
    r"for example|e\.g\.|for instance|examples? of|phrases? like|texts? like|\blike ['\"“]|detect|guardrail|blocklist|"
    r"filters? (?:for|out)|social engineering|angriff|beispiel|attaque|ataque|攻击|攻撃|注入",
    re.IGNORECASE,
)
TOLD_OF = re.compile(
    r"\b(?:to|can|could|may|might|would|will|that|which|who|they|he|she|it|asks?|asked|tells?|told|telling|asking|try|"
    r"tries|tried|instructs?|instructed|trick\w*|if you \w+|not|never|users|court|jury)\s+(?:\w+ly\s+)?(?:us |them |"
    r"it )?$",
    re.IGNORECASE,
)
UNSHOWN = re.compile(
    r"style=[\"'][^\"'>]{0,80}?(?:display:\s?none|font-size:\s?0|visibility:\s?hidden|opacity:\s?0)[^>]{0,80}>",
    re.IGNORECASE,
)
