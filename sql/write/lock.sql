-- Shared with other writers, not with `nodeproof pgsql maintain`; and one writer at a time for each node.
SELECT pg_advisory_xact_lock_shared(1853189232, 0), pg_advisory_xact_lock(1853189233, hashtext($1::text::jsonb ->> 'lock'))
