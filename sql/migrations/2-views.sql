-- Views for people and dashboards. A subject that moved to a newer edition of its benchmark is in none of them.

-- The newest report of each node, with its counts.
CREATE VIEW nodeproof.newest AS
SELECT s.cluster, s.kind, s.node, s.benchmark, s.time, r.platform, r.kubernetes, r.tool, r.roles, r.labels,
       r.passed, r.failed, r.undetermined, r.manual, r.waived, r.not_applicable, r.skipped, r.report_id, s.subject_key
FROM nodeproof.subject s JOIN nodeproof.run r USING (run_id)
WHERE s.replaced_by IS NULL;

-- The state of each check of each node.
CREATE VIEW nodeproof.result AS
SELECT s.cluster, s.kind, s.node, s.benchmark, k.target, k.check_id, k.rule, k.title, k.severity, k.scored,
       c.status, c.waived_status, c.waiver, c.waiver_expires, c.since, s.time, o.reason, o.evidence
FROM nodeproof.current c
JOIN nodeproof.subject s USING (subject_key)
JOIN nodeproof.check_text k USING (check_key)
LEFT JOIN nodeproof.outcome o USING (outcome_key)
WHERE s.replaced_by IS NULL;

-- On how many nodes each check is no pass.
CREATE VIEW nodeproof.failing AS
SELECT n.cluster, n.kind, k.benchmark, k.target, k.check_id, k.rule, k.title, k.severity, k.scored,
       n.failing, n.undetermined, n.manual, n.waived
FROM (
    SELECT s.cluster, s.kind, c.check_key,
           count(*) FILTER (WHERE c.status = 'fail') AS failing,
           count(*) FILTER (WHERE c.status = 'undetermined') AS undetermined,
           count(*) FILTER (WHERE c.status = 'manual') AS manual,
           count(*) FILTER (WHERE c.status = 'waived') AS waived
    FROM nodeproof.current c JOIN nodeproof.subject s USING (subject_key)
    WHERE s.replaced_by IS NULL AND c.status IN ('fail', 'undetermined', 'manual', 'waived')
    GROUP BY s.cluster, s.kind, c.check_key
) n JOIN nodeproof.check_text k USING (check_key);

-- The most common status of each check in each cluster. `nodeproof pgsql maintain` refreshes it.
CREATE MATERIALIZED VIEW nodeproof.usual AS
SELECT DISTINCT ON (cluster, kind, check_key) cluster, kind, check_key, status, nodes
FROM (
    SELECT s.cluster, s.kind, c.check_key, c.status, count(*) AS nodes
    FROM nodeproof.current c JOIN nodeproof.subject s USING (subject_key)
    WHERE s.replaced_by IS NULL
    GROUP BY s.cluster, s.kind, c.check_key, c.status
) counted
ORDER BY cluster, kind, check_key, nodes DESC, status;
CREATE UNIQUE INDEX usual_key ON nodeproof.usual (cluster, kind, check_key);

-- The nodes that differ from most nodes of their cluster. A check that does not apply to a node is no difference. Refreshed as well:
-- it reads every result.
CREATE MATERIALIZED VIEW nodeproof.drift AS
SELECT s.cluster, s.kind, s.node, k.benchmark, k.target, k.check_id, k.title, k.severity, c.status, u.status AS usual,
       u.nodes AS usual_nodes, c.since, c.subject_key, c.check_key
FROM nodeproof.usual u
JOIN nodeproof.current c ON c.check_key = u.check_key AND c.status <> u.status
    AND c.status NOT IN ('not-applicable', 'skipped')
JOIN nodeproof.subject s ON s.subject_key = c.subject_key AND s.cluster = u.cluster AND s.kind = u.kind
    AND s.replaced_by IS NULL
JOIN nodeproof.check_text k ON k.check_key = c.check_key
WHERE u.status NOT IN ('not-applicable', 'skipped');
CREATE UNIQUE INDEX drift_key ON nodeproof.drift (subject_key, check_key);
CREATE INDEX drift_cluster ON nodeproof.drift (cluster, since);

-- The waivers in effect. `expires` is NULL for a permanent one.
CREATE VIEW nodeproof.waived AS
SELECT s.cluster, c.waiver, k.benchmark, k.check_id, k.title, c.waiver_expires AS expires,
       c.waiver_expires - current_date AS days_left, count(*) AS nodes
FROM nodeproof.current c
JOIN nodeproof.subject s USING (subject_key)
JOIN nodeproof.check_text k USING (check_key)
WHERE c.status = 'waived' AND s.replaced_by IS NULL
GROUP BY s.cluster, c.waiver, k.benchmark, k.check_id, k.title, c.waiver_expires;

-- How long nothing has been heard of each node: filter by `silent_for`.
CREATE VIEW nodeproof.silent AS
SELECT cluster, kind, node, benchmark, time, now() - time AS silent_for
FROM nodeproof.subject WHERE replaced_by IS NULL;

-- Nodes and counts of each day, by the last report of the day.
CREATE VIEW nodeproof.compliance AS
SELECT d.day, s.cluster, s.kind, s.series, count(*) AS nodes, sum(d.passed) AS passed, sum(d.failed) AS failed,
       sum(d.undetermined) AS undetermined, sum(d.waived) AS waived,
       round(100.0 * sum(d.passed) / nullif(sum(d.passed + d.failed + d.undetermined + d.waived), 0), 2) AS percent_passed
FROM nodeproof.daily d JOIN nodeproof.subject s USING (subject_key)
WHERE NOT d.superseded
GROUP BY d.day, s.cluster, s.kind, s.series;

-- The history with names.
CREATE VIEW nodeproof.changed AS
SELECT h.since, s.cluster, s.kind, s.node, k.benchmark, k.target, k.check_id, k.title, k.severity, h.was, h.status, h.waiver
FROM nodeproof.change h
JOIN nodeproof.subject s USING (subject_key)
JOIN nodeproof.check_text k USING (check_key);
