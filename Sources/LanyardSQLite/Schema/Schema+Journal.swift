// # The journal
//
// What an engine writes each second, in short form, until it is settled into `usage` and `windows`
// (`Journal/JournalShard.swift` says how). `earliest_minute` is that of a row of usage, and NULL for windows.
// `journal_size` is kept by whoever writes or deletes rows: adding up the rows each second would cost more than they do.

extension Schema {
    static let journal = """
        CREATE TABLE journal (
            sequence INTEGER PRIMARY KEY NOT NULL,
            shard INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            earliest_minute INTEGER,
            content BLOB NOT NULL
        ) STRICT;

        CREATE INDEX journal_by_shard ON journal (shard, kind);
        CREATE INDEX journal_by_minute ON journal (earliest_minute) WHERE earliest_minute IS NOT NULL;

        CREATE TABLE journal_size (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            bytes INTEGER NOT NULL
        ) STRICT;

        INSERT INTO journal_size (id, bytes) VALUES (1, 0);
        """
}
