import RunPodAPI
import Settings
import Terminal

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What standard output is, for who prints text on it.
enum CommandOutput {
    /// Columns of the terminal; `nil` when it is none.
    static var width: Int? {
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    /// Whether colours are wanted there.
    static func hasColours(_ settings: Settings, environment: [String: String]) -> Bool {
        let choice: ColourChoice =
            switch settings.color {
            case .auto: .automatic
            case .always: .always
            case .never: .never
            }
        return choice.wantsColours(environment: environment, isTerminal: isatty(STDOUT_FILENO) == 1)
    }

    /// Prints bytes.
    ///
    /// - Throws: ``ReaderGone`` when nobody reads any more, so that no more is made for nobody.
    static func print(_ bytes: [UInt8]) async throws {
        let output = StreamWriter.standardOutput
        await output.write(bytes)
        if output.isClosed { throw ReaderGone() }
    }

    /// Whoever read standard output has left, as `head` does: no fault of anybody.
    struct ReaderGone: Error {}

    /// Calls `body`, which is over when nobody reads any more; a signal ends it in good order.
    ///
    /// - Throws: What else `body` throws.
    static func printing(_ body: @escaping @Sendable () async throws -> Void) async throws -> CommandStatus {
        try await Interruption.trapping { interruption in
            let closing = Latch()
            guard interruption.onSignal({ _ in closing.release() }) else { throw CancellationError() }
            do {
                try await closing.cancelling {
                    do { try await body() } catch is ReaderGone {}
                }
            } catch is CancellationError where interruption.signal != nil {}
            return interruption.signal.map { .signal($0) } ?? .succeeded
        }
    }
}
