"""Plainly healthy runs: none to twenty calls of tools, in several trades and languages."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.held_out_building import act, one, say, together, tool

SCENARIOS = (
    Scenario(
        name="h-plain-photosynthesis",
        kinds=(),
        task="Explain photosynthesis to a ten-year-old in three sentences.",
        tools=(tool("lookup_encyclopedia", "Looks up an article", "title", "Photosynthesis (from Greek ...)"),),
        turns=(
            say(
                "Plants make their own food out of sunlight, water and air. The green stuff in their leaves catches "
                "the "
                "light and uses it to turn water and carbon dioxide into sugar. What is left over is oxygen, which we "
                "breathe."
            ),
        ),
    ),
    Scenario(
        name="h-plain-mietvertrag-umformulieren",
        kinds=(),
        system="Du bist Assistent einer Hausverwaltung. Antworte höflich und knapp.",
        task="Formuliere bitte freundlicher: 'Sie haben die Miete für März nicht gezahlt. Zahlen Sie sofort.'",
        tools=(tool("mieter_suchen", "Sucht einen Mieter", "name", "[]"),),
        turns=(
            say(
                "Guten Tag,\n\nbei der Durchsicht unserer Konten ist uns aufgefallen, dass die Miete für März noch "
                "nicht "
                "eingegangen ist. Sicher ist das nur ein Versehen. Wir bitten Sie, den Betrag in den nächsten Tagen zu "
                "überweisen.\n\nFreundliche Grüße\nIhre Hausverwaltung"
            ),
        ),
    ),
    Scenario(
        name="h-plain-tide",
        kinds=(),
        system="Answer in as few words as you can.",
        task="High tide St Malo tomorrow morning?",
        tools=(
            tool(
                "tide_table",
                "Tides at a port",
                "port date",
                '{"port":"Saint-Malo","high":["07:42 11.9m","20:03 12.1m"]}',
            ),
        ),
        turns=(act("tide_table", port="Saint-Malo", date="2025-04-02"), say("07:42, 11.9 m.")),
    ),
    Scenario(
        name="h-plain-order-status",
        kinds=(),
        task="Where is my order 88-20417? I need it before Friday.",
        tools=(
            tool(
                "find_order",
                "Finds an order by its number",
                "number",
                '{"number":"88-20417","placed":"2025-05-19","items":2,"carrier":"DHL","tracking":"JJD0003919"}',
            ),
            tool(
                "track_parcel",
                "Carrier tracking",
                "carrier tracking",
                "21 May 06:12  Leipzig hub, sorted\n21 May 22:40  Vienna depot, arrived\nExpected delivery: Thu 22 "
                "May, 10-14 h",
            ),
        ),
        turns=(
            act("find_order", "Let me look up your order first.", number="88-20417"),
            act("track_parcel", carrier="DHL", tracking="JJD0003919"),
            say(
                "Your order 88-20417 reached the Vienna depot last night and is due on Thursday 22 May between 10 and "
                "14 h, so a day before Friday."
            ),
        ),
    ),
    Scenario(
        name="h-plain-quakes-summary",
        kinds=(),
        task="How many earthquakes above 5 were there near Crete last month, and which was the strongest?",
        tools=(
            tool(
                "quake_catalogue",
                "Earthquakes in a region",
                "region since min_magnitude",
                "| time | mag | depth km | place |\n|---|---|---|---|\n| 05-14 01:51 | 6.0 | 78 | 15 km SE of Kasos |\n"
                "| 05-22 03:19 | 6.1 | 68 | 82 km NNE of Heraklion |\n| 05-23 11:02 | 5.1 | 20 | 60 km S of "
                "Ierapetra |",
            ),
        ),
        turns=(
            act("quake_catalogue", region="Crete", since="2025-05-01", min_magnitude="5"),
            say(
                "Three: magnitude 6.0 near Kasos on 14 May, 6.1 north-north-east of Heraklion on 22 May (the "
                "strongest, "
                "68 km deep) and 5.1 south of Ierapetra on 23 May."
            ),
        ),
    ),
    Scenario(
        name="h-plain-cita-dentista",
        kinds=(),
        system="Eres la recepcionista virtual de una clínica dental en Sevilla.",
        task="Quiero una limpieza dental la semana que viene, por la tarde. Soy Lucía Ferrer, DNI acabado en 41K.",
        tools=(
            tool(
                "buscar_paciente",
                "Busca una ficha",
                "nombre",
                "Ficha 3021: Ferrer Ortiz, Lucía. DNI ***41K. Sin alergias.",
            ),
            tool(
                "huecos_libres",
                "Huecos de la agenda",
                "tratamiento semana",
                "lunes 16:30 (Dra. Vega)\nmiércoles 17:15 (Dr. Salas)\njueves 9:00 (Dra. Vega)",
            ),
            tool("reservar", "Reserva una cita", "ficha momento doctor", "Cita 77120 confirmada, miércoles 17:15."),
        ),
        turns=(
            together(
                "Un momento, por favor.",
                one("buscar_paciente", nombre="Lucía Ferrer"),
                one("huecos_libres", tratamiento="limpieza", semana="2025-W24"),
            ),
            act("reservar", ficha="3021", momento="miércoles 17:15", doctor="Dr. Salas"),
            say(
                "Listo, Lucía: limpieza el miércoles a las 17:15 con el Dr. Salas, cita 77120. Si prefiere el lunes, "
                "dígame."
            ),
        ),
    ),
    Scenario(
        name="h-plain-invoice-check",
        kinds=(),
        task="Check invoice INV-3391 against the purchase order and tell me whether I can release it.",
        tools=(
            tool(
                "get_invoice",
                "An invoice",
                "id",
                '{"id":"INV-3391","po":"4500017","vendor":"Brandt Metall","net":1840.00,"vat":349.60,"gross":2189.60}',
            ),
            tool(
                "get_purchase_order",
                "An order",
                "po",
                '{"po":"4500017","vendor":"Brandt Metall","net":1840.00,"open":1840.00}',
            ),
            tool("goods_receipts", "Receipts for an order", "po", '[{"doc":"GR-771","qty":40,"unit":"pc","of":40}]'),
            tool("calc", "Arithmetic", "expression", "349.6"),
        ),
        turns=(
            act("get_invoice", id="INV-3391"),
            together("", one("get_purchase_order", po="4500017"), one("goods_receipts", po="4500017")),
            act("calc", "Quick check of the tax.", expression="1840.00 * 0.19"),
            say(
                "INV-3391 matches order 4500017: same vendor, net 1,840.00, all 40 pieces received (GR-771), and VAT "
                "of "
                "349.60 is 19%. You can release 2,189.60."
            ),
        ),
    ),
    Scenario(
        name="h-plain-flaky-unit-fix",
        kinds=(),
        task="The date parser of our repo breaks on ISO weeks. Find it and repair it.",
        tools=(
            tool(
                "grep", "Searches the repository", "pattern", "src/dates/parse.py:41:def parse_week(text: str) -> date:"
            ),
            tool(
                "read_lines",
                "Reads lines",
                "path start# end#",
                "41 def parse_week(text):\n42     year, week = text.split('-W')\n43     return date(int(year), 1, 1) + "
                "timedelta(weeks=int(week))",
            ),
            tool("replace_lines", "Replaces lines", "path start# end# text", "replaced 1 line in src/dates/parse.py"),
            tool("run_pytest", "Runs checks of a path", "path", "............\n12 passed in 0.31s"),
            tool(
                "git_diff",
                "Shows changes",
                "path",
                "-    return date(int(year), 1, 1) + ...\n+    return date.fromisocalendar(...)",
            ),
        ),
        turns=(
            act("grep", pattern="def parse_week"),
            act("read_lines", path="src/dates/parse.py", start=41, end=43),
            act(
                "replace_lines",
                "Week 1 does not begin on 1 January; `fromisocalendar` knows that.",
                path="src/dates/parse.py",
                start=43,
                end=43,
                text="    return date.fromisocalendar(int(year), int(week), 1)",
            ),
            act("run_pytest", path="checks/dates"),
            act("git_diff", path="src/dates/parse.py"),
            say(
                "`parse_week` in src/dates/parse.py counted weeks from 1 January. It now uses "
                "`date.fromisocalendar`; the "
                "12 checks of checks/dates pass. The change is one line."
            ),
        ),
    ),
    Scenario(
        name="h-plain-greenhouse-round",
        kinds=(),
        system="You keep the greenhouses of a nursery. Act, then report.",
        task="Do the evening round: read every house, correct what is out of range (18-24 °C, 60-75 % humidity), "
        "report.",
        tools=(
            tool(
                "read_house",
                "Sensors of a house",
                "house",
                "A: 21.3 °C, 66 %",
                "B: 25.9 °C, 63 %",
                "C: 19.8 °C, 52 %",
                "D: 22.0 °C, 70 %",
                "B: 23.6 °C, 64 %",
                "C: 20.1 °C, 65 %",
            ),
            tool("set_vents", "Opens vents by percent", "house percent#", "vents of B at 40 %"),
            tool("mist", "Runs the misters", "house minutes#", "misters of C ran 3 min"),
            tool("write_log", "Writes into the log", "entry", "entry 2025-06-03/4 saved"),
        ),
        turns=(
            together("", one("read_house", house="A"), one("read_house", house="B")),
            together("", one("read_house", house="C"), one("read_house", house="D")),
            together(
                "B is too warm, C too dry.", one("set_vents", house="B", percent=40), one("mist", house="C", minutes=3)
            ),
            together("", one("read_house", house="B"), one("read_house", house="C")),
            act(
                "write_log",
                entry="Evening: B vents 40 % (25.9 -> 23.6 °C), C misted 3 min (52 -> 65 %). A, D in range.",
            ),
            say(
                "Round done. A (21.3 °C, 66 %) and D (22.0 °C, 70 %) were in range. B was at 25.9 °C: vents at 40 %, "
                "now "
                "23.6 °C. C was at 52 %: misted for 3 minutes, now 65 %. Logged as 2025-06-03/4."
            ),
        ),
    ),
    Scenario(
        name="h-plain-class-trip-twenty-calls",
        kinds=(),
        system="You help a school secretary.",
        task="Prepare the trip of class 7b to the sea museum on 12 June: consent, meals, seats, letters for what is "
        "missing.",
        tools=(
            tool(
                "class_list", "Pupils of a class", "name", "Ada Brand (p1), Ben Cho (p2), Caro Diaz (p3), Deniz Er (p4)"
            ),
            tool(
                "consent",
                "Consent of the parents",
                "pupil trip",
                "p1: signed 28 May",
                "p2: not yet returned",
                "p3: signed 30 May",
                "p4: signed 2 June",
            ),
            tool(
                "diet",
                "Diet of a pupil",
                "pupil",
                "p1: none",
                "p2: vegetarian",
                "p3: allergic to hazelnuts",
                "p4: no pork",
            ),
            tool(
                "assign_seat",
                "Seat on the bus",
                "pupil seat",
                "p1 sits in 4A",
                "p2 sits in 4B",
                "p3 sits in 5A",
                "p4 sits in 5B",
            ),
            tool(
                "order_meal",
                "Orders a lunch",
                "pupil meal",
                "meal 901 ordered",
                "meal 902 ordered",
                "meal 903 ordered",
                "meal 904 ordered",
            ),
            tool("draft_letter", "Drafts a letter", "pupil about", "draft L-55 saved"),
            tool("museum_slot", "Reserves a guided tour", "date time people#", "tour 10:30 held for 5, ref SM-118"),
            tool("calendar_add", "Adds to the calendar", "title date", "added"),
        ),
        turns=(
            act("class_list", "First the class.", name="7b"),
            together("", *(one("consent", pupil=f"p{k}", trip="sea museum") for k in (1, 2, 3, 4))),
            together("", *(one("diet", pupil=f"p{k}") for k in (1, 2, 3, 4))),
            together(
                "One consent is missing. Seats next.",
                *(
                    one("assign_seat", pupil=p, seat=s)
                    for p, s in (("p1", "4A"), ("p2", "4B"), ("p3", "5A"), ("p4", "5B"))
                ),
            ),
            together(
                "",
                one("order_meal", pupil="p1", meal="standard"),
                one("order_meal", pupil="p2", meal="vegetarian"),
                one("order_meal", pupil="p3", meal="standard, no nuts"),
                one("order_meal", pupil="p4", meal="standard, no pork"),
            ),
            act("museum_slot", date="2025-06-12", time="10:30", people=5),
            together(
                "",
                one("draft_letter", pupil="p2", about="missing consent"),
                one("calendar_add", title="7b museum", date="2025-06-12"),
            ),
            say(
                "The trip on 12 June is ready but for one thing: Ben Cho's consent is missing, a letter is drafted "
                "(L-55). "
                "Ada, Caro and Deniz have signed. Seats: Ada 4A, Ben 4B, Caro 5A, Deniz 5B. Meals 901 to 904 are "
                "ordered: "
                "vegetarian for Ben, no nuts for Caro, no pork for Deniz. The tour is at 10:30 (SM-118), in the "
                "calendar too."
            ),
        ),
    ),
)
