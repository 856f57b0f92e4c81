extension ServerConfiguration {
    /// The file that is read when none is named, if it is there.
    package static let defaultFile = "lanyard.yaml"

    /// Puts the configuration together: flags over environment variables over the file over the defaults. A list is taken
    /// whole from the first source that has it.
    ///
    /// An environment variable that is empty counts as not set, and one that isn't known is ignored: Kubernetes puts its
    /// own in, `LANYARD_SERVICE_HOST` among them. Everything else that can't be understood is an error, and all errors are
    /// told at once.
    package static func load(
        flags: [Setting: [String]], environment: [String: String], fileExists: (String) -> Bool = BoundedFile.exists
    ) throws(ConfigurationError) -> ServerConfiguration {
        var given: [Setting: SettingValue] = [:]
        for setting in Setting.allCases {
            if let texts = flags[setting], !texts.isEmpty {
                given[setting] = SettingValue(texts: texts, origin: setting.flag)
            } else if let text = environment[setting.environmentVariable], !text.isEmpty {
                given[setting] = SettingValue(texts: [text], origin: setting.environmentVariable)
            }
        }
        if let path = given[.config]?.texts.last ?? (fileExists(defaultFile) ? defaultFile : nil) {
            given.merge(try ConfigurationFile.read(path)) { outer, _ in outer }
        }
        return try assemble(given)
    }

    private static func assemble(
        _ given: [Setting: SettingValue]
    ) throws(ConfigurationError) -> ServerConfiguration {
        var draft = SettingDraft()
        var problems: [ConfigurationProblem] = []
        for definition in SettingDefinition.all {
            guard let value = given[definition.setting] else { continue }
            do throws(InvalidSetting) {
                try definition.read(value.texts, &draft)
            } catch {
                problems.append(ConfigurationProblem(value.origin, error.detail))
            }
        }
        // What belongs together is only judged when each part could be read.
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        problems += combine(&draft, given)
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return draft.configuration
    }

    private static func combine(
        _ draft: inout SettingDraft, _ given: [Setting: SettingValue]
    ) -> [ConfigurationProblem] {
        func problem(_ setting: Setting, _ detail: String) -> ConfigurationProblem {
            ConfigurationProblem(given[setting]?.origin ?? setting.flag, detail)
        }
        var problems: [ConfigurationProblem] = []
        switch (draft.tlsCertificate, draft.tlsPrivateKey) {
        case (let certificate?, let privateKey?):
            draft.configuration.tls = TLSFiles(
                certificate: certificate, privateKey: privateKey, clientAuthorities: draft.clientAuthorities)
        case (.some, nil):
            problems.append(problem(.tlsCert, "a certificate needs its private key: set \(Setting.tlsKey.flag) too"))
        case (nil, .some):
            problems.append(problem(.tlsKey, "a private key needs its certificate: set \(Setting.tlsCert.flag) too"))
        case (nil, nil):
            if draft.clientAuthorities != nil {
                let needed = "\(Setting.tlsCert.flag) and \(Setting.tlsKey.flag)"
                problems.append(problem(.clientCA, "client certificates need TLS: set \(needed) too"))
            }
        }
        if let file = draft.databasePasswordFile {
            switch draft.configuration.database {
            case .postgres(let location, passwordFile: _):
                draft.configuration.database = .postgres(location, passwordFile: file)
            case .sqlite:
                problems.append(problem(.databasePasswordFile, "a SQLite file has no password: leave it out"))
            }
        }
        if case .sqlite = draft.configuration.database, draft.configuration.counters != nil {
            problems.append(
                problem(.counters, "one server that has a file to itself counts alone: leave it out, or use PostgreSQL")
            )
        }
        if let file = draft.countersPasswordFile {
            if draft.configuration.counters == nil {
                problems.append(
                    problem(.countersPasswordFile, "there is nothing to log in to: set \(Setting.counters.flag) too"))
            }
            draft.configuration.counters?.passwordFile = file
        }
        let (data, admin) = (draft.configuration.data, draft.configuration.admin)
        if data.port != 0, data == admin {
            problems.append(problem(.admin, "\(admin) is the data listener's address: each needs its own"))
        }
        let limits = draft.configuration.limits
        if limits.bodyMemory < limits.body {
            let (all, one) = (limits.bodyMemory, limits.body)
            let detail = "\(all) is less than one body may have: \(Setting.maxBody.flag) is \(one)"
            problems.append(problem(given[.bodyMemory] == nil ? .maxBody : .bodyMemory, detail))
        }
        return problems
    }
}
