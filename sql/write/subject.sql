-- Its subject, and whether the report is the newest about it.
WITH report AS (
    SELECT r.*, d.series FROM nodeproof.run r, jsonb_to_record($1::text::jsonb) AS d (series text) WHERE r.run_id = $2
), changed AS (
    INSERT INTO nodeproof.subject AS s (cluster, kind, node, benchmark, series, run_id, time)
    SELECT cluster, kind, node, benchmark, series, run_id, time FROM report
    ON CONFLICT (cluster, kind, node, benchmark) DO UPDATE SET run_id = excluded.run_id, time = excluded.time
    WHERE excluded.time >= s.time
    RETURNING subject_key
)
SELECT subject_key, true AS is_newest FROM changed
UNION ALL
SELECT s.subject_key, false FROM nodeproof.subject s JOIN report USING (cluster, kind, node, benchmark)
WHERE NOT EXISTS (SELECT FROM changed)
