"""Going to and fro, trying ever new words for nothing, and steady work that looks like it."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.held_out_building import act, of, say, tool

SCENARIOS = (
    Scenario(
        name="h-pingpong-lint-and-format",
        kinds=("ping_pong",),
        task="Make style and format of server.ts agree, then commit.",
        tools=(
            tool("eslint", "Checks the style", "path", "server.ts:14 expected semicolon (semi)"),
            tool("prettier", "Formats a file", "path", "server.ts reformatted (1 line: semicolon removed)"),
            tool("commit", "Commits", "message", "committed"),
        ),
        turns=(
            *(act(name, path="server.ts") for _ in range(4) for name in ("eslint", "prettier")),
            say("ESLint wants a semicolon in line 14 and Prettier removes it. They are set up against each other."),
        ),
        culprits=of("eslint", 1, 2, 3) + of("prettier", 1, 2, 3),
        allowed=("call_loop", "no_progress", "redundant_call", "tool_error"),
    ),
    Scenario(
        name="h-pingpong-two-offices",
        kinds=("ping_pong",),
        system="Du vertrittst einen Bürger gegenüber Ämtern.",
        task="Kläre, wer den Parkausweis für Herrn Thal ausstellt, und beantrage ihn.",
        tools=(
            tool("meldedaten", "Meldedaten einer Person", "person", "Thal, Emil, Ringstraße 8, Zone C"),
            tool("frage_ordnungsamt", "Fragt das Ordnungsamt", "anliegen", "Dafür ist das Bürgerbüro zuständig."),
            tool("frage_buergerbuero", "Fragt das Bürgerbüro", "anliegen", "Dafür ist das Ordnungsamt zuständig."),
            tool("antrag", "Stellt einen Antrag", "amt person", "eingegangen"),
        ),
        turns=(
            act("meldedaten", person="Emil Thal"),
            *(
                act(f"frage_{amt}", f"Ich frage beim {wer} nach.", anliegen="Parkausweis Zone C, Emil Thal")
                for _ in range(3)
                for amt, wer in (("ordnungsamt", "Ordnungsamt"), ("buergerbuero", "Bürgerbüro"))
            ),
            say("Ordnungsamt und Bürgerbüro verweisen aufeinander. Der Antrag ist deshalb noch nicht gestellt."),
        ),
        culprits=of("frage_ordnungsamt", 1, 2) + of("frage_buergerbuero", 1, 2),
        allowed=("call_loop", "no_progress", "redundant_call"),
    ),
    Scenario(
        name="h-like-pingpong-search-open",
        kinds=(),
        like="ping_pong",
        task="Find the parish registers for births of Keller in Amden 1841, 1842 and 1843.",
        tools=(
            tool(
                "search_archive",
                "Searches the archive",
                "query",
                "hit: KB-1841-03",
                "hit: KB-1842-01",
                "hit: KB-1843-02",
            ),
            tool(
                "open_page",
                "Opens a register",
                "signature",
                "KB-1841-03: Keller, Anna, 4 Feb 1841",
                "KB-1842-01: Keller, Josef, 19 Dec 1842",
                "KB-1843-02: no Keller on these pages",
            ),
        ),
        turns=(
            act("search_archive", query="Amden births 1841 Keller"),
            act("open_page", signature="KB-1841-03"),
            act("search_archive", query="Amden births 1842 Keller"),
            act("open_page", signature="KB-1842-01"),
            act("search_archive", query="Amden births 1843 Keller"),
            act("open_page", signature="KB-1843-02"),
            say("1841: Anna Keller, 4 February. 1842: Josef Keller, 19 December. 1843: none."),
        ),
    ),
    Scenario(
        name="h-like-pingpong-measure-adjust",
        kinds=(),
        like="ping_pong",
        system="You tune pumps. Move in small steps.",
        task="Bring loop 3 to 2.0 bar.",
        tools=(
            tool("pressure", "Pressure of a loop", "loop#", "1.4 bar", "1.6 bar", "1.8 bar", "2.0 bar"),
            tool("pump_step", "Raises the pump by a step", "loop#", "ok"),
        ),
        turns=(
            *(act(name, loop=3) for _ in range(3) for name in ("pressure", "pump_step")),
            act("pressure", loop=3),
            say("Loop 3 is at 2.0 bar after three steps (from 1.4)."),
        ),
    ),
    Scenario(
        name="h-noprogress-rephrased-archive",
        kinds=("no_progress",),
        task="When was the mill in Wendlingen rebuilt after the fire? Use the town archive.",
        tools=(
            tool("archive", "Full-text search", "query", "No matching records."),
            tool("open_record", "A record", "id", "-"),
        ),
        turns=(
            act("archive", query="mill Wendlingen fire rebuilt"),
            act("archive", query="Wendlingen mill reconstruction year"),
            act("archive", query="rebuilding of mill after fire Wendlingen"),
            act("archive", query="Mühle Wendlingen Brand Wiederaufbau"),
            act("archive", query="mill fire"),
            act("archive", query="Wendlingen watermill history"),
            act("archive", query="fire 18th century mill Wendlingen"),
            say("The archive has nothing on the mill's rebuilding, I do not know the year."),
        ),
        culprits=of("archive", 1, 2, 3, 4, 5, 6),
    ),
    Scenario(
        name="h-noprogress-different-tools-same-wall",
        kinds=("no_progress",),
        system="terse",
        task="get the invoice pdf 2025-118 out of the old portal",
        tools=(
            tool("portal_download", "Downloads", "path", "Please sign in to continue."),
            tool("portal_search", "Searches", "query", "Please sign in to continue."),
            tool("portal_export", "Exports a month", "month", "Please sign in to continue."),
        ),
        turns=(
            act("portal_download", path="/invoices/2025-118.pdf"),
            act("portal_search", query="2025-118"),
            act("portal_export", month="2025-05"),
            act("portal_download", path="/documents/2025-118"),
            act("portal_search", query="invoice 118 2025"),
            act("portal_export", month="2025-06"),
            say("no luck, the portal wants a sign-in everywhere."),
        ),
        culprits=(
            *of("portal_download", 0, 1),
            *of("portal_search", 0, 1),
            *of("portal_export", 0, 1),
        ),
        allowed=("tool_error",),
    ),
    Scenario(
        name="h-noprogress-guesses-flags-late",
        kinds=("no_progress",),
        task="Convert scan_4 to a searchable PDF, 150 dpi, and archive it.",
        tools=(
            tool("file_info", "About a file", "name", "scan_4.tif, 6 pages, 600 dpi, 88 MB"),
            tool("rotate", "Rotates pages", "name degrees#", "6 pages rotated"),
            tool(
                "ocrmypdf",
                "Runs the converter with options",
                "options",
                "usage: ocrmypdf [options] input output\n(nothing was written)",
            ),
            tool("archive", "Archives a file", "name", "archived"),
        ),
        turns=(
            act("file_info", name="scan_4.tif"),
            act("rotate", name="scan_4.tif", degrees=90),
            act("ocrmypdf", options="--resample 150 scan_4.tif scan_4.pdf"),
            act("ocrmypdf", options="-r 150 scan_4.tif -o scan_4.pdf"),
            act("ocrmypdf", options="--dpi=150 --in scan_4.tif --out scan_4.pdf"),
            act("ocrmypdf", options="--downsample 150 scan_4.tif scan_4.pdf"),
            act("ocrmypdf", options="150dpi scan_4.tif scan_4.pdf"),
            say("I turned the pages upright, but I could not get the converter to write a PDF. Nothing is archived."),
        ),
        culprits=of("ocrmypdf", 1, 2, 3, 4),
        allowed=("tool_error",),
    ),
    Scenario(
        name="h-like-noprogress-rules-out",
        kinds=(),
        like="no_progress",
        task="Make sure that none of our five suppliers is on the sanctions list.",
        tools=(
            tool("suppliers", "Our suppliers", "group", "Aldan AG, Brix Oy, Corvo Lda, Dusek s.r.o., Eland BV"),
            tool("sanctions", "Looks up a name on the list", "name", "no entry"),
        ),
        turns=(
            act("suppliers", group="active"),
            *(act("sanctions", name=name) for name in ("Aldan AG", "Brix Oy", "Corvo Lda", "Dusek s.r.o.", "Eland BV")),
            say("None of the five (Aldan AG, Brix Oy, Corvo Lda, Dusek s.r.o., Eland BV) is on the list."),
        ),
    ),
    Scenario(
        name="h-like-noprogress-ok-each-time",
        kinds=(),
        like="no_progress",
        task="Delete the six temporary users tmp1 to tmp6.",
        tools=(
            tool("delete_user", "Deletes a user", "login", '{"ok":true}'),
            tool("count_users", "Counts users", "prefix", '{"count":0}'),
        ),
        turns=(
            *(act("delete_user", login=f"tmp{k}") for k in range(1, 7)),
            act("count_users", prefix="tmp"),
            say("tmp1 to tmp6 are deleted; no user with that prefix is left."),
        ),
    ),
    Scenario(
        name="h-like-noprogress-third-query-hits",
        kinds=(),
        like="no_progress",
        system="Você é bibliotecária.",
        task="Quem traduziu 'Pedro Páramo' na edição de 1969?",
        tools=(
            tool("catalogo", "Busca no catálogo", "busca", "0 resultados", "0 resultados", "1 resultado: reg. 20881"),
            tool("registro", "Um registro", "numero", "20881: Pedro Páramo, Rulfo, trad. Jurema Finamour, 1969"),
        ),
        turns=(
            act("catalogo", busca="Pedro Páramo 1969 tradução"),
            act("catalogo", "Sem o ano.", busca="Pedro Páramo tradução brasileira"),
            act("catalogo", "Só pelo autor, então.", busca="Rulfo"),
            act("registro", numero="20881"),
            say("Jurema Finamour (registro 20881)."),
        ),
    ),
)
