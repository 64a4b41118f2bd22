"""Answers and arguments that do not fit what was agreed, and ones that only look odd."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.corpus.scenario import Call, Scenario, Turn
from tests.corpus.scenarios.held_out_building import act, model, of, one, say, together, tool


def _object(**properties: str) -> Mapping[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(properties),
        "additionalProperties": False,
    }


SCENARIOS = (
    Scenario(
        name="h-schema-triage-prose-instead",
        kinds=("invalid_output",),
        system="You triage calls of an out-of-hours practice. Answer as JSON of the given form only.",
        task="Caller, 58, pressure on the chest for an hour, sweating. Triage.",
        tools=(
            tool(
                "protocol",
                "Triage protocol for a symptom",
                "symptom",
                "chest pain + sweating: RED, ambulance, no waiting",
            ),
        ),
        turns=(
            act("protocol", symptom="chest pain"),
            say("This is clearly urgent! I would send an ambulance straight away, level red, and stay on the line."),
        ),
        schema=_object(level="string", action="string", minutes="integer"),
        culprits=model(1),
    ),
    Scenario(
        name="h-schema-lacks-field-then-right",
        kinds=("invalid_output",),
        system="Extract data from receipts, as JSON of the given form.",
        task="Receipt r-118, please.",
        tools=(
            tool(
                "ocr",
                "Text of a receipt",
                "receipt",
                "TRATTORIA ALBA\n12/05/25  20:41\nCoperto 2x2,50\nTOTALE EUR 47,00",
            ),
        ),
        turns=(
            act("ocr", receipt="r-118"),
            say('{"merchant": "Trattoria Alba", "total": "EUR 47,00"}'),
            say('{"merchant": "Trattoria Alba", "date": "2025-05-12", "total_cents": 4700, "currency": "EUR"}'),
        ),
        schema=_object(merchant="string", date="string", total_cents="integer", currency="string"),
        culprits=model(1),
    ),
    Scenario(
        name="h-schema-json-with-missing-brace",
        kinds=("invalid_output",),
        system="Réponds uniquement par un objet JSON conforme au schéma.",
        task="Classe cet avis : « Livraison rapide, mais la lampe est arrivée rayée. »",
        tools=(tool("categories", "Catégories permises", "boutique", "livraison, qualité, prix, service"),),
        turns=(
            act("categories", boutique="lumière-et-co"),
            say('{"categorie": "qualité", "note": 3, "motif": "lampe rayée, livraison rapide"'),
        ),
        schema=_object(categorie="string", note="integer", motif="string"),
        culprits=model(1),
        allowed=("output_truncated",),
    ),
    Scenario(
        name="h-like-schema-right-at-once",
        kinds=(),
        like="invalid_output",
        system="Answer as JSON of the given form.",
        task="How warm is the server room and is that allowed?",
        tools=(tool("sensor", "A sensor", "name", "t=27.4C rh=38%"), tool("limit", "A limit", "name", "max 27 C")),
        turns=(
            together("", one("sensor", name="server-room"), one("limit", name="server-room")),
            say('{"celsius": "27.4", "allowed": "no", "above_by_tenths": 4}'),
        ),
        schema=_object(celsius="string", allowed="string", above_by_tenths="integer"),
    ),
    Scenario(
        name="h-like-schema-shows-broken-json",
        kinds=(),
        like="invalid_output",
        task="Why does our app refuse settings.json? Repair it.",
        tools=(
            tool(
                "cat",
                "Prints a file",
                "path",
                '{"theme": "dark", "tabs": 4, "plugins": ["vim", "spell",], "font": \'Hack\'}',
            ),
            tool("jsonlint", "Checks JSON", "text", "valid"),
        ),
        turns=(
            act("cat", path="settings.json"),
            act("jsonlint", text='{"theme": "dark", "tabs": 4, "plugins": ["vim", "spell"], "font": "Hack"}'),
            say(
                'JSON knows no trailing commas and no single quotes; both are in it: `["vim", "spell",]` and '
                "`'Hack'`. This is "
                'valid:\n```json\n{"theme": "dark", "tabs": 4, "plugins": ["vim", "spell"], "font": "Hack"}\n```'
            ),
        ),
    ),
    Scenario(
        name="h-args-half-json",
        kinds=("invalid_output",),
        task="Open a ticket: elevator 2 in building K stuck on floor 6, nobody inside.",
        tools=(
            tool("assets", "Finds an asset", "query", "elevator K-2: asset 50177"),
            tool("open_ticket", "Opens a ticket", "asset priority# text", "ticket FM-8120 opened"),
        ),
        turns=(
            act("assets", query="elevator 2 building K"),
            Turn(
                "",
                (Call("open_ticket", raw='{"asset": "50177", "priority": 2, "text": "Stuck on floor 6, nobody ins'),),
            ),
            act("open_ticket", asset="50177", priority=2, text="Stuck on floor 6, nobody inside"),
            say("Ticket FM-8120 is open for elevator 2 of building K."),
        ),
        culprits=model(1),
        allowed=("tool_error", "output_truncated"),
    ),
    Scenario(
        name="h-args-words-for-a-number",
        kinds=("invalid_output",),
        task="Wir brauchen für Samstag vierzehn Stühle und zwei Tische, reserviere sie.",
        tools=(
            tool("verleih", "Bestand des Verleihs", "tag", "Stühle 60, Tische 9, Zelte 2"),
            tool(
                "reservieren",
                "Reserviert Stücke",
                "artikel anzahl# tag",
                "vorgemerkt, Beleg V-230",
                "vorgemerkt, Beleg V-231",
            ),
        ),
        turns=(
            act("verleih", tag="2025-06-07"),
            Turn("", (Call("reservieren", {"artikel": "Stühle", "anzahl": "vierzehn", "tag": "2025-06-07"}),)),
            act("reservieren", artikel="Stühle", anzahl=14, tag="2025-06-07"),
            act("reservieren", artikel="Tische", anzahl=2, tag="2025-06-07"),
            say("Für Samstag, 7. Juni, sind vierzehn Stühle und zwei Tische vorgemerkt."),
        ),
        culprits=model(1),
        allowed=("tool_error",),
    ),
    Scenario(
        name="h-args-forgets-two-of-three",
        kinds=("invalid_output",),
        task="Refund order 5512 for the broken cup.",
        system="You are the shop's agent. Short answers.",
        tools=(
            tool("order", "An order", "number", '{"number":"5512","lines":[{"id":1,"what":"cup","eur":14.0}]}'),
            tool("refund", "Refunds a line of an order", "order line# reason", "refund RF-90 of 14.00 EUR booked"),
        ),
        turns=(
            act("order", number="5512"),
            Turn("", (Call("refund", {"order": "5512"}),)),
            Turn("", (Call("refund", {"order": "5512", "position": 1}),)),
            say("I'm unable to book the refund, a colleague will take over."),
        ),
        culprits=(*model(1, 2), *of("refund", 0, 1)),
        allowed=("tool_error",),
    ),
    Scenario(
        name="h-like-args-json-inside-a-string",
        kinds=(),
        like="invalid_output",
        task="Save a dashboard 'Kiln' with one panel showing temp_kiln_1 for the last 6 h.",
        tools=(
            tool("metric_exists", "Whether a metric exists", "name", "true"),
            tool("save_dashboard", "Saves a dashboard", "title body", '{"uid":"kl-01","version":1}'),
        ),
        turns=(
            act("metric_exists", name="temp_kiln_1"),
            act(
                "save_dashboard",
                title="Kiln",
                body='{"panels":[{"type":"graph","expr":"avg_over_time(temp_kiln_1{room=\\"a\\"}[6h])","unit":"°C"}],"refresh":null}',
            ),
            say("Dashboard 'Kiln' is saved (kl-01) with one panel of temp_kiln_1 over 6 hours."),
        ),
    ),
    Scenario(
        name="h-like-args-empty-and-zero",
        kinds=(),
        like="invalid_output",
        task="Show the first page of all open claims, no filter.",
        tools=(
            tool("claims", "Lists claims", "filter offset# limit#", "C-1 hail 2,300 | C-2 theft 410 | C-3 glass 180"),
        ),
        turns=(act("claims", filter="", offset=0, limit=3), say("C-1 hail 2,300; C-2 theft 410; C-3 glass 180.")),
    ),
)
