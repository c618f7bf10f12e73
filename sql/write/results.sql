-- The state of each check, where it differs; and what was written goes into the history with the status before.
WITH incoming AS MATERIALIZED (
    SELECT $3::int AS subject_key, k.check_key, c.status, c.waived_status, c.waiver, c.waiver_expires, o.outcome_key, r.time AS since
    FROM nodeproof.run r,
        jsonb_to_recordset($1::text::jsonb -> 'checks') AS c (target text, check_id text, status text, waived_status text, waiver text,
            waiver_expires date, digest text)
    JOIN nodeproof.outcome o ON o.digest = decode(c.digest, 'hex')
    JOIN nodeproof.check_text k ON k.target = c.target AND k.check_id = c.check_id
        AND k.benchmark = $1::text::jsonb ->> 'benchmark'
    WHERE r.run_id = $2
), written AS (
    INSERT INTO nodeproof.current AS c (subject_key, check_key, status, waived_status, waiver, waiver_expires, outcome_key, since)
    SELECT * FROM incoming
    ON CONFLICT (subject_key, check_key) DO UPDATE SET status = excluded.status, waived_status = excluded.waived_status,
        waiver = excluded.waiver, waiver_expires = excluded.waiver_expires, outcome_key = excluded.outcome_key, since = excluded.since
    WHERE (c.status, c.waived_status, c.waiver, c.waiver_expires, c.outcome_key)
        IS DISTINCT FROM (excluded.status, excluded.waived_status, excluded.waiver, excluded.waiver_expires, excluded.outcome_key)
    RETURNING *
)
INSERT INTO nodeproof.change (subject_key, check_key, status, was, waived_status, waiver, waiver_expires, outcome_key, since)
SELECT w.subject_key, w.check_key, w.status, old.status, w.waived_status, w.waiver, w.waiver_expires, w.outcome_key, w.since
FROM written w LEFT JOIN nodeproof.current old USING (subject_key, check_key)
