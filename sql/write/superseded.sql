-- Of the editions that reported on the day of this report, the last one counts.
WITH siblings AS (
    SELECT d.subject_key, d.day,
           d.subject_key <> first_value(d.subject_key) OVER (ORDER BY d.time DESC, d.subject_key DESC) AS superseded
    FROM nodeproof.subject this
    JOIN nodeproof.subject s USING (cluster, kind, node, series)
    JOIN nodeproof.daily d ON d.subject_key = s.subject_key
    WHERE this.subject_key = $1
        AND d.day = (SELECT (time AT TIME ZONE 'UTC')::date FROM nodeproof.run WHERE run_id = $2)
)
UPDATE nodeproof.daily d SET superseded = siblings.superseded
FROM siblings WHERE siblings.subject_key = d.subject_key AND siblings.day = d.day AND d.superseded <> siblings.superseded
