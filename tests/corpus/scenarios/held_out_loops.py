"""The same call again: in a row or later, for nothing or for a reason."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.held_out_building import act, of, one, say, together, tool

SCENARIOS = (
    Scenario(
        name="h-loop-visa-slots-same-page",
        kinds=("call_loop",),
        task="Find a visa appointment for Mrs. Castell in Hamburg and book the earliest.",
        tools=(
            tool("applicant", "An applicant's file", "name", '{"file":"V-5521","type":"C","city":"Hamburg"}'),
            tool("slots", "Free appointments", "city type", '{"city":"Hamburg","type":"C","slots":[]}'),
            tool("book", "Books an appointment", "file slot", "booked"),
        ),
        turns=(
            act("applicant", name="Castell"),
            act("slots", "Looking for appointments.", city="Hamburg", type="C"),
            act("slots", "Let me look at the appointments.", city="Hamburg", type="C"),
            act("slots", "I will check the free appointments.", city="Hamburg", type="C"),
            act("slots", "Now to see which are free.", city="Hamburg", type="C"),
            act("slots", "Checking the appointments.", city="Hamburg", type="C"),
            say("There are no appointments in Hamburg at the moment."),
        ),
        culprits=of("slots", 1, 2, 3, 4),
        allowed=("no_progress", "redundant_call"),
    ),
    Scenario(
        name="h-loop-late-in-a-healthy-run",
        kinds=("call_loop",),
        system="Sei un assistente di magazzino. Rispondi in italiano.",
        task="Prepara la spedizione per il cliente 340: articoli, peso, etichetta.",
        tools=(
            tool("ordine", "Ordine di un cliente", "cliente", "ordine 9911: 2x lampada LT-4, 1x tavolo TV-2"),
            tool("giacenza", "Giacenza di un articolo", "articolo", "LT-4: 31, scaffale B7", "TV-2: 3, scaffale F1"),
            tool("peso", "Peso di un ordine", "ordine", "9911: 41,6 kg"),
            tool("corriere", "Corriere secondo il peso", "kg", "fino a 50 kg: BRT"),
            tool("stato_etichetta", "Stato dell'etichetta", "ordine", "etichetta non richiesta"),
        ),
        turns=(
            act("ordine", cliente="340"),
            together("", one("giacenza", articolo="LT-4"), one("giacenza", articolo="TV-2")),
            act("peso", ordine="9911"),
            act("corriere", kg="41.6"),
            *(act("stato_etichetta", ordine="9911") for _ in range(6)),
            say("L'ordine 9911 (41,6 kg, BRT) è pronto, ma l'etichetta non risulta ancora richiesta."),
        ),
        culprits=of("stato_etichetta", 1, 2, 3, 4, 5),
        allowed=("no_progress", "redundant_call"),
    ),
    Scenario(
        name="h-like-loop-poll-moves",
        kinds=(),
        like="call_loop",
        task="Flash firmware 3.1 on gateway gw-17 and tell me when it is up again.",
        tools=(
            tool("flash", "Starts flashing", "gateway version", "job 88"),
            tool(
                "job",
                "State of a job",
                "id",
                "88: queued",
                "88: writing block 120 of 512",
                "88: writing block 390 of 512",
                "88: verifying",
                "88: done, gw-17 up since 14:02:11 with 3.1",
            ),
        ),
        turns=(
            act("flash", gateway="gw-17", version="3.1"),
            *(act("job", id="88") for _ in range(5)),
            say("gw-17 runs 3.1 and is up since 14:02:11."),
        ),
    ),
    Scenario(
        name="h-like-loop-draws-dice",
        kinds=(),
        like="call_loop",
        task="Roll four d20 for my players, one after another, and sort them.",
        tools=(tool("roll", "Rolls dice", "dice", "17", "4", "4", "11"),),
        turns=(*(act("roll", dice="1d20") for _ in range(4)), say("17, 11, 4 and 4.")),
    ),
    Scenario(
        name="h-like-loop-pages",
        kinds=(),
        like="call_loop",
        task="List all members whose fee is open.",
        tools=(
            tool(
                "members_open",
                "Members with an open fee, three a page",
                "page#",
                "Amsel, Brandt, Cordes (page 1/4)",
                "Dahl, Ekman, Fuchs (page 2/4)",
                "Gruber, Hald, Imhof (page 3/4)",
                "Jost (page 4/4)",
            ),
        ),
        turns=(
            *(act("members_open", page=k) for k in (1, 2, 3, 4)),
            say("Amsel, Brandt, Cordes, Dahl, Ekman, Fuchs, Gruber, Hald, Imhof and Jost."),
        ),
    ),
    Scenario(
        name="h-redundant-patient-twice",
        kinds=("redundant_call",),
        task="Can Mr. Ndiaye (p-771) take ibuprofen with what he already takes? Write it into his file.",
        tools=(
            tool(
                "patient",
                "A patient's file",
                "id",
                "p-771 Ndiaye, 71 y. Takes warfarin 5 mg, metoprolol 50 mg. eGFR 48.",
            ),
            tool(
                "interactions",
                "Interactions of two drugs",
                "a b",
                "warfarin + ibuprofen: bleeding, avoid",
                "no interaction",
            ),
            tool("renal_dose", "Dosing with reduced kidney function", "drug egfr#", "ibuprofen: avoid below 60"),
            tool("note", "Writes into a file", "id text", "saved"),
        ),
        turns=(
            act("patient", id="p-771"),
            act("interactions", a="warfarin", b="ibuprofen"),
            act("interactions", a="metoprolol", b="ibuprofen"),
            act("patient", "I need his kidney function.", id="p-771"),
            act("renal_dose", drug="ibuprofen", egfr=48),
            act("note", id="p-771", text="No ibuprofen: warfarin (bleeding), eGFR 48."),
            say(
                "No: with warfarin it raises the risk of bleeding, and his eGFR of 48 speaks against it too. Noted "
                "in the file."
            ),
        ),
        culprits=of("patient", 1),
    ),
    Scenario(
        name="h-redundant-schema-three-times",
        kinds=("redundant_call",),
        system="You are a data analyst with a warehouse. Write SQL.",
        task="Revenue and number of orders by country for May, and the share of returns.",
        tools=(
            tool(
                "describe",
                "Columns of a table",
                "table",
                "orders(id bigint, placed date, country char(2), eur numeric(12,2), returned boolean)",
            ),
            tool(
                "sql",
                "Runs a query",
                "query",
                "AT 120,400.10 | DE 410,220.00 | IT 88,019.90",
                "AT 1,204 | DE 3,990 | IT 702",
                "AT 4.1 % | DE 6.0 % | IT 3.3 %",
            ),
        ),
        turns=(
            act("describe", table="orders"),
            act("sql", query="select country, sum(eur) from orders where placed >= '2025-05-01' group by 1"),
            act("describe", table="orders"),
            act("sql", query="select country, count(*) from orders where placed >= '2025-05-01' group by 1"),
            act("describe", table="orders"),
            act("sql", query="select country, avg(returned::int) from orders where placed >= '2025-05-01' group by 1"),
            say(
                "May: AT 120,400.10 (1,204 orders, 4.1 % returned), DE 410,220.00 (3,990, 6.0 %), IT 88,019.90 (702, "
                "3.3 %)."
            ),
        ),
        culprits=of("describe", 1, 2),
    ),
    Scenario(
        name="h-like-redundant-read-after-write",
        kinds=(),
        like="redundant_call",
        task="Raise the stock of valve V-12 by 30 and confirm the new number.",
        tools=(
            tool("stock_of", "Stock", "sku", "V-12: 118", "V-12: 148"),
            tool("post_receipt", "Posts a receipt of goods", "sku quantity#", "posted, document 49-1180"),
        ),
        turns=(
            act("stock_of", sku="V-12"),
            act("post_receipt", sku="V-12", quantity=30),
            act("stock_of", sku="V-12"),
            say("Done (49-1180): V-12 went from 118 to 148."),
        ),
    ),
    Scenario(
        name="h-like-redundant-write-keeps-value",
        kinds=(),
        like="redundant_call",
        task="Change the description of product 88 to 'Felt, 4 mm'. Its price must not change by that, it did last "
        "time!",
        tools=(
            tool("price", "Price of a product", "product", "88: 6.90 EUR"),
            tool("update_product", "Changes a product", "product field value", "product 88 updated"),
        ),
        turns=(
            act("price", product="88"),
            act("update_product", product="88", field="description", value="Felt, 4 mm"),
            act("price", "Now I make sure that the price is untouched.", product="88"),
            say("The description is 'Felt, 4 mm', and the price is 6.90 EUR before and after."),
        ),
    ),
    Scenario(
        name="h-like-redundant-same-tool-other-day",
        kinds=(),
        like="redundant_call",
        task="Sauna am 7. oder am 8. Juni: an welchem Tag ist mehr frei? Dann buche zwei Plätze.",
        tools=(
            tool("plaetze", "Freie Plätze", "tag", "2025-06-07: 4", "2025-06-08: 11"),
            tool("buchen", "Bucht", "tag personen#", "gebucht, S-771"),
        ),
        turns=(
            together("", one("plaetze", tag="2025-06-07"), one("plaetze", tag="2025-06-08")),
            act("buchen", tag="2025-06-08", personen=2),
            say("Am 8. Juni ist mehr frei (11 statt 4 Plätze). Zwei Plätze sind gebucht: S-771."),
        ),
    ),
)
