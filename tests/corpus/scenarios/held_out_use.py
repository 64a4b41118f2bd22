"""What becomes of results: forgotten, far too much for what was asked, or well used without being quoted."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.held_out_building import act, lines, mixed, of, one, say, together, tool

STAFF = ("Accounts", "Field service", "Plant 2", "Legal", "Canteen", "Quality")


def _shop_page() -> str:
    menu = lines(
        420,
        lambda k: (
            f'<li class="nav__item nav__item--{k}" data-track="nav:{k * 37 % 991}"><a href="/c/{k}-'
            f'{mixed(k, "garden", "kitchen", "bath", "lighting", "tools")}?ref=mega&pos={k}">'
            f'<svg viewBox="0 0 24 24"><path d="M{k % 24} 3l{k % 7} 9h-{k % 5}z"/></svg>Category {k}</a></li>'
        ),
    )
    price = '<h1>Water butt 300 l</h1><span itemprop="price" content="89.90">89,90 €</span><p>In stock: 6</p>'
    body = f"<nav><ul>\n{menu}\n</ul></nav>\n{price}\n<footer>{menu[:30000]}</footer>"
    return f"<!doctype html><html><body>{body}</body></html>"


def _directory() -> str:
    def person(k: int) -> str:
        return (
            f'{{"id":{1000 + k},"sn":"Name{k * 613 % 977}","dept":"{mixed(k, *STAFF)}","phone":"+43 1 55{k:04}",'
            f'"room":"{k % 40}.{k % 9}","photo_etag":"W/{k * 48271 % 65521:05x}{k * 69621 % 65521:05x}",'
            f'"groups":["all","dept-{k % 6}","floor-{k % 40}"],"flags":{{"mfa":true,"guest":false}},"locale":"de_AT"}}'
        )

    named = '{"id":1999,"sn":"Zsolnay","dept":"Legal","phone":"+43 1 550 8712","room":"31.4"}'
    return "[" + lines(420, lambda k: person(k) + ",") + named + "]"


SAMPLES = tuple(f"S{k:03}" for k in range(1, 121))


def _samples() -> str:
    def row(k: int) -> str:
        nitrate = (k * 37) % 61 + 4
        return f"{SAMPLES[k]};2025-05-{k % 28 + 1:02};well {k % 14 + 1};nitrate {nitrate} mg/l;field note {k * 17}"

    return "sample;day;place;value;remark\n" + lines(120, row)


SCENARIOS = (
    Scenario(
        name="h-unused-allergy-forgotten",
        kinds=("unused_answer",),
        task="Suggest a birthday cake for Timo Rehm from our range and check whether he is allergic to anything.",
        tools=(
            tool(
                "cakes",
                "Cakes of the range",
                "occasion",
                "Walnut torte 38 €, Lemon cream 34 €, Carrot with almonds 31 €",
            ),
            tool(
                "guest_notes",
                "What we know about a guest",
                "name",
                "Rehm, Timo: severe allergy to tree nuts, prefers citrus",
            ),
            tool("table", "Tables of a guest", "name", "Sunday 15 June, 14:30, 9 people"),
        ),
        turns=(
            act("cakes", occasion="birthday"),
            act("guest_notes", name="Timo Rehm"),
            act("table", name="Timo Rehm"),
            say(
                "For Sunday 15 June with 9 people I suggest the walnut torte at 38 €: it is the largest and our "
                "favourite."
            ),
        ),
        culprits=of("guest_notes", 0),
        allowed=("ungrounded_output",),
    ),
    Scenario(
        name="h-unused-third-of-three-quotes",
        kinds=("unused_answer",),
        task="Compare the offers of all three roofers, price and date, in a table.",
        tools=(
            tool(
                "offer",
                "An offer",
                "roofer",
                "Dachwerk: 18,400 EUR, start 7 July, 10 years warranty",
                "Ziegel & Sohn: 17,950 EUR, start 21 July, 5 years warranty",
                "Firsthaus: 16,280 EUR, start 4 August, 8 years warranty",
            ),
        ),
        turns=(
            together("", one("offer", roofer="Dachwerk"), one("offer", roofer="Ziegel & Sohn")),
            act("offer", roofer="Firsthaus"),
            say(
                "| roofer | price | start |\n|---|---|---|\n| Dachwerk | 18,400 EUR | 7 July |\n| Ziegel & Sohn | "
                "17,950 EUR | "
                "21 July |\n\nZiegel & Sohn is the cheapest."
            ),
        ),
        culprits=of("offer", 2),
        allowed=("premature_end", "ungrounded_output"),
    ),
    Scenario(
        name="h-unused-tax-looked-up-and-ignored",
        kinds=("unused_answer",),
        task="Qual é o preço final de 3 painéis PN-8 com transporte e IVA?",
        system="És um assistente de vendas. Responde em português.",
        tools=(
            tool("preco", "Preço de um artigo", "artigo", "PN-8: 210,00 € por unidade, sem IVA"),
            tool("taxa_iva", "Taxa de IVA de um artigo", "artigo", "painéis solares: taxa reduzida de 6 %"),
            tool("transporte", "Custo do transporte", "unidades#", "3 unidades: 45,00 €"),
        ),
        turns=(
            act("preco", artigo="PN-8"),
            act("taxa_iva", artigo="PN-8"),
            act("transporte", unidades=3),
            say("Três painéis PN-8 a 210,00 € mais 45,00 € de transporte: o preço final é de 675,00 €."),
        ),
        culprits=of("taxa_iva", 0),
    ),
    Scenario(
        name="h-like-unused-said-in-other-words",
        kinds=(),
        like="unused_answer",
        task="Is the pool lane free tomorrow at six in the morning, and how warm is the water?",
        tools=(
            tool("bahn", "Belegung einer Bahn", "tag uhrzeit", "Bahn 3: frei; Bahnen 1, 2 und 4: Verein"),
            tool("temperatur", "Wassertemperatur in Fahrenheit", "becken", "78.8"),
        ),
        turns=(
            together("", one("bahn", tag="2025-06-05", uhrzeit="06:00"), one("temperatur", becken="Sport")),
            say(
                "One lane out of four is free then (the third), the club has the others. The water has 26 degrees "
                "Celsius."
            ),
        ),
    ),
    Scenario(
        name="h-like-unused-only-as-argument",
        kinds=(),
        like="unused_answer",
        task="Send the notice 'boiler service on 9 June' to everybody in house Elm.",
        tools=(
            tool("house_id", "Id of a house", "name", '{"house":"hs_90c1","name":"Elm","units":24}'),
            tool("mailing_list", "Mailing list of a house", "house", '{"list":"ml_5f22e0","members":31}'),
            tool("send_notice", "Sends a notice to a list", "list text", "queued"),
        ),
        turns=(
            act("house_id", name="Elm"),
            act("mailing_list", house="hs_90c1"),
            act("send_notice", list="ml_5f22e0", text="Boiler service on 9 June"),
            say("The notice is on its way to everybody in Elm."),
        ),
    ),
    Scenario(
        name="h-like-unused-nothing-there",
        kinds=(),
        like="unused_answer",
        task="Anything new for me: mail, calendar, tasks?",
        system="Answer in one line. Leave out what is empty.",
        tools=(
            tool("unread_mail", "Unread mail", "folder", "[]"),
            tool("calendar_today", "Today's dates", "calendar", "16:00 Dentist"),
            tool("open_tasks", "Open tasks", "list", "[]"),
        ),
        turns=(
            together(
                "",
                one("unread_mail", folder="inbox"),
                one("calendar_today", calendar="me"),
                one("open_tasks", list="me"),
            ),
            say("Dentist at four."),
        ),
    ),
    Scenario(
        name="h-oversized-page-for-a-price",
        kinds=("oversized_content",),
        task="What does the 300 l water butt cost at gartenmarkt.example, and at the cooperative?",
        tools=(
            tool("fetch_page", "Fetches a page of the web", "url", _shop_page()),
            tool("coop_price", "Price at the cooperative", "article", "Water butt 300 l: 94.50 EUR"),
        ),
        turns=(
            act("coop_price", article="water butt 300 l"),
            act("fetch_page", url="https://gartenmarkt.example/p/water-butt-300"),
            say("89.90 euros at gartenmarkt.example (6 in stock), 94.50 at the cooperative."),
        ),
        culprits=of("fetch_page", 0),
        allowed=("context_growth", "cost_spike"),
    ),
    Scenario(
        name="h-oversized-whole-directory-early",
        kinds=("oversized_content",),
        task="Get me the phone of Zsolnay in Legal, note it with the matter 2025-71 and set a reminder for Monday.",
        tools=(
            tool("directory_dump", "All staff", "site", _directory()),
            tool("matter", "A matter", "number", "2025-71: Licence dispute, opened 2 May"),
            tool("add_note", "Notes on a matter", "matter text", "note 3 added"),
            tool("remind", "Sets a reminder", "day text", "set"),
        ),
        turns=(
            act("directory_dump", site="Vienna"),
            act("matter", number="2025-71"),
            act("add_note", matter="2025-71", text="Zsolnay (Legal): +43 1 550 8712"),
            act("remind", day="Monday", text="Call Zsolnay about 2025-71"),
            say("Zsolnay's number +43 1 550 8712 is noted with 2025-71 (Licence dispute); I remind you on Monday."),
        ),
        culprits=of("directory_dump", 0),
        allowed=("context_growth", "cost_spike"),
    ),
    Scenario(
        name="h-like-oversized-table-all-used",
        kinds=(),
        like="oversized_content",
        task="Which of the 120 well samples of May are above the limit of 50 mg/l nitrate, and which are not? List "
        "all.",
        tools=(tool("samples", "Samples of a month", "month", _samples()),),
        turns=(
            act("samples", month="2025-05"),
            say(
                "Above 50 mg/l: "
                + ", ".join(name for k, name in enumerate(SAMPLES) if (k * 37) % 61 + 4 > 50)
                + ".\nNot above: "
                + ", ".join(name for k, name in enumerate(SAMPLES) if (k * 37) % 61 + 4 <= 50)
                + "."
            ),
        ),
    ),
    Scenario(
        name="h-like-oversized-log-well-cut",
        kinds=(),
        like="oversized_content",
        task="Why did backup-2 stop last night?",
        tools=(
            tool("log_size", "Size of a log", "host", "backup-2: 184 MB, 2,204,118 lines"),
            tool(
                "log_tail",
                "Last lines of a log",
                "host count#",
                lines(
                    40,
                    lambda k: f"02:{k + 10}:03 backup-2 borg[771]: chunk {88200 + k * 13} written, {k * 211 % 97} MB/s",
                )
                + "\n02:51:44 backup-2 kernel: sdb: no space left on device\n02:51:44 backup-2 borg[771]: stopped",
            ),
        ),
        turns=(
            act("log_size", "The log may be large, so I ask for its size first.", host="backup-2"),
            act("log_tail", host="backup-2", count=42),
            say("The disk sdb was full at 02:51:44, so borg stopped. Until 02:49 it was writing normally."),
        ),
    ),
)
