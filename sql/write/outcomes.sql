-- Reasons and evidence that are not stored yet, in one order.
INSERT INTO nodeproof.outcome (digest, reason, evidence)
SELECT DISTINCT ON (digest) decode(c.digest, 'hex') AS digest, c.reason, c.evidence
FROM jsonb_to_recordset($1::text::jsonb -> 'checks') AS c (digest text, reason text, evidence jsonb)
WHERE NOT EXISTS (SELECT FROM nodeproof.outcome o WHERE o.digest = decode(c.digest, 'hex'))
ORDER BY digest
ON CONFLICT (digest) DO NOTHING
