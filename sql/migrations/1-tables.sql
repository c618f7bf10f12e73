-- Tables of the store: the current state of each check of each node, and changes as history.

CREATE SCHEMA IF NOT EXISTS nodeproof;

-- Which migrations ran. `writers_from`: the oldest schema whose writers still fit.
CREATE TABLE nodeproof.schema_version (
    version int PRIMARY KEY,
    writers_from int NOT NULL,
    applied timestamptz NOT NULL DEFAULT now()
);

-- What is audited against a benchmark: a node, or the objects of a cluster. `run_id` and `time` are those of its newest report.
-- `series` is the benchmark without its version. `replaced_by` is the newer edition to which it moved, so that it counts once.
CREATE TABLE nodeproof.subject (
    subject_key int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cluster text NOT NULL,
    kind text NOT NULL,
    node text NOT NULL,
    benchmark text NOT NULL,
    series text NOT NULL,
    run_id bigint NOT NULL,
    time timestamptz NOT NULL,
    replaced_by int REFERENCES nodeproof.subject ON DELETE SET NULL,
    UNIQUE (cluster, kind, node, benchmark)
);
CREATE INDEX subject_node ON nodeproof.subject (node);
CREATE INDEX subject_time ON nodeproof.subject (time);
CREATE INDEX subject_replaced ON nodeproof.subject (replaced_by) WHERE replaced_by IS NOT NULL;

-- One row for each report.
CREATE TABLE nodeproof.run (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id uuid NOT NULL UNIQUE,
    time timestamptz NOT NULL,
    cluster text NOT NULL,
    kind text NOT NULL,
    node text NOT NULL,
    benchmark text NOT NULL,
    labels jsonb NOT NULL DEFAULT '{}',
    roles text[] NOT NULL DEFAULT '{}',
    platform text,
    kubernetes text,
    tool text NOT NULL,
    passed int NOT NULL,
    failed int NOT NULL,
    undetermined int NOT NULL,
    manual int NOT NULL,
    waived int NOT NULL,
    not_applicable int NOT NULL,
    skipped int NOT NULL
);
CREATE INDEX run_subject ON nodeproof.run (node, cluster, kind, benchmark, time DESC);
CREATE INDEX run_time ON nodeproof.run (time);

-- The counts of the last report of each day, in UTC. `superseded`: a newer edition has reported on the same day.
CREATE TABLE nodeproof.daily (
    day date NOT NULL,
    subject_key int NOT NULL REFERENCES nodeproof.subject ON DELETE CASCADE,
    time timestamptz NOT NULL,
    superseded boolean NOT NULL DEFAULT false,
    passed int NOT NULL,
    failed int NOT NULL,
    undetermined int NOT NULL,
    manual int NOT NULL,
    waived int NOT NULL,
    PRIMARY KEY (subject_key, day)
);
CREATE INDEX daily_day ON nodeproof.daily (day);

-- The checks of each benchmark, as the newest report words them.
CREATE TABLE nodeproof.check_text (
    check_key int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    benchmark text NOT NULL,
    target text NOT NULL,
    check_id text NOT NULL,
    rule text NOT NULL,
    title text NOT NULL,
    severity text NOT NULL,
    scored boolean NOT NULL,
    UNIQUE (benchmark, target, check_id)
);
CREATE INDEX check_text_id ON nodeproof.check_text (check_id);
CREATE INDEX check_text_rule ON nodeproof.check_text (rule);

-- Reasons and evidence, each once, whatever number of nodes have them.
CREATE TABLE nodeproof.outcome (
    outcome_key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest bytea NOT NULL UNIQUE,
    reason text NOT NULL,
    evidence jsonb NOT NULL
);

-- The state of each check of each subject. `since`: the time of the report that changed it last.
CREATE TABLE nodeproof.current (
    subject_key int NOT NULL REFERENCES nodeproof.subject ON DELETE CASCADE,
    check_key int NOT NULL REFERENCES nodeproof.check_text,
    status text NOT NULL CHECK (status IN ('pass', 'fail', 'manual', 'not-applicable', 'undetermined', 'skipped', 'waived')),
    waived_status text,
    waiver text,
    waiver_expires date,
    outcome_key bigint NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (subject_key, check_key),
    CHECK ((status = 'waived') = (waiver IS NOT NULL))
);
CREATE INDEX current_check ON nodeproof.current (check_key, status) INCLUDE (subject_key);
CREATE INDEX current_waived ON nodeproof.current (waiver_expires) WHERE status = 'waived';

-- The history: a row for each change, a partition for each month. `was` is the status before, NULL for a new check.
CREATE TABLE nodeproof.change (
    subject_key int NOT NULL,
    check_key int NOT NULL,
    status text NOT NULL,
    was text,
    waived_status text,
    waiver text,
    waiver_expires date,
    outcome_key bigint NOT NULL,
    since timestamptz NOT NULL
) PARTITION BY RANGE (since);
CREATE INDEX change_since ON nodeproof.change (since);
CREATE INDEX change_subject ON nodeproof.change (subject_key, since);
-- Takes what belongs to no month that exists; `nodeproof pgsql maintain` moves it.
CREATE TABLE nodeproof.change_rest PARTITION OF nodeproof.change DEFAULT;
