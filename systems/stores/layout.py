"""The tables of a project in PostgreSQL, as named steps that are made once and in this order.

They have the columns of the SQLite tables (a test compares them), and `rowid` besides where the order of entry counts.
A step that was released is never changed: what changes is a new step, here and in the migrations for SQLite.
"""

from __future__ import annotations

LAYOUT: dict[str, str] = {}
"""Name of a step -> its statements."""

LAYOUT["documents"] = """
CREATE TABLE documents (hash text PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE writes (path text PRIMARY KEY, hash text NOT NULL, before text, run_id text NOT NULL);
CREATE TABLE versions (
    rowid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    path text COLLATE "C" NOT NULL, hash text NOT NULL, noted text NOT NULL, by text NOT NULL, draft text
);
CREATE INDEX versions_path ON versions (path);
"""

LAYOUT["runs"] = """
CREATE TABLE runs (
    rowid bigint GENERATED ALWAYS AS IDENTITY,
    run_id text PRIMARY KEY, goal text NOT NULL, change text, status text NOT NULL, node text,
    loops bigint NOT NULL DEFAULT 0, waiting_for text NOT NULL DEFAULT '[]', started text COLLATE "C" NOT NULL,
    settings text NOT NULL, outcome text, policy text, model text, pid bigint, host text,
    since double precision, seen double precision, cost double precision, seconds double precision NOT NULL DEFAULT 0,
    input_tokens bigint NOT NULL DEFAULT 0, output_tokens bigint NOT NULL DEFAULT 0, parent text
);
CREATE TABLE stops (run_id text PRIMARY KEY);
"""

LAYOUT["results"] = """
CREATE TABLE results (
    policy text, case_key text, model text, repetition bigint, played text NOT NULL,
    PRIMARY KEY (policy, case_key, model, repetition)
);
"""

LAYOUT["cases"] = """
CREATE TABLE cases (
    rowid bigint GENERATED ALWAYS AS IDENTITY,
    key text PRIMARY KEY, kind text NOT NULL, side text NOT NULL, family text NOT NULL, sketch bytea NOT NULL
);
CREATE TABLE claims (
    rowid bigint GENERATED ALWAYS AS IDENTITY,
    id text PRIMARY KEY, case_key text NOT NULL, origin text, against text, words text, server text, tool text,
    outcome text, run_id text, state text
);
CREATE INDEX claims_case_key ON claims (case_key);
CREATE TABLE bodies (id text PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE sealed_bodies (id text PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE sealed_uses (
    rowid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    used text NOT NULL, purpose text NOT NULL, cases bigint NOT NULL
);
CREATE TABLE harvests (run_id text PRIMARY KEY, last_loop text NOT NULL);
ALTER TABLE sealed_bodies ENABLE ROW LEVEL SECURITY;
ALTER TABLE sealed_bodies FORCE ROW LEVEL SECURITY;
CREATE POLICY kept ON sealed_bodies FOR INSERT WITH CHECK (true);
CREATE POLICY seen ON sealed_bodies FOR SELECT USING (current_setting('specloop.sees', true) = 'sealed_bodies');
"""

LAYOUT["reads"] = """
CREATE TABLE reads (
    call text PRIMARY KEY, state text NOT NULL, hash text NOT NULL, bytes bigint NOT NULL, cut bigint NOT NULL,
    read_at double precision NOT NULL
);
"""

LAYOUT["ledger"] = """
CREATE TABLE ledger (
    number bigint PRIMARY KEY, seal text NOT NULL UNIQUE, previous text NOT NULL UNIQUE, kind text NOT NULL,
    at text NOT NULL, model text NOT NULL, record text NOT NULL, body bytea NOT NULL
);
CREATE INDEX ledger_records ON ledger (record);
CREATE TABLE ledger_heads (rowid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, line text NOT NULL);
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only';
END $$;
CREATE FUNCTION ledger_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    newest ledger%ROWTYPE;
BEGIN
    SELECT * INTO newest FROM ledger ORDER BY number DESC LIMIT 1;
    IF NEW.number != coalesce(newest.number, 0) + 1 OR NEW.previous != coalesce(newest.seal, repeat('0', 64)) THEN
        RAISE EXCEPTION 'a ledger entry follows the last one';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_at_the_end BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_follow();
"""

LAYOUT["spans"] = """
CREATE TABLE traces (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, trace_id text COLLATE "C" NOT NULL UNIQUE, run_id text,
    service text, began bigint NOT NULL, latest bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX traces_runs ON traces (run_id);
CREATE INDEX traces_began ON traces (began, id);
CREATE TABLE names (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE);
CREATE TABLE spans (
    start_ns bigint NOT NULL, end_ns bigint NOT NULL, duration bigint NOT NULL, trace bigint NOT NULL, loop bigint,
    name integer NOT NULL, span_id text COLLATE "C" NOT NULL, parent_id text, kind text NOT NULL, status text NOT NULL,
    data bytea NOT NULL, UNIQUE (trace, span_id, start_ns)
) PARTITION BY RANGE (start_ns);
ALTER TABLE spans ALTER data SET STORAGE EXTERNAL;
CREATE INDEX spans_durations ON spans (name, duration) INCLUDE (start_ns);
CREATE TABLE spans_before PARTITION OF spans FOR VALUES FROM (MINVALUE) TO (946684800000000000);
CREATE TABLE spans_after PARTITION OF spans FOR VALUES FROM (4102444800000000000) TO (MAXVALUE);
"""

LAYOUT["tokens"] = """
CREATE TABLE tokens (
    id text PRIMARY KEY, hash text NOT NULL, name text NOT NULL, role text NOT NULL, projects text NOT NULL,
    created text COLLATE "C" NOT NULL, expires text, revoked text
);
"""

LAYOUT["replies"] = """
CREATE TABLE replies (
    rowid bigint GENERATED ALWAYS AS IDENTITY,
    key text PRIMARY KEY, run_id text NOT NULL, at text NOT NULL, by text NOT NULL, kind text NOT NULL,
    question text NOT NULL, answer text NOT NULL
);
CREATE FUNCTION replies_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what people answered is kept for good';
END $$;
CREATE TRIGGER replies_no_update BEFORE UPDATE ON replies FOR EACH ROW EXECUTE FUNCTION replies_refuse();
CREATE TRIGGER replies_no_delete BEFORE DELETE ON replies FOR EACH ROW EXECUTE FUNCTION replies_refuse();
CREATE TRIGGER replies_no_truncate BEFORE TRUNCATE ON replies FOR EACH STATEMENT EXECUTE FUNCTION replies_refuse();
"""
