// # Version 1
//
// Ids are blobs of 16 bytes, most significant first: a list by id is a list by time, and new rows go to the end of every
// index that ends in an id. Times are milliseconds since 1970. A list in a column is JSON, and NULL where it is empty.
// Flags are 0 and 1.
//
// A store holds ten million keys, and every index is paid for at each insert and in memory. So there is one for each
// question that would otherwise read all keys, and it leaves out the rows that it could not answer for.

extension Schema {
    static let version1 =
        owners + keys + secrets + policies + facts + usage + audit + idempotency + windows

    private static let owners = """
        CREATE TABLE projects (
            id BLOB PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE,
            prefix TEXT NOT NULL,
            environments TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE accounts (
            id BLOB PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            external_id TEXT UNIQUE,
            billing_day INTEGER NOT NULL,
            limits TEXT,
            is_suspended INTEGER NOT NULL,
            suspended_reason TEXT,
            metadata TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE plans (
            id BLOB PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE,
            scopes TEXT,
            limits TEXT,
            maximum_in_flight INTEGER,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE roles (
            id BLOB PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE,
            scopes TEXT,
            is_built_in INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;


        """

    // `roles` is what a key's record holds, in its order; `key_roles` is the index of it, by role.
    private static let keys = """
        CREATE TABLE keys (
            id BLOB PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            project BLOB NOT NULL REFERENCES projects (id),
            environment TEXT NOT NULL,
            account BLOB REFERENCES accounts (id),
            scopes TEXT,
            roles TEXT,
            plan BLOB REFERENCES plans (id),
            limits TEXT,
            maximum_in_flight INTEGER,
            ip_allowlist TEXT,
            methods TEXT,
            paths TEXT,
            proof TEXT NOT NULL,
            not_before INTEGER,
            expires_at INTEGER,
            is_disabled INTEGER NOT NULL,
            revoked_at INTEGER,
            revoke_reason TEXT,
            allows_self_rotation INTEGER NOT NULL,
            metadata TEXT,
            hint TEXT NOT NULL,
            is_imported INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            last_used_at INTEGER
        ) STRICT;

        CREATE INDEX keys_by_project ON keys (project, id);
        CREATE INDEX keys_by_account ON keys (account, id) WHERE account IS NOT NULL;
        CREATE INDEX keys_by_plan ON keys (plan, id) WHERE plan IS NOT NULL;

        CREATE TABLE key_roles (
            role BLOB NOT NULL REFERENCES roles (id),
            key BLOB NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
            PRIMARY KEY (role, key)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX key_roles_by_key ON key_roles (key);


        """

    private static let secrets = """
        CREATE TABLE secrets (
            digest BLOB PRIMARY KEY NOT NULL,
            key BLOB NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
            public_key BLOB,
            created_at INTEGER NOT NULL,
            grace_ends_at INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX secrets_by_key ON secrets (key);


        """

    private static let policies = """
        CREATE TABLE policies (
            id BLOB PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE,
            project BLOB REFERENCES projects (id),
            environment TEXT,
            scope TEXT,
            cost_requests INTEGER NOT NULL,
            cost_tokens INTEGER NOT NULL,
            cost_nano_usd INTEGER NOT NULL,
            dialect TEXT NOT NULL,
            key_from TEXT,
            methods TEXT,
            paths TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;

        CREATE INDEX policies_by_project ON policies (project) WHERE project IS NOT NULL;


        """

    private static let facts = """
        CREATE TABLE epoch (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            value INTEGER NOT NULL
        ) STRICT;

        INSERT INTO epoch (id, value) VALUES (1, 0);

        CREATE TABLE markers (
            name TEXT PRIMARY KEY NOT NULL,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;


        """

    // Attempts that belong to no key have 16 zero bytes: a key's id never is that, and a primary key can't be NULL.
    private static let usage = """
        CREATE TABLE usage (
            minute INTEGER NOT NULL,
            key BLOB NOT NULL,
            outcome TEXT NOT NULL,
            count INTEGER NOT NULL,
            tokens INTEGER NOT NULL,
            nano_usd INTEGER NOT NULL,
            PRIMARY KEY (minute, key, outcome)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX usage_by_key ON usage (key, minute);


        """

    private static let audit = """
        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY NOT NULL,
            at INTEGER NOT NULL,
            actor BLOB,
            actor_name TEXT NOT NULL,
            action TEXT NOT NULL,
            target TEXT NOT NULL,
            before TEXT,
            after TEXT,
            request_id TEXT,
            previous_hash BLOB NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;

        CREATE INDEX audit_by_target ON audit (target);
        CREATE INDEX audit_by_actor ON audit (actor) WHERE actor IS NOT NULL;


        """

    private static let idempotency = """
        CREATE TABLE idempotency (
            caller BLOB NOT NULL,
            key_hash BLOB NOT NULL,
            request_hash BLOB NOT NULL,
            status INTEGER NOT NULL,
            sealed_body BLOB,
            target TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (caller, key_hash)
        ) STRICT;

        CREATE INDEX idempotency_by_time ON idempotency (created_at);


        """

    private static let windows = """
        CREATE TABLE windows (
            subject_kind INTEGER NOT NULL,
            subject BLOB NOT NULL,
            unit TEXT NOT NULL,
            window_ms INTEGER NOT NULL,
            source TEXT NOT NULL,
            head INTEGER NOT NULL,
            amounts BLOB NOT NULL,
            PRIMARY KEY (subject_kind, subject, unit, window_ms, source)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE clock (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            monotonic_ns INTEGER NOT NULL,
            wall INTEGER NOT NULL,
            boot_id TEXT NOT NULL,
            offset_ns INTEGER NOT NULL,
            is_clean INTEGER NOT NULL
        ) STRICT;

        """
}
