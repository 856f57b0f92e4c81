// # Version 1
//
// Ids are uuids, compared byte by byte: a list by id is a list by time, and new rows go to the end of every index that
// ends in an id. Times are milliseconds since 1970. A list in a column is JSON as text (PostgreSQL's own jsonb refuses
// escaped zero characters, which a key's metadata may hold), and NULL where it is empty.
//
// What is rewritten each second (usage, windows, the two counters) leaves room in its pages, so that a new version of a
// row finds place beside the old one and no index need know.

extension Schema {
    static let version1 =
        facts + owners + keys + secrets + policies + usage + audit + idempotency + windows + ledger + nodes + calls

    // `writers` remembers the last commit of each connection: whoever lost the reply to a COMMIT finds there whether it was
    // carried out. `mark` is random: it tells a change from one of the same number in another history.
    private static let facts = """
        CREATE TABLE schema_versions (
            version bigint PRIMARY KEY,
            oldest_reader bigint NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );

        CREATE TABLE store (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            application text NOT NULL,
            id uuid NOT NULL
        );

        INSERT INTO store (application, id) VALUES ('\(application)', gen_random_uuid());

        CREATE TABLE epoch (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            value bigint NOT NULL,
            mark bigint NOT NULL
        ) WITH (fillfactor = 10);

        INSERT INTO epoch (value, mark) VALUES (0, 0);

        CREATE TABLE changes (
            epoch bigint PRIMARY KEY,
            mark bigint NOT NULL,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            kind text NOT NULL,
            subject uuid,
            digests bytea NOT NULL
        );

        CREATE INDEX changes_by_time ON changes (at);

        CREATE TABLE writers (
            id uuid PRIMARY KEY,
            token bigint NOT NULL,
            at timestamptz NOT NULL
        ) WITH (fillfactor = 10);

        CREATE TABLE markers (
            name text PRIMARY KEY,
            value text NOT NULL
        );


        """

    private static let owners = """
        CREATE TABLE projects (
            id uuid PRIMARY KEY,
            name text NOT NULL UNIQUE,
            prefix text NOT NULL,
            environments text,
            created_at bigint NOT NULL,
            updated_at bigint NOT NULL
        );

        CREATE TABLE accounts (
            id uuid PRIMARY KEY,
            name text NOT NULL,
            external_id text UNIQUE,
            billing_day bigint NOT NULL,
            limits text,
            is_suspended boolean NOT NULL,
            suspended_reason text,
            metadata text,
            created_at bigint NOT NULL,
            updated_at bigint NOT NULL,
            quotas text
        );

        CREATE TABLE plans (
            id uuid PRIMARY KEY,
            name text NOT NULL UNIQUE,
            scopes text,
            limits text,
            maximum_in_flight bigint,
            created_at bigint NOT NULL,
            updated_at bigint NOT NULL,
            quotas text
        );

        CREATE TABLE roles (
            id uuid PRIMARY KEY,
            name text NOT NULL UNIQUE,
            scopes text,
            is_built_in boolean NOT NULL,
            created_at bigint NOT NULL,
            updated_at bigint NOT NULL
        );


        """

    // `roles` is what a key's record holds, in its order; `key_roles` is the index of it, by role.
    private static let keys = """
        CREATE TABLE keys (
            id uuid PRIMARY KEY,
            name text NOT NULL,
            project uuid NOT NULL REFERENCES projects (id),
            environment text NOT NULL,
            account uuid REFERENCES accounts (id),
            scopes text,
            roles text,
            plan uuid REFERENCES plans (id),
            limits text,
            maximum_in_flight bigint,
            ip_allowlist text,
            methods text,
            paths text,
            proof text NOT NULL,
            not_before bigint,
            expires_at bigint,
            is_disabled boolean NOT NULL,
            revoked_at bigint,
            revoke_reason text,
            allows_self_rotation boolean NOT NULL,
            metadata text,
            hint text NOT NULL,
            is_imported boolean NOT NULL,
            created_at bigint NOT NULL,
            updated_at bigint NOT NULL,
            last_used_at bigint,
            quotas text
        ) WITH (fillfactor = 90);

        CREATE INDEX keys_by_project ON keys (project, id);
        CREATE INDEX keys_by_account ON keys (account, id) WHERE account IS NOT NULL;
        CREATE INDEX keys_by_plan ON keys (plan, id) WHERE plan IS NOT NULL;

        CREATE TABLE key_roles (
            role uuid NOT NULL REFERENCES roles (id),
            key uuid NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
            PRIMARY KEY (role, key)
        );

        CREATE INDEX key_roles_by_key ON key_roles (key);


        """

    private static let secrets = """
        CREATE TABLE secrets (
            digest bytea PRIMARY KEY,
            key uuid NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
            public_key bytea,
            created_at bigint NOT NULL,
            grace_ends_at bigint
        );

        CREATE INDEX secrets_by_key ON secrets (key);


        """

    private static let policies = """
        CREATE TABLE policies (
            id uuid PRIMARY KEY,
            name text NOT NULL UNIQUE,
            project uuid REFERENCES projects (id),
            environment text,
            scope text,
            cost_requests bigint NOT NULL,
            cost_tokens bigint NOT NULL,
            cost_nano_usd bigint NOT NULL,
            dialect text NOT NULL,
            key_from text,
            methods text,
            paths text,
            created_at bigint NOT NULL,
            updated_at bigint NOT NULL
        );

        CREATE INDEX policies_by_project ON policies (project) WHERE project IS NOT NULL;


        """

    // Attempts that belong to no key have the uuid of zeros: a key's id never is that, and a primary key can't be NULL.
    private static let usage = """
        CREATE TABLE usage (
            minute bigint NOT NULL,
            key uuid NOT NULL,
            outcome text NOT NULL,
            count bigint NOT NULL,
            tokens bigint NOT NULL,
            nano_usd bigint NOT NULL,
            PRIMARY KEY (minute, key, outcome)
        ) WITH (fillfactor = 70);

        CREATE INDEX usage_by_key ON usage (key, minute);


        """

    private static let audit = """
        CREATE TABLE audit (
            sequence bigint PRIMARY KEY,
            at bigint NOT NULL,
            actor uuid,
            actor_name text NOT NULL,
            action text NOT NULL,
            target text NOT NULL,
            before text,
            after text,
            request_id text,
            previous_hash bytea NOT NULL,
            hash bytea NOT NULL
        );

        CREATE INDEX audit_by_target ON audit (target, sequence);
        CREATE INDEX audit_by_actor ON audit (actor, sequence) WHERE actor IS NOT NULL;


        """

    private static let idempotency = """
        CREATE TABLE idempotency (
            caller uuid NOT NULL,
            key_hash bytea NOT NULL,
            request_hash bytea NOT NULL,
            status bigint NOT NULL,
            sealed_body bytea NOT NULL,
            target text NOT NULL,
            created_at bigint NOT NULL,
            PRIMARY KEY (caller, key_hash)
        );

        CREATE INDEX idempotency_by_time ON idempotency (created_at);


        """

    private static let windows = """
        CREATE TABLE windows (
            subject_kind bigint NOT NULL,
            subject uuid NOT NULL,
            unit text NOT NULL,
            window_ms bigint NOT NULL,
            source text NOT NULL,
            head bigint NOT NULL,
            amounts bytea NOT NULL,
            PRIMARY KEY (subject_kind, subject, unit, window_ms, source)
        ) WITH (fillfactor = 50);

        CREATE TABLE clock (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            monotonic_ns bigint NOT NULL,
            wall bigint NOT NULL,
            boot_id text NOT NULL,
            offset_ns bigint NOT NULL,
            is_clean boolean NOT NULL
        );

        \(counters)
        """

    // By how much the server's clock is ahead of the time by which windows are counted, the last step of it that was noticed
    // late, and which counters are the valid ones where they stand elsewhere.
    private static let counters = """
        CREATE TABLE counters (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            set_back_us bigint NOT NULL DEFAULT 0,
            step_at_us bigint,
            step_us bigint,
            name text,
            confirmed_at timestamptz,
            losses bigint NOT NULL DEFAULT 0
        ) WITH (fillfactor = 50);

        INSERT INTO counters DEFAULT VALUES;

        """

    // A balance's primary key begins with its subject, so that what a key or account used goes with it in one stretch. Of
    // leases only the open ones are looked for by their node, and only the closed ones by their age.
    private static let ledger = """
        CREATE TABLE balances (
            subject_kind bigint NOT NULL,
            subject uuid NOT NULL,
            source text NOT NULL,
            unit text NOT NULL,
            period text NOT NULL,
            start bigint NOT NULL,
            period_end bigint NOT NULL,
            amount bigint NOT NULL,
            amount_epoch bigint NOT NULL,
            credits bigint NOT NULL,
            used bigint NOT NULL,
            leased bigint NOT NULL,
            alerted bigint NOT NULL,
            PRIMARY KEY (subject_kind, subject, source, unit, period, start)
        ) WITH (fillfactor = 50);

        CREATE INDEX balances_by_end ON balances (period_end);

        CREATE TABLE leases (
            id uuid PRIMARY KEY,
            node uuid NOT NULL,
            subject_kind bigint NOT NULL,
            subject uuid NOT NULL,
            source text NOT NULL,
            unit text NOT NULL,
            period text NOT NULL,
            start bigint NOT NULL,
            period_end bigint NOT NULL,
            amount bigint NOT NULL,
            used bigint NOT NULL,
            state text NOT NULL,
            changed_at bigint NOT NULL
        );

        CREATE INDEX leases_by_node ON leases (node, id) WHERE state = 'open';
        CREATE INDEX leases_by_change ON leases (changed_at) WHERE state <> 'open';

        CREATE TABLE quota_alerts (
            sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            subject_kind bigint NOT NULL,
            subject uuid NOT NULL,
            source text NOT NULL,
            unit text NOT NULL,
            period text NOT NULL,
            start bigint NOT NULL,
            percent bigint NOT NULL,
            used bigint NOT NULL,
            quota_limit bigint NOT NULL,
            at bigint NOT NULL
        );


        """

    private static let nodes = """
        CREATE TABLE nodes (
            id uuid PRIMARY KEY,
            host text NOT NULL,
            version text NOT NULL,
            started_at bigint NOT NULL,
            staleness_bound bigint NOT NULL,
            epoch bigint NOT NULL,
            beat bigint NOT NULL,
            tag bigint NOT NULL
        ) WITH (fillfactor = 10);


        """

    // Word of calls that have ended waits under the tag of the node that granted them. Places are counted over all nodes of
    // a subject, and a node's go with it.
    private static let calls = """
        CREATE TABLE finishes (
            grant_id uuid PRIMARY KEY,
            tag bigint NOT NULL,
            requests bigint,
            tokens bigint,
            nano_usd bigint,
            outcome text,
            at timestamptz NOT NULL DEFAULT clock_timestamp()
        ) WITH (fillfactor = 70);

        CREATE INDEX finishes_waiting ON finishes (tag) WHERE outcome IS NULL;
        CREATE INDEX finishes_by_time ON finishes (at);

        CREATE TABLE places (
            subject_kind bigint NOT NULL,
            subject uuid NOT NULL,
            node uuid NOT NULL,
            held bigint NOT NULL,
            PRIMARY KEY (subject_kind, subject, node)
        ) WITH (fillfactor = 50);

        CREATE INDEX places_by_node ON places (node);
        """
}
