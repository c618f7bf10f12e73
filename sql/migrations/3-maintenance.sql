-- What `nodeproof pgsql maintain` does, as the owner of the schema. Writers hold the lock (1853189232, 0) shared while they write.

-- Makes the partitions of this month and of the next ones, and of each month between `oldest` and them that `change_rest` has rows
-- of, which move there.
CREATE FUNCTION nodeproof.make_partitions(months_ahead int, oldest timestamptz, OUT made int, OUT moved bigint)
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    month date;
    last_month date := date_trunc('month', now())::date + make_interval(months => months_ahead);
    name text;
    rows_moved bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(1853189232, 0);
    made := 0;
    moved := 0;
    FOR month IN
        SELECT m::date FROM generate_series(date_trunc('month', now()), last_month, interval '1 month') m
        UNION
        SELECT date_trunc('month', since)::date FROM nodeproof.change_rest
        WHERE since >= date_trunc('month', oldest) AND since < last_month + interval '1 month'
        ORDER BY 1
    LOOP
        name := 'change_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass('nodeproof.' || name) IS NOT NULL;
        EXECUTE format('CREATE TABLE nodeproof.%I (LIKE nodeproof.change INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
        EXECUTE format(
            'WITH gone AS (DELETE FROM nodeproof.change_rest WHERE since >= $1 AND since < $2 RETURNING *)
             INSERT INTO nodeproof.%I SELECT * FROM gone', name)
            USING month::timestamptz, (month + interval '1 month')::timestamptz;
        GET DIAGNOSTICS rows_moved = ROW_COUNT;
        EXECUTE format('ALTER TABLE nodeproof.change ATTACH PARTITION nodeproof.%I FOR VALUES FROM (%L) TO (%L)',
            name, month::timestamptz, (month + interval '1 month')::timestamptz);
        made := made + 1;
        moved := moved + rows_moved;
    END LOOP;
END $$;

-- Drops what ended before `oldest`: months of history, days, reports, and nodes of which nothing was heard since then.
CREATE FUNCTION nodeproof.drop_old(oldest timestamptz, OUT months int, OUT deleted bigint, OUT subjects bigint)
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    partition regclass;
    name text;
    rows_deleted bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(1853189232, 0);
    months := 0;
    deleted := 0;
    FOR partition, name IN
        SELECT c.oid::regclass, c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'nodeproof.change'::regclass AND c.relname ~ '^change_\d{4}_\d\d$'
    LOOP
        IF to_date(substr(name, 8), 'YYYY_MM') + interval '1 month' <= oldest THEN
            EXECUTE format('DROP TABLE %s', partition);
            months := months + 1;
        END IF;
    END LOOP;
    DELETE FROM nodeproof.change_rest WHERE since < oldest;
    GET DIAGNOSTICS rows_deleted = ROW_COUNT;
    deleted := deleted + rows_deleted;
    DELETE FROM nodeproof.daily WHERE day < oldest::date;
    GET DIAGNOSTICS rows_deleted = ROW_COUNT;
    deleted := deleted + rows_deleted;
    DELETE FROM nodeproof.subject WHERE time < oldest;
    GET DIAGNOSTICS subjects = ROW_COUNT;
    DELETE FROM nodeproof.run r WHERE r.time < oldest
        AND NOT EXISTS (SELECT FROM nodeproof.subject s WHERE s.run_id = r.run_id);
    GET DIAGNOSTICS rows_deleted = ROW_COUNT;
    deleted := deleted + rows_deleted;
END $$;

-- Deletes reasons and evidence that neither the state nor the history refers to.
CREATE FUNCTION nodeproof.drop_unused_outcomes() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    rows_deleted bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(1853189232, 0);
    DELETE FROM nodeproof.outcome o
    WHERE NOT EXISTS (SELECT FROM nodeproof.current c WHERE c.outcome_key = o.outcome_key)
        AND NOT EXISTS (SELECT FROM nodeproof.change h WHERE h.outcome_key = o.outcome_key);
    GET DIAGNOSTICS rows_deleted = ROW_COUNT;
    RETURN rows_deleted;
END $$;

REVOKE ALL ON FUNCTION nodeproof.make_partitions(int, timestamptz), nodeproof.drop_old(timestamptz),
    nodeproof.drop_unused_outcomes() FROM PUBLIC;
