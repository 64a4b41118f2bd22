"""Refusals for too many requests, and prompts that grow from turn to turn."""

from __future__ import annotations

from tests.corpus.scenario import Does, Scenario, Turn
from tests.corpus.scenarios.held_out_building import act, lines, mixed, model, of, one, say, together, tool

BUSY = "Error 429: Rate limit reached for requests per minute. Limit: 3, used: 3. Please try again in 20s."


def _minutes(session: int) -> str:
    def entry(k: int) -> str:
        who = mixed(k + session, "Mayor Lind", "Cllr Abara", "Cllr Stoll", "the clerk", "Cllr Bui")
        opens = mixed(k * 3 + session, "On item", "Regarding point", "As to paragraph", "Coming back to")
        what = mixed(k, "the tender", "the school roof", "the bus lane", "the market hall", "the bridge")
        how = mixed(k * 5 + 1, "still open", "with the surveyor", "paid in part", "not in the budget")
        return f"{k + 1}. {who}: {opens} {session}.{k}, {what} is {how}; the figure was {k * 311 + session} last year."

    disputed = "\n96. Cllr Abara: the culvert is disputed again." if session in (2, 7) else ""
    return f"Session {session} of the council, record\n" + lines(95, entry) + disputed


def _rules() -> str:
    return lines(
        90,
        lambda k: (
            f"§ {k + 1} Owners of units {k}.1 to {k}.4 {mixed(k, 'may', 'shall not', 'must')} "
            f"{mixed(k * 3, 'use the yard', 'park bicycles', 'air the stairs', 'store wood')} after {6 + k % 12} h."
        ),
    )


DRAFTS = tuple(_minutes(4)[: 4000 + 800 * version] for version in range(7))

SCENARIOS = (
    Scenario(
        name="h-rate-model-refuses-in-the-middle",
        kinds=("rate_limited",),
        task="Find two quiet hotels in Ghent below 140 euros for 5 July and compare their reviews.",
        tools=(
            tool(
                "hotels",
                "Hotels of a city",
                "city night max_price#",
                "Hotel Patershol 128 €; The Verhaegen 139 €; Ibis 99 €",
            ),
            tool("reviews", "Reviews of a hotel", "hotel", "8.9, 'very quiet courtyard'", "9.3, 'silent, a garden'"),
        ),
        turns=(
            act("hotels", city="Ghent", night="2025-07-05", max_price=140),
            together("", one("reviews", hotel="Hotel Patershol"), one("reviews", hotel="The Verhaegen")),
            Turn(BUSY, status=429),
            Turn(BUSY, status=429),
            Turn(BUSY, status=429),
            say(
                "Hotel Patershol (128 €, 8.9, quiet courtyard) and The Verhaegen (139 €, 9.3, a garden). The second "
                "is quieter."
            ),
        ),
        culprits=model(2, 3, 4),
        allowed=("retry_storm",),
    ),
    Scenario(
        name="h-rate-geocoder-quota",
        kinds=("rate_limited",),
        task="Geocode the four depots and give me the two that are closest to each other.",
        tools=(
            tool("depots", "Depots", "region", "Linz, Hafenstr. 2 | Wels, Ring 19 | Steyr, Ennser 4 | Enns, Bahnhof 1"),
            tool(
                "geocode",
                "Coordinates of an address",
                "address",
                "48.3152,14.3099",
                '{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Quota exceeded for queries per day"}}',
            ),
        ),
        turns=(
            act("depots", region="Upper Austria"),
            act("geocode", address="Linz, Hafenstr. 2"),
            act("geocode", address="Wels, Ring 19"),
            act("geocode", "Once more.", address="Wels, Ring 19"),
            act("geocode", "Maybe another one works.", address="Steyr, Ennser 4"),
            say(
                "Only Linz could be geocoded (48.3152, 14.3099). The service's daily quota is used up, so I cannot "
                "compare."
            ),
        ),
        culprits=of("geocode", 1, 2, 3),
        allowed=("retry_storm", "tool_error", "no_progress"),
    ),
    Scenario(
        name="h-rate-storm-crm-hammered",
        kinds=("rate_limited", "retry_storm"),
        task="Set contact 77193 to 'do not call'.",
        system="You are the CRM bot.",
        tools=(
            tool(
                "crm_patch",
                "Changes a contact",
                "contact field value",
                Does("HTTP 429 Too Many Requests; Retry-After: 60"),
            ),
            tool("crm_get", "Reads a contact", "contact", '{"id":77193,"name":"R. Iqbal","do_not_call":false}'),
        ),
        turns=(
            act("crm_get", contact="77193"),
            *(act("crm_patch", contact="77193", field="do_not_call", value="true") for _ in range(7)),
            say("The CRM refuses with 'too many requests', contact 77193 is unchanged. Please try in a minute."),
        ),
        culprits=of("crm_patch", 0, 1, 2, 3, 4, 5, 6),
        allowed=("tool_error", "call_loop", "no_progress"),
    ),
    Scenario(
        name="h-like-rate-statistics-of-429",
        kinds=(),
        like="rate_limited",
        task="Which customers of our API were throttled most yesterday?",
        tools=(
            tool(
                "query_logs",
                "Aggregates access logs",
                "query",
                "status,customer,count\n429,acme,10233\n429,zephyr,871\n429,nordlys,12\nmessage: 'rate limit "
                "exceeded, retry later'",
            ),
            tool(
                "customer_plan",
                "Plan of a customer",
                "customer",
                "acme: Basic, 60 requests/min",
                "zephyr: Pro, 600/min",
            ),
        ),
        turns=(
            act("query_logs", query="status=429 day=2025-06-02 | count by customer"),
            together("", one("customer_plan", customer="acme"), one("customer_plan", customer="zephyr")),
            say(
                "acme by far: 10,233 requests were answered with 429 (Basic plan, 60 a minute), then zephyr with 871 "
                "(Pro, 600) "
                "and nordlys with 12. acme should be offered Pro."
            ),
        ),
    ),
    Scenario(
        name="h-like-rate-waits-once",
        kinds=(),
        like="rate_limited",
        task="Publie l'annonce du vide-grenier sur les trois panneaux de la commune.",
        tools=(
            tool(
                "panneau",
                "Affiche un message sur un panneau",
                "numero# message",
                "panneau 1 : affiché",
                "panneau 2 : affiché",
                "panneau 3 : limite d'un message toutes les 2 s, réessayez",
                "panneau 3 : affiché",
            ),
        ),
        turns=(
            act("panneau", numero=1, message="Vide-grenier dimanche 15 juin, 8 h - 17 h"),
            act("panneau", numero=2, message="Vide-grenier dimanche 15 juin, 8 h - 17 h"),
            act("panneau", numero=3, message="Vide-grenier dimanche 15 juin, 8 h - 17 h"),
            act(
                "panneau",
                "J'allais trop vite, je recommence.",
                numero=3,
                message="Vide-grenier dimanche 15 juin, 8 h - 17 h",
            ),
            say("L'annonce est affichée sur les trois panneaux (le troisième a demandé une petite pause)."),
        ),
    ),
    Scenario(
        name="h-growth-council-records",
        kinds=("context_growth",),
        task="In which sessions of the council from 1 to 9 was the culvert disputed? Read the records.",
        tools=(
            tool("record", "Verbatim record of a session", "session#", *(_minutes(k) for k in range(1, 10))),
            tool("note", "Keeps a note", "text", "kept"),
        ),
        turns=(
            *(act("record", session=k) for k in range(1, 10)),
            say("The culvert was disputed in sessions 2 and 7, both times by Cllr Abara (entry 96)."),
        ),
        culprits=model(4, 5, 6, 7, 8, 9),
        allowed=("oversized_content",),
    ),
    Scenario(
        name="h-growth-draft-resent-each-time",
        kinds=("context_growth",),
        task="Write out the record of session 4 from the stenographer's notes, in seven passes.",
        system="You are a clerk. Save the whole text after every pass.",
        tools=(
            tool(
                "save_draft",
                "Saves and shows the text",
                "version# text",
                *(f"saved, the text is now:\n{t}" for t in DRAFTS),
            ),
        ),
        turns=(
            *(act("save_draft", f"Pass {v}.", version=v, text=text) for v, text in enumerate(DRAFTS, 1)),
            say("All seven passes are done; version 7 is saved."),
        ),
        culprits=model(3, 4, 5, 6, 7),
        allowed=("oversized_content",),
    ),
    Scenario(
        name="h-like-growth-big-but-flat",
        kinds=(),
        like="context_growth",
        system="You answer questions on the house rules.\n\n" + _rules(),
        task="May the shop on the ground floor put up an awning, and who decides?",
        tools=(
            tool("plan", "A plan of the house", "floor", "ground floor: shop 84 m², two windows to the street"),
            tool("owner", "Owner of a unit", "unit", "unit 0.1: Stoll GmbH"),
            tool("minutes_search", "Decisions on a subject", "subject", "2019-05-04: awnings need a simple majority"),
        ),
        turns=(
            act("plan", floor="ground"),
            act("owner", unit="0.1"),
            act("minutes_search", subject="awning"),
            say(
                "Yes, if the owners agree by simple majority (decision of 4 May 2019); Stoll GmbH, owner of unit "
                "0.1, has to ask."
            ),
        ),
    ),
    Scenario(
        name="h-like-growth-ten-small-steps",
        kinds=(),
        like="context_growth",
        task="Book the ten new lockers one by one to the names of list L-9, each needs its own key number.",
        tools=(
            tool("names", "A list of names", "list", "Aiko, Bram, Celia, Dov, Esra, Finn, Gita, Hugo, Iris, Jan"),
            tool(
                "assign_locker",
                "Gives the next locker to a person, says its key",
                "person",
                *(f"locker {300 + k}, key K{4410 + 7 * k}" for k in range(10)),
            ),
        ),
        turns=(
            act("names", list="L-9"),
            *(
                act("assign_locker", person=person)
                for person in ("Aiko", "Bram", "Celia", "Dov", "Esra", "Finn", "Gita", "Hugo", "Iris", "Jan")
            ),
            say(
                "Lockers 300 to 309 with keys K4410, K4417, K4424, K4431, K4438, K4445, K4452, K4459, K4466 and "
                "K4473 went to "
                "Aiko, Bram, Celia, Dov, Esra, Finn, Gita, Hugo, Iris and Jan in this order."
            ),
        ),
    ),
)
