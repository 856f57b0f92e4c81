// # Quotas and their ledger
//
// A balance's primary key begins with its subject, so that what a key or account used goes with it in one stretch. Of
// leases only the open ones are looked for by their node, and only the closed ones by their age.

extension Schema {
    static let quotas = """
        ALTER TABLE keys ADD COLUMN quotas TEXT;
        ALTER TABLE accounts ADD COLUMN quotas TEXT;
        ALTER TABLE plans ADD COLUMN quotas TEXT;

        CREATE TABLE balances (
            subject_kind INTEGER NOT NULL,
            subject BLOB NOT NULL,
            source TEXT NOT NULL,
            unit TEXT NOT NULL,
            period TEXT NOT NULL,
            start INTEGER NOT NULL,
            period_end INTEGER NOT NULL,
            amount INTEGER NOT NULL,
            amount_epoch INTEGER NOT NULL,
            credits INTEGER NOT NULL,
            used INTEGER NOT NULL,
            leased INTEGER NOT NULL,
            alerted INTEGER NOT NULL,
            PRIMARY KEY (subject_kind, subject, source, unit, period, start)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX balances_by_end ON balances (period_end);

        CREATE TABLE leases (
            id BLOB PRIMARY KEY NOT NULL,
            node BLOB NOT NULL,
            subject_kind INTEGER NOT NULL,
            subject BLOB NOT NULL,
            source TEXT NOT NULL,
            unit TEXT NOT NULL,
            period TEXT NOT NULL,
            start INTEGER NOT NULL,
            period_end INTEGER NOT NULL,
            amount INTEGER NOT NULL,
            used INTEGER NOT NULL,
            state TEXT NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX leases_by_node ON leases (node) WHERE state = 'open';
        CREATE INDEX leases_by_change ON leases (changed_at) WHERE state <> 'open';

        CREATE TABLE quota_alerts (
            sequence INTEGER PRIMARY KEY NOT NULL,
            subject_kind INTEGER NOT NULL,
            subject BLOB NOT NULL,
            source TEXT NOT NULL,
            unit TEXT NOT NULL,
            period TEXT NOT NULL,
            start INTEGER NOT NULL,
            percent INTEGER NOT NULL,
            used INTEGER NOT NULL,
            quota_limit INTEGER NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;
        """
}
