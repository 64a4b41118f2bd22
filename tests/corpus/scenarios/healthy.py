"""Plainly healthy runs, from no call at all to fifteen."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import after, call, data, healthy, say, think, together, tool, use

BOOKS = (
    ("Tidal Fields", "M. Ferreira", 2019),
    ("The Salt Road", "A. Nkemelu", 2021),
    ("Seven Bridges", "J. Halvorsen", 2016),
    ("A Quiet Engine", "P. Dutta", 2023),
    ("Northern Glass", "L. Virtanen", 2020),
    ("Paper Harbour", "C. Oyelaran", 2018),
    ("The Ninth Gate", "R. Castell", 2022),
)

SCENARIOS: tuple[Scenario, ...] = (
    healthy(
        "a-greeting-without-tools",
        "",
        "Good morning! What can you do for me?",
        (tool("opening_hours", "Opening hours of a branch.", "branch", "Mon-Fri 9-18"),),
        (say("Good morning! I can tell you the opening hours of our branches and make appointments for you."),),
    ),
    healthy(
        "a-opening-hours-of-a-library",
        "",
        "Until when is the main library open on Saturday?",
        (tool("opening_hours", "Opening hours on a day.", "place day", '{"opens": "10:00", "closes": "16:30"}'),),
        (
            use("opening_hours", place="main library", day="Saturday"),
            say("It is open from 10:00 to 16:30 on Saturday."),
        ),
    ),
    healthy(
        "a-table-booked-for-four",
        "",
        "Book a table for four at an Italian restaurant near the opera, Friday at 19:30.",
        (
            tool(
                "find_restaurants",
                "Restaurants near a place.",
                "cuisine near",
                data(found=[{"id": "r-21", "name": "Da Nino"}, {"id": "r-35", "name": "Trattoria Sole"}]),
            ),
            tool("free_tables", "Free tables.", "restaurant time people:integer", '{"free": ["window", "garden"]}'),
            tool("book_table", "Book a table.", "restaurant time table", '{"booking": "T-8841"}'),
        ),
        (
            use("find_restaurants", cuisine="Italian", near="opera"),
            use("free_tables", restaurant="r-21", time="2025-05-23T19:30", people=4),
            use("book_table", restaurant="r-21", time="2025-05-23T19:30", table="window"),
            say(
                "Booked: a window table for four at Da Nino, Friday 23 May at 19:30 (T-8841). Trattoria Sole is the "
                "other Italian restaurant nearby."
            ),
        ),
    ),
    healthy(
        "a-bug-fixed-and-checked",
        "",
        "Users see prices with three decimals on the cart page. Fix it.",
        (
            tool("search_code", "Search the code.", "pattern", "web/cart.py:57: return f'{amount:.3f} EUR'"),
            tool(
                "read_file",
                "Lines of a file.",
                "path first:integer last:integer",
                "55 def price_text(amount):\n56     # shown in cart\n57     return f'{amount:.3f} EUR'",
            ),
            tool("replace", "Replace text in a file.", "path old new", "1 replacement"),
            tool("run_checks", "Run the checks of a folder.", "folder", "38 passed in 2.1 s"),
            tool("commit", "Commit.", "message", "[main 77c01de] Show prices with two decimals, 1 file changed"),
        ),
        (
            think("I'll find where prices are written.", call("search_code", pattern=".3f")),
            use("read_file", path="web/cart.py", first=55, last=57),
            use("replace", path="web/cart.py", old="{amount:.3f}", new="{amount:.2f}"),
            use("run_checks", folder="web"),
            use("commit", message="Show prices with two decimals"),
            say("Prices on the cart page have two decimals now (web/cart.py line 57, commit 77c01de); 38 checks pass."),
        ),
    ),
    healthy(
        "a-loan-worked-out-with-two-rates",
        "",
        "What would 20,000 euros over five years cost me a month at your bank, and at the lower green rate?",
        (
            tool("loan_rates", "Rates by product.", "years:integer", '{"standard": 5.9, "green": 4.7}'),
            tool(
                "monthly_payment",
                "Monthly payment of a loan.",
                "euros:integer years:integer percent",
                '{"monthly": 385.73}',
                '{"monthly": 374.69}',
            ),
        ),
        (
            use("loan_rates", years=5),
            together(
                call("monthly_payment", euros=20000, years=5, percent="5.9"),
                call("monthly_payment", euros=20000, years=5, percent="4.7"),
            ),
            say("At the standard rate of 5.9 % you pay 385.73 EUR a month, at the green rate of 4.7 % 374.69 EUR."),
        ),
    ),
    healthy(
        "a-catalogue-of-seven-books",
        "",
        "Put the seven books of donation 44 into the catalogue and print their labels.",
        (
            tool("donation", "Books of a donation.", "number:integer", "\n".join(f"{t}, {a}" for t, a, _ in BOOKS)),
            tool(
                "look_up_book",
                "Data of a book.",
                "title author",
                *[data(title=title, year=year, isbn=f"97800{year}{n}4") for n, (title, _, year) in enumerate(BOOKS)],
            ),
            tool("add_to_catalogue", "Add a book.", "isbn", *[data(shelf_mark=f"F-{n + 310}") for n in range(7)]),
            tool("print_labels", "Print labels.", "shelf_marks", "7 labels printed"),
        ),
        (
            use("donation", number=44),
            together(*[call("look_up_book", title=title, author=author) for title, author, _ in BOOKS]),
            together(*[call("add_to_catalogue", isbn=f"97800{year}{n}4") for n, (_, _, year) in enumerate(BOOKS)]),
            use("print_labels", shelf_marks="F-310 F-311 F-312 F-313 F-314 F-315 F-316"),
            say("All seven books of donation 44 are in the catalogue as F-310 to F-316, and their labels are printed."),
        ),
    ),
    healthy(
        "a-irrigation-plan-for-the-night",
        "",
        "Decide how long the three greenhouses get water tonight and set it up.",
        (
            tool("list_greenhouses", "Greenhouses.", "", "G1 tomatoes, G2 peppers, G3 herbs"),
            tool(
                "soil_moisture",
                "Moisture of the soil in percent.",
                "greenhouse",
                after(0.02, "31"),
                after(0.02, "44"),
                after(0.02, "58"),
            ),
            tool("water_need", "Minutes of water for a crop.", "crop percent:integer", "25", "12", "0"),
            tool("set_schedule", "Set a schedule.", "greenhouse start minutes:integer", '{"ok": true}'),
        ),
        (
            use("list_greenhouses"),
            together(*[call("soil_moisture", greenhouse=name) for name in ("G1", "G2", "G3")]),
            together(
                call("water_need", crop="tomatoes", percent=31),
                call("water_need", crop="peppers", percent=44),
                call("water_need", crop="herbs", percent=58),
            ),
            think(
                "G3 is moist enough at 58 %.",
                call("set_schedule", greenhouse="G1", start="22:00", minutes=25),
                call("set_schedule", greenhouse="G2", start="22:30", minutes=12),
            ),
            say(
                "Tonight G1 (31 % moisture) gets 25 minutes from 22:00 and G2 (44 %) 12 minutes from 22:30. "
                "G3 is at 58 % and needs none."
            ),
        ),
    ),
    healthy(
        "a-expense-claims-checked-by-policy",
        "",
        "Check expense claim 5108 against the travel policy and book it if it is fine.",
        (
            tool(
                "get_claim",
                "An expense claim.",
                "claim:integer",
                data(claim=5108, employee="S. Banerjee", country="DK", hotel_eur=149, meals_eur=58, days=2),
            ),
            tool(
                "travel_policy", "Limits of a country.", "country", "DK: hotel up to 170 EUR, meals up to 40 EUR a day"
            ),
            tool(
                "book_claim",
                "Book a claim.",
                "claim:integer cents:integer",
                '{"paid_on": "2025-04-30"}',
            ),
        ),
        (
            use("get_claim", claim=5108),
            use("travel_policy", country="DK"),
            use("book_claim", claim=5108, cents=20700),
            say(
                "Claim 5108 of S. Banerjee is within the limits (hotel 149 of 170 EUR, meals 58 of 80 EUR for 2 days) "
                "and booked: 207.00 EUR, paid on 30 April."
            ),
        ),
    ),
    healthy(
        "a-rental-deposit-explained",
        "",
        "Explain in simple words what a rental deposit is.",
        (tool("search_statutes", "Search statutes.", "query", "§ 551 BGB: at most three months' rent"),),
        (
            say(
                "A rental deposit is money that you give the landlord when you move in. It covers damage and unpaid "
                "rent. When you move out and all is in order, you get it back."
            ),
        ),
    ),
)
