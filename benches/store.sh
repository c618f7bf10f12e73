#!/usr/bin/env bash
# Times each query of the dashboards on a PostgreSQL of its own with made data: NODES (10,000) x 131 checks and 30 days of changes.
# Needs PostgreSQL, python3 and root (the server runs as the user postgres), and a build: cargo build --release --all-features.
# Prints figures, asserts nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
nodes=${NODES:-10000}
program=${PROGRAM:-target/release/nodeproof}
port=${PORT:-54932}
bin=$(find /usr/lib/postgresql -name initdb -printf '%h\n' | sort -V | tail -1)
folder=$(mktemp -d)
chown postgres "$folder"
as_postgres() { (cd / && setpriv --reuid=postgres --regid=postgres --clear-groups "$@"); }
trap 'as_postgres "$bin/pg_ctl" -s -m immediate -D "$folder/data" stop || true; rm -rf "$folder"' EXIT
as_postgres "$bin/initdb" -U postgres -E UTF8 -A trust --no-sync -D "$folder/data" >/dev/null
as_postgres "$bin/pg_ctl" -s -w -D "$folder/data" -l "$folder/log" \
  -o "-p $port -k '' -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=512MB -c work_mem=64MB -c max_wal_size=4GB" start
export PGHOST=127.0.0.1 PGPORT=$port PGUSER=postgres PGDATABASE=postgres PGSSLMODE=disable
sql() { "$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

"$program" pgsql migrate
echo "making $nodes nodes x 131 checks, 30 days"
sql <<SQL
INSERT INTO nodeproof.check_text (benchmark, target, check_id, rule, title, severity, scored)
  SELECT 'cis-1.12', 'node', (1 + n / 40) || '.' || n, 'rule-' || n, 'Title of check ' || n,
    (ARRAY['low', 'medium', 'high', 'critical'])[1 + n % 4], n % 5 > 0 FROM generate_series(1, 131) n;
INSERT INTO nodeproof.outcome (digest, reason, evidence)
  SELECT decode(md5(n::text), 'hex'), 'reason ' || n, '[]' FROM generate_series(1, 400) n;
INSERT INTO nodeproof.run (report_id, time, cluster, kind, node, benchmark, tool, passed, failed, undetermined, manual, waived,
    not_applicable, skipped)
  SELECT gen_random_uuid(), now() - make_interval(mins => n % 300), 'cluster-' || n % 10, 'node', 'node-' || n, 'cis-1.12',
    'nodeproof 0.2.0', 80 + n % 20, n % 30, n % 3, 20, n % 2, 0, 0 FROM generate_series(1, $nodes) n;
INSERT INTO nodeproof.subject (cluster, kind, node, benchmark, series, run_id, time)
  SELECT cluster, kind, node, benchmark, 'cis', run_id, time FROM nodeproof.run;
INSERT INTO nodeproof.daily (day, subject_key, time, passed, failed, undetermined, manual, waived)
  SELECT current_date - d, subject_key, r.time, passed, failed, undetermined, manual, waived
  FROM nodeproof.subject JOIN nodeproof.run r USING (run_id), generate_series(0, 29) d;
INSERT INTO nodeproof.current (subject_key, check_key, status, waived_status, waiver, waiver_expires, outcome_key, since)
  SELECT subject_key, check_key, status, CASE status WHEN 'waived' THEN 'fail' END, CASE status WHEN 'waived' THEN 'SEC-' || check_key % 7 END,
    CASE status WHEN 'waived' THEN current_date + check_key % 60 END, 1 + (check_key * 3) % 400, now() - make_interval(days => h % 30)
  FROM (SELECT subject_key, check_key, h, CASE WHEN check_key % 6 = 0 AND h % 50 <> 0 THEN 'fail' WHEN check_key % 9 = 0 THEN 'manual'
      WHEN h % 300 = 0 THEN 'fail' WHEN h % 301 = 0 THEN 'waived' WHEN h % 302 = 0 THEN 'undetermined' ELSE 'pass' END AS status
    FROM (SELECT subject_key, check_key, abs(hashint4(subject_key * 131 + check_key)) AS h
      FROM nodeproof.subject, nodeproof.check_text) made) states;
INSERT INTO nodeproof.change (subject_key, check_key, status, was, outcome_key, since)
  SELECT subject_key, check_key, 'fail', 'pass', 1, now() - make_interval(days => d, mins => abs(hashint4(subject_key)) % 1440)
  FROM nodeproof.subject, nodeproof.check_text, generate_series(0, 29) d
  WHERE abs(hashint4(subject_key * 131 + check_key + d)) % 100 = 0;
SQL
sql -c 'VACUUM ANALYZE'
/usr/bin/time -f 'nodeproof pgsql maintain: %e s' "$program" pgsql maintain
python3 - "$bin/psql" <<'PY'
import glob, json, re, subprocess, sys
values = {"${cluster:sqlstring}": "'cluster-3'", "${node:sqlstring}": "'node-13'", "${check:sqlstring}": "'1.7'"}
clusters = ", ".join(f"'cluster-{n}'" for n in range(10))
for path in sorted(glob.glob("deploy/grafana/*.json")):
    with open(path) as file:
        dashboard = json.load(file)
    for panel in dashboard["panels"]:
        query = panel["targets"][0]["rawSql"]
        if path.endswith("fleet.json"):
            query = query.replace("${cluster:sqlstring}", clusters)
        for variable, value in values.items():
            query = query.replace(variable, value)
        query = re.sub(r"\$__timeFilter\((\w+)\)", r"\1 BETWEEN now() - interval '30 days' AND now()", query)
        command = [sys.argv[1], "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + query]
        times = []
        for _ in range(3):
            plan = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)[0]
            times.append(plan["Planning Time"] + plan["Execution Time"])
        print(f"{dashboard['title']:24} {panel['title']:40} {sorted(times)[1]:8.1f} ms")
PY
