"""One thought over and over, and thinking that gets on."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import at, faulty, healthy, say, tool, use

THOUGHT = "The deposit was paid on the 3rd, but the lease starts on the 1st. So is it late? It depends on the lease."

THOUGHTS: tuple[Scenario, ...] = (
    faulty(
        "b-thinks-the-same-thought-again",
        "reasoning_loop",
        "Was the deposit late? Decide and draft one line to the client.",
        (tool("think", "A scratch pad for thoughts.", "thought", "noted"),),
        (
            *(use("think", thought=thought) for thought in (THOUGHT, THOUGHT, "Hmm. " + THOUGHT, THOUGHT, THOUGHT)),
            say("It depends on the lease whether the deposit was late."),
        ),
        at("think", 1, 2, 3, 4),
        allowed="call_loop redundant_call no_progress unused_answer",
    ),
    faulty(
        "b-one-sentence-round-and-round",
        "reasoning_loop",
        "Soll die Kupplung als Ersatzteil oder als Maschine verzollt werden?",
        (tool("tarif", "Tarifnummer.", "ware", "8483 60: Kupplungen"),),
        (
            use("tarif", ware="Kupplung"),
            say(
                "Die Kupplung könnte ein Ersatzteil sein. Andererseits könnte sie eine Maschine sein. " * 14
                + "Tarifnummer 8483 60."
            ),
        ),
        at(None, 1),
        allowed="unused_answer",
    ),
    healthy(
        "b-thinks-step-by-step",
        "reasoning_loop",
        "Can the 08:00 hip and the 09:30 knee both go into theatre 3?",
        (
            tool("think", "A scratch pad for thoughts.", "thought", "noted"),
            tool("duration", "Usual duration of an operation.", "operation", "hip 75 min", "knee 60 min"),
        ),
        (
            use("think", thought="I need both durations and 20 minutes of cleaning in between."),
            use("duration", operation="hip"),
            use("duration", operation="knee"),
            use("think", thought="08:00 + 75 = 09:15, cleaning until 09:35: five minutes after the knee should begin."),
            use("think", thought="Moving the knee to 09:35 solves it, as theatre 3 is free until noon."),
            say(
                "Almost: the hip takes 75 minutes and cleaning 20, so the knee (60 min) can start at 09:35, not 09:30."
            ),
        ),
    ),
    healthy(
        "b-song-with-a-refrain",
        "reasoning_loop",
        "Write the sea shanty that the tavern keeper sings in my mod, with a refrain.",
        (tool("npc", "An NPC's card.", "name", "Old Brannoc, tavern keeper, lost an eye to a gull"),),
        (
            use("npc", name="tavern keeper"),
            say(
                "\n\n".join(
                    f"{verse}\nHaul away, me hearties, haul away!\nHaul away, me hearties, haul away!"
                    for verse in (
                        "Old Brannoc had an eye so fine,",
                        "A gull came down at half past nine,",
                        "He pours you ale with half a stare,",
                        "And cheats at dice, but he cheats fair,",
                    )
                )
            ),
        ),
    ),
)

SCENARIOS: tuple[Scenario, ...] = THOUGHTS
