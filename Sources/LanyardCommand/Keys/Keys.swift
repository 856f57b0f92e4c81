import ArgumentParser

/// `lanyard keys`
struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Create, change, rotate and revoke keys.",
        discussion: """
            A key says who may do what, and how much. Its secret is what a client presents: it is shown once, when the \
            key is created or rotated. Where a command takes a key, give its id or its name.

            EXAMPLES:
              lanyard keys create --name 'billing cron' --scope invoices:read \\
                --limit 100/60s
              lanyard keys list --status active
              lanyard keys rotate 'billing cron' --grace 1h
              lanyard keys revoke 'billing cron' --reason 'left in a public repository'
            """,
        subcommands: [
            KeysCreate.self, ListCommand<KeyResource>.self, ShowCommand<KeyResource>.self, KeysUpdate.self,
            KeysCredit.self, KeysRotate.self, KeysRevoke.self, KeysDisable.self, KeysEnable.self,
            DeleteCommand<KeyResource>.self,
            KeysImport.self, KeysLookup.self,
        ])
}
