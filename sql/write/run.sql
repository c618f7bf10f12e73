-- The report. Returns no row if it is stored already. A clock that is ahead must not make later reports look old.
INSERT INTO nodeproof.run (report_id, time, cluster, kind, node, benchmark, labels, roles, platform, kubernetes, tool, passed, failed,
    undetermined, manual, waived, not_applicable, skipped)
SELECT r.report_id, least(r.time, now()), r.cluster, r.kind, r.node, r.benchmark, r.labels, r.roles, r.platform, r.kubernetes, r.tool,
    r.passed, r.failed, r.undetermined, r.manual, r.waived, r.not_applicable, r.skipped
FROM jsonb_to_record($1::text::jsonb) AS r (report_id uuid, time timestamptz, cluster text, kind text, node text, benchmark text,
    labels jsonb, roles text[], platform text, kubernetes text, tool text, passed int, failed int, undetermined int, manual int,
    waived int, not_applicable int, skipped int)
ON CONFLICT (report_id) DO NOTHING
RETURNING run_id
