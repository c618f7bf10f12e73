GRANT USAGE ON SCHEMA nodeproof TO {role};
GRANT SELECT ON nodeproof.schema_version TO {role};
GRANT SELECT, INSERT, UPDATE ON nodeproof.subject, nodeproof.run, nodeproof.daily, nodeproof.check_text, nodeproof.outcome,
    nodeproof.current, nodeproof.change TO {role};
