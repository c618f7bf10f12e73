-- The checks, where their texts are not stored yet or have changed; in one order, so that writers do not block each other for ever.
INSERT INTO nodeproof.check_text AS k (benchmark, target, check_id, rule, title, severity, scored)
SELECT n.benchmark, n.target, n.check_id, n.rule, n.title, n.severity, n.scored
FROM (SELECT r.benchmark, c.* FROM nodeproof.run r,
        jsonb_to_recordset($1::text::jsonb -> 'checks') AS c (target text, check_id text, rule text, title text, severity text,
            scored boolean)
      WHERE r.run_id = $2) n
LEFT JOIN nodeproof.check_text old USING (benchmark, target, check_id)
WHERE (old.rule, old.title, old.severity, old.scored) IS DISTINCT FROM (n.rule, n.title, n.severity, n.scored)
ORDER BY n.benchmark, n.target, n.check_id
ON CONFLICT (benchmark, target, check_id) DO UPDATE SET rule = excluded.rule, title = excluded.title, severity = excluded.severity,
    scored = excluded.scored
