"""Runs that cost too much by what they carry along or wait for: growing prompts, huge results, one slow call."""

from __future__ import annotations

from tests.corpus.scenario import Scenario, Turn
from tests.corpus.scenarios.building import after, at, call, data, faulty, say, together, tool, use

TOWNS = ("Aarhus", "Brest", "Cadiz", "Derry", "Elba", "Faro", "Genoa", "Hull", "Izmir", "Jena")
GOODS = ("timber", "salt", "wool", "tin", "oil", "grain", "glass", "hemp", "copper", "wax")


def _article(number: int) -> str:
    """About seven thousand characters on the trade of a town; no two alike."""
    town, lines = TOWNS[number], []
    for year in range(1710, 1760):
        goods, other = GOODS[(year + number) % 10], GOODS[(year * 3 + number) % 10]
        lines.append(
            f"In {year} {town} saw {(year * 37 + number * 91) % 400 + 20} ships; {goods} made up "
            f"{(year * 7 + number) % 60 + 10} % of the cargo and {other} rose to {(year * number) % 90 + 5} shillings."
        )
    return "\n".join(lines)


def _log_page(page: int) -> str:
    """A page of a web server's log."""
    return "\n".join(
        f"10.4.{page}.{line % 250} - - [12/Feb/2025:0{page % 10}:{line % 60:02d}:11 +0000] "
        f'"GET /catalogue/item/{page * 1000 + line * 7} HTTP/1.1" 200 {(line * 613 + page * 77) % 9000 + 300}'
        for line in range(85)
    )


def _chapter(number: int) -> str:
    """A chapter of a handbook as the model drafts it."""
    return f"## {number}. {GOODS[number].title()}\n" + " ".join(
        f"Step {step}: store {GOODS[number]} of bay {step * number + 3} on rack {chr(65 + step % 20)}{step + number} "
        f"and count it every {step % 6 + 2} days."
        for step in range(1, 22)
    )


GROWTH: tuple[Scenario, ...] = (
    faulty(
        "a-ten-articles-kept-in-the-prompt",
        "context_growth",
        "Which of the ten towns of the trade almanac had the most ships in 1742?",
        (tool("open_article", "Text of an article of the almanac.", "town", *map(_article, range(10))),),
        (
            *[use("open_article", town=town) for town in TOWNS],
            say("Of the ten towns Izmir had the most ships in 1742: 402, before Derry with 347."),
        ),
        at(None, *range(4, 11)),
        allowed="cost_spike ungrounded_output oversized_content unused_answer",
    ),
    faulty(
        "a-log-read-page-by-page-into-history",
        "context_growth",
        "Was item 8371 ever requested on 12 February?",
        (tool("read_log", "A page of the web server's log.", "day page:integer", *map(_log_page, range(1, 10))),),
        (
            *[use("read_log", day="2025-02-12", page=page) for page in range(1, 10)],
            say("Yes: item 8371 was requested once, at 08:53 on 12 February."),
        ),
        at(None, *range(4, 10)),
        allowed="cost_spike oversized_content unused_answer ungrounded_output",
    ),
    faulty(
        "a-whole-handbook-sent-with-every-save",
        "context_growth",
        "Write the storage handbook, one chapter for each of our goods, and save it.",
        (
            tool("list_goods", "The goods we store.", "", ", ".join(GOODS)),
            tool(
                "save_handbook",
                "Save the handbook.",
                "text",
                *[f'{{"saved": true, "revision": {n}}}' for n in range(1, 10)],
            ),
        ),
        (
            use("list_goods"),
            *[use("save_handbook", text="\n\n".join(_chapter(n) for n in range(last + 1))) for last in range(9)],
            use("save_handbook", text="\n\n".join(_chapter(n) for n in range(10))),
            say("The storage handbook has ten chapters and is saved."),
        ),
        at(None, *range(4, 12)),
        allowed="cost_spike oversized_content",
    ),
)

PAGE = (
    "<html><head><style>"
    + "".join(f".c{n}{{margin:{n % 9}px;color:#{n * 7919 % 0xFFFFFF:06x}}}" for n in range(1500))
    + "</style></head><body>"
    + "".join(f'<div class="c{n}"><a href="/k/{n * 31}">Kitchen item {n}</a></div>' for n in range(900))
    + '<h1>Vesper kettle 1.7 l</h1><span class="price">39.95 EUR</span></body></html>'
)
CUSTOMERS = (
    "["
    + ",\n".join(
        data(
            id=n,
            name=f"Customer {n * 17 % 7919}",
            city=TOWNS[n % 10],
            since=f"20{n % 25:02d}-0{n % 9 + 1}-11",
            orders=n * 7 % 83,
        )
        for n in range(1, 900)
    )
    + "]"
)
JOURNAL = "\n".join(
    f"Mar 04 {n // 120 % 24:02d}:{n // 2 % 60:02d}:{n * 30 % 60:02d} node-{n % 12} kubelet: pod/web-{n * 7 % 97} "
    + ("OOMKilled: memory limit 512Mi" if n == 1207 else f"probe ok in {n * 13 % 40} ms")
    for n in range(1800)
)

OVERSIZED: tuple[Scenario, ...] = (
    faulty(
        "a-whole-shop-page-for-one-price",
        "oversized_content",
        "What does the Vesper kettle cost at the moment?",
        (tool("fetch_page", "The HTML of a page.", "url", PAGE),),
        (use("fetch_page", url="https://shop.example/p/vesper-kettle"), say("The Vesper kettle costs 39.95 EUR.")),
        at("fetch_page", 0),
        allowed="context_growth cost_spike",
    ),
    faulty(
        "a-all-customers-dumped-for-one",
        "oversized_content",
        "How many orders has customer 412 placed, and is that above our average of 41?",
        (
            tool("export_customers", "All customers as JSON.", "", CUSTOMERS),
            tool("calculate", "Work out an expression.", "expression", "21"),
        ),
        (
            use("export_customers"),
            use("calculate", expression=f"{412 * 7 % 83} - 41"),
            say(f"Customer 412 has placed {412 * 7 % 83} orders, 21 above our average."),
        ),
        at("export_customers", 0),
        allowed="context_growth cost_spike",
    ),
    faulty(
        "a-journal-of-a-day-for-one-line",
        "oversized_content",
        "Was any pod killed for memory on 4 March?",
        (
            tool("cluster_nodes", "Nodes of the cluster.", "", "12 nodes ready"),
            tool("node_journal", "Journal of all nodes for a day.", "date", JOURNAL),
        ),
        (
            use("cluster_nodes"),
            use("node_journal", date="2025-03-04"),
            say(f"Yes, one: pod/web-{1207 * 7 % 97} on node-{1207 % 12} was OOMKilled at its limit of 512Mi."),
        ),
        at("node_journal", 0),
        allowed="context_growth cost_spike",
    ),
)

SLOW: tuple[Scenario, ...] = (
    faulty(
        "a-one-branch-office-answers-late",
        "slow_outlier",
        "Are the tills of all seven branches online?",
        (
            tool(
                "till_status",
                "State of a branch's tills.",
                "branch",
                *[after(1.6 if n == 4 else 0.1, f"{4 + n % 3} of {4 + n % 3} tills online") for n in range(7)],
            ),
        ),
        (
            together(*[call("till_status", branch=town) for town in TOWNS[:7]]),
            say("All tills of the seven branches are online, 34 in total."),
        ),
        at("till_status", 4),
        allowed="bottleneck",
    ),
    faulty(
        "a-one-meter-reading-hangs",
        "slow_outlier",
        "Follow the water meters along pipe P-3 from the pump and tell me where the flow drops.",
        (
            tool(
                "read_meter",
                "Flow at a meter and the name of the next one.",
                "meter",
                *[
                    after(
                        1.5 if n == 5 else 0.08,
                        data(flow_l_min=[40, 40, 39, 40, 26, 26, 25, 26][n], next=f"M{n * 3 + 14}"),
                    )
                    for n in range(8)
                ],
            ),
        ),
        (
            *[use("read_meter", meter=f"M{n * 3 + 11}") for n in range(8)],
            say("The flow drops from 40 to 26 litres a minute between M20 and M23."),
        ),
        at("read_meter", 5),
        allowed="bottleneck",
    ),
    faulty(
        "a-model-thinks-long-about-one-step",
        "slow_outlier",
        "Walk from bug 900 along its 'caused by' links to the first cause.",
        (
            tool(
                "caused_by",
                "The bug that caused another one.",
                "bug:integer",
                *[data(bug=900 - n * 13, caused_by=900 - (n + 1) * 13) for n in range(6)],
                data(bug=822, caused_by=None, title="Clock of the importer is an hour off in winter"),
            ),
        ),
        (
            *[Turn(calls=(call("caused_by", bug=900 - n * 13),), seconds=2.0 if n == 3 else 0.1) for n in range(7)],
            Turn("The first cause is bug 822: the clock of the importer is an hour off in winter.", seconds=0.1),
        ),
        at(None, 3),
        allowed="bottleneck",
    ),
    faulty(
        "a-one-of-the-tax-lookups-crawls",
        "slow_outlier",
        "Which of our six suppliers has no valid VAT number?",
        (
            tool(
                "suppliers",
                "Suppliers with VAT numbers.",
                "",
                "\n".join(f"{t} Trading: XX{n}7{n}40{n}1" for n, t in enumerate(TOWNS[:6])),
            ),
            tool(
                "check_vat",
                "Check a VAT number.",
                "number",
                *[after(1.4 if n == 1 else 0.07, '{"valid": %s}' % ("false" if n == 3 else "true")) for n in range(6)],
            ),
        ),
        (
            use("suppliers"),
            together(*[call("check_vat", number=f"XX{n}7{n}40{n}1") for n in range(6)]),
            say("Only Derry Trading (XX3734031) has no valid VAT number; the other five are valid."),
        ),
        at("check_vat", 1),
        allowed="bottleneck",
    ),
)

SCENARIOS: tuple[Scenario, ...] = GROWTH + OVERSIZED + SLOW
