import ArgumentParser
import FoundationEssentials
import RunPodServerless
import Settings

/// `etl-dash doctor`.
struct DoctorCommand: StatusCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at settings, key, endpoint, terminal and disk: what is wrong and what to do.",
        discussion:
            "Exit status 0 when nothing is wrong, else 1. Asks a configured endpoint for its health, and nothing else."
    )

    @OptionGroup var settingsFile: SettingsFileFlag

    func perform() async throws -> CommandStatus {
        try await Interruption.trapping { _ in
            let findings = await findings()
            await StreamWriter.standardOutput.write(findings.map { $0.text + "\n" }.joined())
            return findings.contains { $0.grade == .wrong } ? .incomplete : .succeeded
        }
    }

    private func findings() async -> [Finding] {
        let terminal = TerminalCheck(environment: ProcessInfo.processInfo.environment)
        let settings: Settings
        do {
            settings = try settingsFile.load()
        } catch {
            return error.problems.map { Finding(.wrong, "settings", $0.description) } + terminal.findings
        }
        var findings = SettingsCheck(settings: settings).findings
        do {
            let mode = try RunMode(settings)
            findings += await EndpointCheck(mode: mode, settings: settings).findings()
        } catch {
            findings.append(Finding(.wrong, "endpoint", "\(error)"))
        }
        findings += terminal.findings
        findings += DiskCheck(home: settings.home.path(percentEncoded: false)).findings
        findings += await RunsCheck(home: settings.home.path(percentEncoded: false)).findings()
        return findings
    }
}

/// One thing the doctor looked at.
struct Finding: Sendable, Hashable {
    enum Grade: String, Sendable, Hashable {
        case fine = "ok"
        /// Works, and may not be what was meant.
        case doubtful = "look"
        case wrong = "WRONG"
    }

    var grade: Grade
    var subject: String
    /// What was found; where it is wrong, what to do.
    var message: String

    init(_ grade: Grade, _ subject: String, _ message: String) {
        self.grade = grade
        self.subject = subject
        self.message = message
    }

    /// Such as `ok     disk       41 GB free`, further lines of the message under the first.
    var text: String {
        let head = grade.rawValue.inColumn(of: 7) + subject.inColumn(of: 11)
        return head + message.replacing("\n", with: "\n" + String(repeating: " ", count: head.count))
    }
}

extension String {
    /// The text with blanks behind it up to a width, and one at the least.
    func inColumn(of width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
