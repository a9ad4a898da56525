import ArgumentParser
import Flashpoints
import RunJournal
import RunPodAPI
import RunPodServerless
import Settings

/// What an error means to the user: a status and the lines that are printed.
struct CommandFailure {
    let status: CommandStatus
    let lines: [String]

    /// - Parameter arguments: What was typed, to name the command whose help is of use.
    init(_ error: any Error, arguments: [String] = []) {
        (status, lines) =
            switch error {
            case let error as SettingsError: (.usage, error.problems.map { Self.line($0) })
            case is UsageProblem, is RunModeProblem, is InputError, is FileError, is RunNameError,
                is WorkerEnvironment.Problem:
                (.usage, [Self.line(error)])
            case let error as JournalError: (error.isOperatorsToMend ? .usage : .fault, [Self.line(error)])
            case let error as Interruption.Interrupted: (.signal(error.signal), [Self.line(error)])
            case is RunFault, is ConservationFault: (.fault, [Self.line(error)])
            default: Self.parsing(error, arguments)
            }
    }

    /// An error of ArgumentParser's: a request for help, or something typed wrong.
    ///
    /// All others are faults of ours.
    private static func parsing(_ error: any Error, _ arguments: [String]) -> (CommandStatus, [String]) {
        switch EtlDash.exitCode(for: error) {
        case .success:
            return (.succeeded, [EtlDash.fullMessage(for: error)])
        case .validationFailure:
            let commands = EtlDash.configuration.subcommands.map { $0.configuration.commandName }
            let command = commands.first { $0 == arguments.first } ?? nil
            let help = ["etl-dash", command, "--help"].compactMap(\.self).joined(separator: " ")
            // Some messages have a second paragraph with a list; one line is what fits a log.
            let message = EtlDash.message(for: error).split(separator: "\n").joined(separator: " ")
            let isSentence = message.last.map { ".!?".contains($0) } ?? true
            return (.usage, [line("\(message)\(isSentence ? "" : ".") See \(help)")])
        default:
            return (.fault, [line("a fault in etl-dash: \(error)")])
        }
    }

    private static func line(_ text: Any) -> String { "etl-dash: \(text)" }
}

/// Something typed that can't be meant so.
struct UsageProblem: Error, Hashable, CustomStringConvertible {
    /// What is wrong and what would be right.
    let description: String

    init(_ description: String) { self.description = description }
}

/// An unexpected error while a run was driven.
struct RunFault: Error, CustomStringConvertible {
    let cause: String
    let run: String
    let journal: String

    var description: String {
        "a fault in etl-dash: \(cause). The run's journal is \(journal); etl-dash resume \(run) goes on with it"
    }
}

extension JournalError {
    /// Whether the operator can put it right: the place, the space, the disk, or another process.
    fileprivate var isOperatorsToMend: Bool {
        switch reason {
        case .diskFull, .notWritable, .notReadable, .foreign, .newer, .held, .unfinished, .system: true
        case .corrupt, .exists, .inconsistent: false
        }
    }
}
