-- The newest edition of a benchmark on this node replaces the others.
WITH siblings AS (
    SELECT s.subject_key, first_value(s.subject_key) OVER (ORDER BY s.time DESC, s.subject_key DESC) AS newest
    FROM nodeproof.subject s JOIN nodeproof.subject this USING (cluster, kind, node, series)
    WHERE this.subject_key = $1
)
UPDATE nodeproof.subject s SET replaced_by = nullif(newest, s.subject_key)
FROM siblings WHERE siblings.subject_key = s.subject_key AND s.replaced_by IS DISTINCT FROM nullif(newest, s.subject_key)
