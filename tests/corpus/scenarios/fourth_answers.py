"""Fourth set: answers that are empty or cut off, and failures that they say nothing of."""

from __future__ import annotations

from tests.corpus.scenario import Scenario, Turn
from tests.corpus.scenarios.building import at, call, data, fails, faulty, say, think, together, tool, use

NOTHING: tuple[Scenario, ...] = (
    faulty(
        "s-moderation-answer-blank",
        "empty_output",
        "Summarise why player Kestrel_9 was muted.",
        (
            tool(
                "mod_log",
                "Moderation log of a player.",
                "player",
                "2026-05-02 21:14 mute 24h, slur in team chat, by mod Juno",
            ),
        ),
        (use("mod_log", player="Kestrel_9"), say("")),
        at(None, 1),
        allowed="premature_end unused_answer",
    ),
    faulty(
        "s-first-reply-blank",
        "empty_output",
        "Nenne drei Fragen für ein Bewerbungsgespräch mit einer Elektrikerin.",
        (),
        (say(""),),
        at(None, 0),
    ),
    faulty(
        "f-permit-answer-whitespace",
        "empty_output",
        "Is a permit needed for a 2.4 m fence in Utrecht?",
        (tool("rules", "Building rules of a town.", "town topic", "Fences above 2 m need an omgevingsvergunning."),),
        (use("rules", town="Utrecht", topic="fence"), say("\n \n")),
        at(None, 1),
        allowed="unused_answer premature_end",
    ),
    faulty(
        "s-contract-summary-cut",
        "output_truncated",
        "Summarise the lease of flat 12 for the new tenant.",
        (
            tool(
                "lease",
                "Text of a lease.",
                "flat:integer",
                (
                    "Rent 940 EUR, due on the 3rd. Deposit 1,880 EUR. Notice three months. No pets above 10 "
                    "kg. Heating by district heat."
                ),
            ),
        ),
        (
            use("lease", flat=12),
            Turn(
                (
                    "The rent of 940 EUR is due on the 3rd of each month. The deposit is 1,880 EUR. Notice "
                    "must be given three"
                ),
                finish="length",
            ),
        ),
        at(None, 1),
    ),
    faulty(
        "f-podcast-script-cut",
        "output_truncated",
        "Écris l'introduction de l'épisode sur les phares bretons, cinq phrases.",
        (),
        (
            Turn(
                (
                    "Bienvenue à bord ! Aujourd'hui, nous longeons la côte bretonne, de Brest à Saint-Malo. "
                    "Chaque phare a son gardien, son histoire et"
                ),
                finish="length",
                tokens=(61, 32),
            ),
        ),
        at(None, 0),
    ),
    faulty(
        "f-tool-call-cut-by-limit",
        "output_truncated",
        "Save the minutes of the parents' evening.",
        (tool("save_note", "Saves a note.", "title text", "saved"),),
        (
            Turn(
                (
                    "Minutes of the parents' evening: 1. The summer party is on 12 June. 2. Class 3a needs "
                    "two parents for the"
                ),
                finish="length",
            ),
        ),
        at(None, 0),
        allowed="premature_end",
    ),
)

SWALLOWED: tuple[Scenario, ...] = (
    faulty(
        "s-refund-told-as-done",
        "swallowed_error",
        "Refund order 7781 to the customer's card.",
        (
            tool("order", "An order.", "number:integer", "7781: 2 lamps, 118.00 EUR, card *4411, paid"),
            tool(
                "refund",
                "Refunds an order.",
                "number:integer amount",
                data(result="declined", code="card_issuer_unavailable"),
            ),
        ),
        (
            use("order", number=7781),
            use("refund", number=7781, amount="118.00"),
            say("All done! 118.00 EUR have been refunded to the card ending in 4411."),
        ),
        at("refund", 0),
        allowed="tool_error ungrounded_output",
    ),
    faulty(
        "s-backup-reported-fine",
        "swallowed_error",
        "Back up the lab notebook database, then tell the group it is safe.",
        (
            tool(
                "backup",
                "Backs a database up.",
                "database",
                fails("pg_dump: error: could not write to file: No space left on device", "OSError"),
            ),
            tool("post", "Posts to the group.", "text", "posted"),
        ),
        (
            use("backup", database="notebook"),
            use("post", text="Tonight's backup of the notebook database is complete."),
            say("The notebook database is backed up and the group has been told."),
        ),
        at("backup", 0),
        allowed="tool_error ungrounded_output",
    ),
    faulty(
        "f-vaccination-recall-not-sent",
        "swallowed_error",
        "Envía los avisos de vacunación a los dueños de Luna, Toby y Max.",
        (
            tool(
                "dueno",
                "Dueño de una mascota.",
                "mascota",
                "Ana Ruiz, ana@correo.example",
                "Luis Gil, luis@correo.example",
                "Eva Sanz, eva@correo.example",
            ),
            tool(
                "enviar",
                "Envía un aviso.",
                "correo texto",
                "enviado",
                fails("SMTP 550 5.1.1 buzón inexistente"),
                "enviado",
            ),
        ),
        (
            together(call("dueno", mascota="Luna"), call("dueno", mascota="Toby"), call("dueno", mascota="Max")),
            use("enviar", correo="ana@correo.example", texto="Luna: toca vacuna"),
            use("enviar", correo="luis@correo.example", texto="Toby: toca vacuna"),
            use("enviar", correo="eva@correo.example", texto="Max: toca vacuna"),
            say("Listo: los tres avisos de vacunación han sido enviados a Ana, Luis y Eva."),
        ),
        at("enviar", 1),
        allowed="tool_error ungrounded_output",
    ),
    faulty(
        "f-deploy-announced-after-failed-migration",
        "swallowed_error",
        "Migrate the staging database and deploy build 512 there.",
        (
            tool(
                "run",
                "Runs a command.",
                "command",
                'exit status 1\nsqlalchemy.exc.ProgrammingError: relation "invoice" already exists',
                "exit status 0\nbuild 512 is live on staging",
            ),
        ),
        (
            use("run", command="alembic upgrade head"),
            think("Now the deployment.", call("run", command="deploy --build 512 --to staging")),
            say("Staging is migrated and runs build 512."),
        ),
        at("run", 0),
        allowed="tool_error ungrounded_output",
    ),
)

SCENARIOS: tuple[Scenario, ...] = NOTHING + SWALLOWED
