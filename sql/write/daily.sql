-- The counts of the day, if no later report of the day is stored.
INSERT INTO nodeproof.daily AS d (day, subject_key, time, passed, failed, undetermined, manual, waived)
SELECT (time AT TIME ZONE 'UTC')::date, $1, time, passed, failed, undetermined, manual, waived
FROM nodeproof.run WHERE run_id = $2
ON CONFLICT (subject_key, day) DO UPDATE SET time = excluded.time, passed = excluded.passed, failed = excluded.failed,
    undetermined = excluded.undetermined, manual = excluded.manual, waived = excluded.waived
WHERE excluded.time >= d.time
