public import FoundationEssentials

extension Settings {
    /// Reads the settings from flags, the environment and the `.env` file, and has defaults for the rest.
    ///
    /// The first of these that names a setting decides: a malformed value there is an error even when another source
    /// has a good one. An empty value in the environment or the file unsets the setting. Relative paths are relative to
    /// `workingDirectory`.
    ///
    /// - Parameter flags: the texts that were typed behind flags; `true` or `false` for one that takes none.
    /// - Throws: all that is wrong at once.
    public static func load(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        envFile: EnvFile = .inWorkingDirectory,
        workingDirectory: String = FileManager.default.currentDirectoryPath,
        flags: [Key: String] = [:]
    ) throws(SettingsError) -> Settings {
        let file = envFile.read(in: workingDirectory)
        let sources = SettingsSources(flags: flags, environment: environment, file: file, fileName: envFile.name)
        let surroundings = Surroundings(environment: environment, workingDirectory: workingDirectory)
        var settings = Settings()
        var problems = file.problems.map { problem in
            let place = problem.line.map { "\(envFile.name):\($0)" } ?? envFile.name
            return SettingsError.Problem(place: place, message: problem.message)
        }
        for row in SettingsTable.rows {
            guard let found = sources.first(of: row) else {
                row.useFallback(in: &settings, surroundings: surroundings)
                continue
            }
            settings.provenances[row.key] = found.provenance
            if found.unsets {
                row.useFallback(in: &settings, surroundings: surroundings)
                continue
            }
            do throws(Malformed) {
                guard !isPlaceholder(found.text) else {
                    throw Malformed(reason: "still has the sample's placeholder", isQuotable: false)
                }
                try row.read(found.text, into: &settings, surroundings: surroundings)
            } catch {
                let subject = error.isQuotable ? sources.quote(found.text, of: row) + " " : ""
                problems.append(
                    SettingsError.Problem(
                        place: found.provenance.description,
                        key: row.key,
                        message: "\(subject)\(error.reason); give \(row.expected)"
                    )
                )
            }
        }
        guard problems.isEmpty else { throw SettingsError(problems: problems) }
        settings.warnings = warnings(about: file, named: envFile.name)
        return settings
    }

    /// Whether a value is one that the seed's sample or `.env.example` tells the reader to replace.
    private static func isPlaceholder(_ text: String) -> Bool {
        let text = text.lowercased()
        return text.contains("your_endpoint_id") || (text.hasPrefix("your_") && text.hasSuffix("_here"))
    }

    private static func warnings(about file: DotEnv, named name: String) -> [Warning] {
        let duplicates = file.duplicates.map { duplicate in
            Warning(
                place: "\(name):\(duplicate.lastLine)",
                message: "\(duplicate.name) stands in line \(duplicate.line) too; line \(duplicate.lastLine) counts"
            )
        }
        let known = Key.allCases.map(\.rawValue)
        let strangers = file.entries.compactMap { entry -> Warning? in
            guard !known.contains(entry.name) else { return nil }
            let isOfOurFamily = entry.name.hasPrefix("ETL_") || entry.name.hasPrefix("RUNPOD_")
            // The file may serve other programs: a name of another family must look very much like one of ours.
            let nearest = nearestName(to: entry.name, among: known, limit: isOfOurFamily ? 4 : 2)
            guard isOfOurFamily || nearest != nil else { return nil }
            let guess = nearest.map { "; did you mean \($0)?" } ?? ""
            return Warning(
                place: "\(name):\(entry.line)",
                message: "\(entry.name) is not a setting of etl-dash\(guess)"
            )
        }
        return duplicates + strangers
    }
}

/// The places that a value may come from, and what in them must not be repeated.
private struct SettingsSources {
    struct Found {
        var text: String
        var provenance: Settings.Provenance
        /// Whether an empty text takes the value away.
        var unsets: Bool
    }

    var flags: [Settings.Key: String]
    var environment: [String: String]
    var file: DotEnv
    var fileName: String

    /// The text of the first source that names the setting.
    func first(of row: any SettingRow) -> Found? {
        let name = row.key.rawValue
        func found(_ text: String, _ provenance: Settings.Provenance, mayUnset: Bool) -> Found {
            let trimmed = row.takesEmptyText ? text[...] : text.trimmingBlanks()
            return Found(
                text: String(trimmed),
                provenance: provenance,
                unsets: mayUnset && !row.takesEmptyText && trimmed.isEmpty
            )
        }
        if let text = flags[row.key] {
            return found(text, .flag(row.key.flag(for: text)), mayUnset: false)
        }
        if let text = environment[name] { return found(text, .environment(name), mayUnset: true) }
        guard let entry = file.entries.last(where: { $0.name == name }) else { return nil }
        return found(entry.value, .file(path: fileName, line: entry.line), mayUnset: true)
    }

    /// The text in quotes and not too long; other words for one that is a key or may hold one.
    func quote(_ text: String, of row: any SettingRow) -> String {
        let names = SettingsTable.rows.filter(\.isSecret).map(\.key.rawValue)
        let secrets =
            names.compactMap { environment[$0] } + file.entries.filter { names.contains($0.name) }.map(\.value)
        let holdsSecret = text.contains("rpa_") || secrets.contains { !$0.isEmpty && text.contains($0) }
        guard !row.isSecret, !holdsSecret else { return "the value (not shown, it may be a secret)" }
        return String(reflecting: text.count > 60 ? text.prefix(60) + "…" : text)
    }
}

extension String {
    fileprivate func trimmingBlanks() -> Substring {
        var trimmed = drop(while: \.isWhitespace)
        while let last = trimmed.last, last.isWhitespace { trimmed.removeLast() }
        return trimmed
    }
}
