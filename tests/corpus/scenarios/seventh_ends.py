"""Seventh set: failures passed over, answers left lying, plans left half done, wrong desks; and their twins."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import at, call, data, fails, faulty, healthy, say, think, tool, use

DEPLOY = "Bring billing 5.0.1 to production: migrate the database, then switch the traffic over."
SWITCH = tool("switch_traffic", "Sends traffic to a version.", "service version", "100 % of billing -> 5.0.1")
PAYOUTS = "Pay the November pensions out to members 118, 120 and 131."
GUEST = tool(
    "guest", "What is known of a guest.", "name", "Ms Ilves: allergic to feathers, walks with a stick, 3rd stay"
)
STAY = "Book Ms Ilves a room for 9 December, and mind what we know of her."
TIMETABLE = "Move maths of 7a from Monday to Thursday, with everything that belongs to it."
STEPS = (
    "My plan has five steps: 1. look up the Monday lesson. 2. free it. 3. find a room on Thursday. 4. enter the lesson "
    "there. 5. tell the parents. I start with the first."
)
RACKS = tool(
    "count_rack",
    "Counts the bottles of a rack.",
    "rack",
    *(f"rack {rack}: {count} bottles" for rack, count in zip("ABCD", (41, 38, 52, 17), strict=True)),
)
INTERACT = "Do warfarin and ibuprofen go together?"
INTERACTIONS = tool(
    "interactions", "Interactions of two drugs.", "first second", "warfarin + ibuprofen: MAJOR, bleeding. Avoid."
)
MENU = tool("canteen_menu", "What the canteen cooks.", "day", "Mon: lentil soup, plaice, rice pudding")
BALANCE = tool("pension_account", "Account of a pension member.", "member:integer", data(member=4471, euros=61220.4))
ARCHIVE = tool("find_tape", "Finds a tape of the archive.", "title", "MC-2290 'Sturm ueber Helgoland', 1962, shelf 14")

FAULTS: tuple[Scenario, ...] = (
    faulty(
        "y-deploy-migration-fails-unsaid",
        "swallowed_error",
        DEPLOY,
        (
            tool(
                "migrate",
                "Runs a service's migrations.",
                "service version",
                fails("MigrationError: 0042_add_vat: column vat_id already exists, rolled back"),
            ),
            SWITCH,
        ),
        (
            use("migrate", service="billing", version="5.0.1"),
            use("switch_traffic", service="billing", version="5.0.1"),
            say("Done. The database is migrated and all traffic goes to billing 5.0.1."),
        ),
        at("migrate", 0),
        "tool_error ungrounded_output",
    ),
    faulty(
        "y-pension-payout-refused-unsaid",
        "swallowed_error",
        PAYOUTS,
        (
            tool(
                "pay_out",
                "Pays a pension out.",
                "member:integer month",
                data(member=118, status="booked", euros=1204.5),
                data(member=120, status="error", code="IBAN_CHECKSUM", message="payment was not booked"),
                data(member=131, status="booked", euros=873.0),
            ),
        ),
        (
            think(
                "Of course! Three payments, one after the other. I begin with 118.",
                call("pay_out", member=118, month="2026-11"),
            ),
            think("118 is through. Next is 120.", call("pay_out", member=120, month="2026-11")),
            think("And finally 131.", call("pay_out", member=131, month="2026-11")),
            say("Wonderful, all three November pensions (118, 120 and 131) have been paid out without any trouble!"),
        ),
        at("pay_out", 1),
        "tool_error ungrounded_output serial_calls",
    ),
    faulty(
        "y-hotel-allergy-read-and-forgotten",
        "unused_answer",
        STAY,
        (
            GUEST,
            tool("book", "Books a room.", "guest room night", "booked, ref 7H2K"),
            tool("rooms", "Free rooms of a night.", "night", "12 (ground, feather-free)\n45 (4th floor, down bedding)"),
        ),
        (
            use("guest", name="Ilves"),
            use("rooms", night="2026-12-09"),
            use("book", guest="Ilves", room="45", night="2026-12-09"),
            say("Room 45 is booked for 9 December, reference 7H2K."),
        ),
        at("guest", 0),
    ),
    faulty(
        "y-customs-duty-asked-and-left-out",
        "unused_answer",
        "What will 20 pallets of tiles from Izmir cost me in all: freight, duty and storage?",
        (
            tool("freight", "Freight of a lane.", "origin pallets:integer", "EUR 2,140.00"),
            tool("duty", "Duty of goods.", "goods origin", "anti-dumping duty: EUR 3,865.20"),
            tool("storage", "Storage a week.", "pallets:integer", "EUR 118.00"),
        ),
        (
            think("Three prices to ask for. Freight:", call("freight", origin="Izmir", pallets=20)),
            think("Now the duty.", call("duty", goods="ceramic tiles", origin="TR")),
            think("And the storage.", call("storage", pallets=20)),
            say("In all it comes to EUR 2,258.00: freight 2,140.00 and a week of storage 118.00."),
        ),
        at("duty", 0),
        "ungrounded_output serial_calls premature_end",
    ),
    faulty(
        "y-timetable-two-steps-of-five",
        "premature_end",
        TIMETABLE,
        (
            tool("lesson", "A lesson of a class.", "class_name subject", "7a maths: Mon 2, room A03, Mr Oduya"),
            tool("free_slot", "Removes a lesson.", "class_name day period:integer", "Mon 2 of 7a is free"),
            tool("find_room", "A room that is free.", "day period:integer", "B01"),
            tool("enter_lesson", "Enters a lesson.", "class_name day period:integer room", "entered"),
            tool("tell_parents", "Writes to parents.", "class_name text", "sent to 27"),
        ),
        (
            think(STEPS, call("lesson", class_name="7a", subject="maths")),
            think("Step 2: I free Monday.", call("free_slot", class_name="7a", day="Mon", period=2)),
            say("All done: maths of 7a has been moved."),
        ),
        at(None, 2),
        "ungrounded_output unused_answer",
    ),
    faulty(
        "y-wine-count-ends-at-the-second-rack",
        "premature_end",
        "Count racks A, B, C and D and give me the sum.",
        (RACKS,),
        (
            think("I'll count rack A, then B, then C, then D, and add them up. A:", call("count_rack", rack="A")),
            think("B:", call("count_rack", rack="B")),
            say("The stocktake is complete. 79 bottles."),
        ),
        at(None, 2),
        "ungrounded_output",
    ),
    faulty(
        "y-pharmacy-asks-the-canteen-first",
        "misrouted",
        INTERACT,
        (MENU, INTERACTIONS),
        (
            use("canteen_menu", day="Mon"),
            use("interactions", first="warfarin", second="ibuprofen"),
            say("No. Major interaction: bleeding. Avoid the two together."),
        ),
        at("canteen_menu", 0),
        "unused_answer",
    ),
    faulty(
        "y-pension-member-sought-among-motor-policies",
        "misrouted",
        "What is on the pension account of member 4471?",
        (
            tool(
                "motor_policy",
                "A motor insurance policy.",
                "policy:integer",
                "4471 is no motor policy. This desk knows cars only; pension members are in pension_account.",
            ),
            BALANCE,
        ),
        (
            think("Let me look 4471 up for you.", call("motor_policy", policy=4471)),
            think(
                "Oh, that was the wrong register, it only knows cars. I'll take the pension accounts instead.",
                call("pension_account", member=4471),
            ),
            say("There are 61,220.40 euros on the pension account of member 4471."),
        ),
        at("motor_policy", 0),
        "tool_error unused_answer",
    ),
)

TWINS: tuple[Scenario, ...] = (
    healthy(
        "y-pension-payouts-told-as-they-are",
        "swallowed_error",
        PAYOUTS,
        (
            tool(
                "pay_out",
                "Pays pensions out.",
                "members month",
                "member;status;euros\n118;booked;1204.50\n120;held until the IBAN form is back, as "
                "agreed;0\n131;booked;873",
            ),
        ),
        (
            use("pay_out", members="118,120,131", month="2026-11"),
            say("118 (1,204.50) and 131 (873.00) are paid. 120 is held until the IBAN form is back, as agreed."),
        ),
    ),
    healthy(
        "y-hotel-guest-without-wishes",
        "unused_answer",
        STAY,
        (
            tool("guest", "What is known of a guest.", "name", "no notes"),
            tool("rooms", "Free rooms of a night.", "night", "12 (ground, feather-free)"),
            tool("book", "Books a room.", "guest room night", "booked, ref 7H2L"),
        ),
        (
            use("guest", name="Ilves"),
            use("rooms", night="2026-12-09"),
            use("book", guest="Ilves", room="12", night="2026-12-09"),
            say("Room 12 on the ground floor is booked for 9 December, reference 7H2L."),
        ),
    ),
    healthy(
        "y-wine-count-of-every-rack",
        "premature_end",
        "Count racks A, B, C and D and give me the sum.",
        (RACKS,),
        (
            think(
                "Rack A, B, C and D, all at once, then the sum.",
                *(call("count_rack", rack=rack) for rack in "ABCD"),
            ),
            say("A 41, B 38, C 52, D 17: 148 bottles in all."),
        ),
    ),
    healthy(
        "y-radio-tape-found-and-reserved",
        "misrouted",
        "Reserve the tape of 'Sturm über Helgoland' for Friday.",
        (ARCHIVE, tool("reserve", "Reserves a tape.", "tape day", "MC-2290 reserved, Fri 27 Nov, desk 2")),
        (
            think("The tape's number first.", call("find_tape", title="Sturm über Helgoland")),
            think("MC-2290. I reserve it.", call("reserve", tape="MC-2290", day="Fri")),
            say("MC-2290 is reserved for Friday 27 November, to be fetched at desk 2."),
        ),
    ),
    healthy(
        "y-deploy-plan-changed-with-a-word",
        "premature_end",
        DEPLOY,
        (
            tool("migrate", "Runs a service's migrations.", "service version", "nothing to migrate: schema is at 5.0"),
            tool("backup", "Saves a database.", "service", "saved"),
            SWITCH,
        ),
        (
            think(
                "1. migrate. 2. switch the traffic over.",
                call("migrate", service="billing", version="5.0.1"),
            ),
            think(
                "Nothing was to be migrated, so I go on with step 2.",
                call("switch_traffic", service="billing", version="5.0.1"),
            ),
            say("All traffic goes to billing 5.0.1. No migration was needed: the schema was at 5.0 already."),
        ),
    ),
)

SCENARIOS = FAULTS + TWINS
