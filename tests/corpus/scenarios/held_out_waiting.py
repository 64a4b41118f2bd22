"""Waits: calls given up on, calls much slower than their peers, calls in a row that need not be."""

from __future__ import annotations

from tests.corpus.scenario import Does, Scenario, Turn
from tests.corpus.scenarios.held_out_building import act, of, one, say, slowly, together, tool

STOPS = ("Basel", "Olten", "Bern", "Thun", "Spiez", "Visp", "Brig")
METERS = ("m-201", "m-202", "m-203", "m-204", "m-205", "m-206", "m-207", "m-208")

SCENARIOS = (
    Scenario(
        name="h-timeout-radiology-archive",
        kinds=("timeout",),
        task="Compare today's chest X-ray of patient 5520 with the one of 2023.",
        system="You assist radiologists. Never guess findings.",
        tools=(
            tool("list_studies", "Imaging studies", "patient", "S-1 2023-04-18 chest PA\nS-2 2025-06-03 chest PA"),
            tool(
                "load_study",
                "Reads a study's report from the archive",
                "study",
                "S-2: small effusion on the left, heart of normal size.",
                Does("C-FIND to PACS-ARCHIVE gave no answer within 1200 ms", 1.2, "TimeoutError"),
            ),
        ),
        turns=(
            act("list_studies", patient="5520"),
            act("load_study", study="S-2"),
            act("load_study", study="S-1"),
            say(
                "Today's image shows a small effusion on the left. I cannot compare it: the archive did not answer "
                "in time "
                "for the study of 2023."
            ),
        ),
        culprits=of("load_study", 1),
        allowed=("tool_error", "slow_outlier"),
    ),
    Scenario(
        name="h-timeout-told-in-json",
        kinds=("timeout",),
        task="kubernetes: restart deployment billing and wait until it is ready",
        system="terse ops bot",
        tools=(
            tool(
                "kubectl_get",
                "Reads a resource",
                "resource",
                '{"name":"billing","replicas":3,"ready":3,"image":"billing:4.1"}',
            ),
            tool("kubectl_rollout_restart", "Restarts", "deployment", "deployment.apps/billing restarted"),
            tool(
                "kubectl_rollout_status",
                "Waits for a rollout",
                "deployment",
                Does('{"exit":1,"stderr":"error: timed out waiting for the condition","waited":"0.9s"}', 0.9),
            ),
        ),
        turns=(
            act("kubectl_get", resource="deploy/billing"),
            act("kubectl_rollout_restart", deployment="billing"),
            act("kubectl_rollout_status", deployment="billing"),
            say("restarted, but not ready within the wait: rollout status ran out of time. look at the pods."),
        ),
        culprits=of("kubectl_rollout_status", 0),
        allowed=("tool_error", "slow_outlier"),
    ),
    Scenario(
        name="h-like-timeout-setting",
        kinds=(),
        like="timeout",
        task="Which timeouts does our gateway have, and is any above 30 s?",
        tools=(
            tool(
                "read_config",
                "Reads a file of the gateway's configuration",
                "file",
                "connect_timeout: 5s\nread_timeout: 60s\nidle_timeout: 300s\non_timeout: respond 504 'Gateway Timeout'",
            ),
            tool(
                "metrics",
                "A metric of the last day",
                "name",
                '{"metric":"gateway_timeouts_total","value":17,"by_reason":{"read timed out":15,"deadline '
                'exceeded":2}}',
            ),
        ),
        turns=(
            together("", one("read_config", file="gateway.yaml"), one("metrics", name="gateway_timeouts_total")),
            say(
                "Connect 5 s, read 60 s, idle 300 s: read and idle are above 30 s. In the last day 17 requests timed "
                "out, 15 "
                "of them while reading."
            ),
        ),
    ),
    Scenario(
        name="h-like-timeout-patient-model",
        kinds=(),
        like="timeout",
        task="Render the aerial survey of field 9 and tell me the share of bare soil.",
        tools=(
            tool("render_survey", "Renders an orthophoto", "field", Does("ortho_9.tif, 8120x6600 px, 2.1 cm/px", 0.7)),
            tool(
                "classify", "Land cover of an image", "image", Does("maize 71.4 %, weeds 6.1 %, bare soil 22.5 %", 0.6)
            ),
        ),
        turns=(
            Turn("This takes a moment.", act("render_survey", field="9").calls, seconds=0.6),
            Turn("", act("classify", image="ortho_9.tif").calls, seconds=0.6),
            Turn("22.5 % of field 9 is bare soil (maize 71.4 %, weeds 6.1 %).", seconds=0.7),
        ),
    ),
    Scenario(
        name="h-slow-one-of-seven-stations",
        kinds=("slow_outlier",),
        task="Platform and delay at each station of IC 1070 today, Basel to Brig.",
        tools=(
            tool("route", "Stations of a train", "train", " - ".join(STOPS)),
            tool(
                "station_board",
                "Board of a station for a train",
                "station train",
                *slowly(0.06, "Basel: platform 7, on time", "Olten: platform 4, on time", "Bern: platform 2, +1"),
                Does("Thun: platform 1, +1", 1.6),
                *slowly(0.06, "Spiez: platform 3, +2", "Visp: platform 5, +2", "Brig: platform 4, +2"),
            ),
        ),
        turns=(
            act("route", train="IC 1070"),
            *(act("station_board", station=stop, train="IC 1070") for stop in STOPS),
            say("Basel 7 on time, Olten 4 on time, Bern 2 +1, Thun 1 +1, Spiez 3 +2, Visp 5 +2, Brig 4 +2 minutes."),
        ),
        culprits=of("station_board", 3),
        allowed=("serial_calls", "bottleneck"),
    ),
    Scenario(
        name="h-slow-first-shard-of-nine",
        kinds=("slow_outlier",),
        task="Count the rows per shard of table events, all nine.",
        tools=(
            tool(
                "count_shard",
                "SELECT count(*) on a shard",
                "shard#",
                *slowly(0.09, "0: 1 204 551", "1: 1 198 020"),
                Does("2: 1 201 777", 1.5),
                *slowly(
                    0.08, "3: 1 199 903", "4: 1 210 042", "5: 1 200 318", "6: 1 197 456", "7: 1 203 660", "8: 1 202 001"
                ),
            ),
        ),
        turns=(
            *(together("", *(one("count_shard", shard=3 * row + k) for k in range(3))) for row in range(3)),
            say(
                "0: 1,204,551; 1: 1,198,020; 2: 1,201,777; 3: 1,199,903; 4: 1,210,042; 5: 1,200,318; 6: 1,197,456; "
                "7: 1,203,660; 8: 1,202,001. Evenly spread."
            ),
        ),
        culprits=of("count_shard", 2),
        allowed=("bottleneck",),
    ),
    Scenario(
        name="h-like-slow-all-alike",
        kinds=(),
        like="slow_outlier",
        task="Lies die Zählerstände m-201 bis m-208 ab.",
        tools=(
            tool(
                "zaehler",
                "Liest einen Zähler über LoRaWAN",
                "nummer",
                *(Does(f"{m}: {3100 + 37 * k} kWh", 0.28 + 0.02 * (k % 4)) for k, m in enumerate(METERS)),
            ),
        ),
        turns=(
            together("Ich lese die erste Hälfte.", *(one("zaehler", nummer=m) for m in METERS[:4])),
            together("Jetzt die zweite.", *(one("zaehler", nummer=m) for m in METERS[4:])),
            say("; ".join(f"{m}: {3100 + 37 * k} kWh" for k, m in enumerate(METERS)) + "."),
        ),
    ),
    Scenario(
        name="h-like-slow-other-kind-of-work",
        kinds=(),
        like="slow_outlier",
        task="Get the six photos of listing 4471, make a contact sheet of them and publish it.",
        tools=(
            tool(
                "photo",
                "Fetches a photo",
                "listing number#",
                *slowly(0.05, *(f"p{k}.jpg 2.{k} MB" for k in range(1, 7))),
            ),
            tool("contact_sheet", "Renders a sheet of photos", "files", Does("sheet_4471.pdf, 6 photos, A3", 0.9)),
            tool("publish", "Publishes a file", "file", "published at /listings/4471/sheet_4471.pdf"),
        ),
        turns=(
            together("", *(one("photo", listing="4471", number=k) for k in range(1, 7))),
            act("contact_sheet", files="p1.jpg,p2.jpg,p3.jpg,p4.jpg,p5.jpg,p6.jpg"),
            act("publish", file="sheet_4471.pdf"),
            say("The contact sheet with all six photos is at /listings/4471/sheet_4471.pdf."),
        ),
    ),
    Scenario(
        name="h-serial-three-couriers",
        kinds=("serial_calls",),
        task="Get me quotes of UPS, DHL and GLS for 12 kg from Graz to Porto and tell me the cheapest.",
        tools=(
            tool("quote_ups", "Quote of UPS", "kg# origin destination", Does('{"eur":61.20,"days":3}', 0.4)),
            tool("quote_dhl", "Quote of DHL", "kg# origin destination", Does('{"eur":54.90,"days":4}', 0.45)),
            tool("quote_gls", "Quote of GLS", "kg# origin destination", Does('{"eur":47.35,"days":5}', 0.4)),
        ),
        turns=(
            act("quote_ups", "First UPS.", kg=12, origin="Graz", destination="Porto"),
            act("quote_dhl", "Then DHL.", kg=12, origin="Graz", destination="Porto"),
            act("quote_gls", "Then GLS.", kg=12, origin="Graz", destination="Porto"),
            say("GLS is cheapest: 47.35 euros in 5 days, against DHL 54.90 (4 days) and UPS 61.20 (3 days)."),
        ),
        culprits=of("quote_ups", 0) + of("quote_dhl", 0) + of("quote_gls", 0),
    ),
    Scenario(
        name="h-serial-five-clinics-after-lookup",
        kinds=("serial_calls",),
        task="Which clinics in the canton take dialysis patients over Easter? Ask each of them.",
        tools=(
            tool(
                "clinics", "Clinics of a canton", "canton", "c1 Aarau, c2 Baden, c3 Zofingen, c4 Muri, c5 Rheinfelden"
            ),
            tool(
                "holiday_capacity",
                "Free dialysis places of a clinic over a holiday",
                "clinic holiday",
                *slowly(0.4, "c1: 2 places", "c2: none", "c3: 1 place", "c4: none", "c5: 4 places"),
            ),
        ),
        turns=(
            act("clinics", canton="Aargau"),
            *(act("holiday_capacity", clinic=f"c{k}", holiday="Easter 2026") for k in range(1, 6)),
            say("Aarau (2 places), Zofingen (1) and Rheinfelden (4). Baden and Muri are full."),
        ),
        culprits=of("holiday_capacity", 0, 1, 2, 3, 4),
    ),
    Scenario(
        name="h-like-serial-chain-of-ids",
        kinds=(),
        like="serial_calls",
        task="Who drove the lorry that delivered pallet 00340 and what is their phone?",
        tools=(
            tool("pallet", "A pallet", "sscc", Does('{"sscc":"00340","shipment":"SH-771"}', 0.3)),
            tool("shipment", "A shipment", "id", Does('{"id":"SH-771","tour":"T-88-12"}', 0.3)),
            tool("tour", "A tour", "id", Does('{"id":"T-88-12","lorry":"GZ 41 KLM","driver":"d-309"}', 0.35)),
            tool("driver", "A driver", "id", Does("d-309 Milos Havel, +43 660 0003091", 0.3)),
        ),
        turns=(
            act("pallet", sscc="00340"),
            act("shipment", id="SH-771"),
            act("tour", id="T-88-12"),
            act("driver", id="d-309"),
            say("Milos Havel, +43 660 0003091, on tour T-88-12 with GZ 41 KLM."),
        ),
    ),
    Scenario(
        name="h-like-serial-together-in-one-turn",
        kinds=(),
        like="serial_calls",
        task="Is it a good day to paint outside in Lyon? Rain, wind, pollen.",
        tools=(
            tool("rain", "Chance of rain", "city", Does("5 %", 0.4)),
            tool("wind", "Wind", "city", Does("11 km/h from the north", 0.4)),
            tool("pollen", "Pollen", "city", Does("grasses: high, birch: none", 0.4)),
        ),
        turns=(
            together("", one("rain", city="Lyon"), one("wind", city="Lyon"), one("pollen", city="Lyon")),
            say("Yes: 5 % chance of rain and 11 km/h of wind. Grass pollen is high, so close the tins if you sneeze."),
        ),
    ),
)
