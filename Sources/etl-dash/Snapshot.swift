import ArgumentParser
import Canvas
import Dashboard
import FoundationEssentials
import Settings

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One frame of the screen as text.
struct SnapshotFlags: ParsableArguments {
    @Flag(help: "Print one frame of the screen as text and leave; needs no terminal.")
    var once = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Columns and rows of that frame, such as 100x30 (default: the terminal's, else 120x36).",
            valueName: "WxH"
        )
    )
    var size: String?

    /// - Throws: ``UsageProblem`` when what was typed is no size, or is not for a screen that goes on.
    func frame() throws(UsageProblem) -> Size? {
        guard once else {
            guard size == nil else { throw UsageProblem("--size is for --once; a screen is as large as its terminal") }
            return nil
        }
        guard let size else { return Self.terminalSize ?? Size(120, 36) }
        let numbers = size.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let width = numbers[0], let height = numbers[1], (1...1_000).contains(width),
            (1...1_000).contains(height)
        else {
            throw UsageProblem(
                "--size: \(size.debugDescription) is no size; give columns and rows as 100x30, 1 to 1000 each"
            )
        }
        return Size(width, height)
    }

    private static var terminalSize: Size? {
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0,
            size.ws_row > 0
        else { return nil }
        return Size(Int(size.ws_col), Int(size.ws_row))
    }
}

/// Draws the one frame that `--once` prints.
struct Snapshot {
    let setup: Dashboard.Setup
    let size: Size
    let settings: Settings
    let environment: [String: String]

    /// Folds all reports and draws the state after them.
    ///
    /// - Parameter now: Wall time of the run in milliseconds since 1970, asked for after the last report.
    func text(
        of reports: some AsyncSequence<ScreenReport, Never>,
        now: () -> Int64
    ) async -> String {
        var model = Model(setup, size: size, profile: profile, now: now())
        for await report in reports { _ = model.update(.report(report), now: now()) }
        _ = model.update(.tick, now: now())
        return ScreenText.text(of: model.draw(), hasColours: settings.color == .always)
    }

    private var profile: Profile {
        let background: Profile.Background =
            switch settings.theme {
            case .auto: .unknown
            case .dark: .dark
            case .light: .light
            }
        return Profile(
            glyphs: settings.ascii || !isUTF8 ? .ascii : .unicode,
            depth: settings.color == .always ? .palette : .mono,
            background: background
        )
    }

    /// Whether the locale's characters are UTF-8's; one that says nothing is taken for it, as files are today.
    private var isUTF8: Bool {
        let names = ["LC_ALL", "LC_CTYPE", "LANG"]
        guard let locale = names.lazy.compactMap({ environment[$0] }).first(where: { !$0.isEmpty }) else { return true }
        let text = locale.lowercased()
        return text.contains("utf-8") || text.contains("utf8")
    }
}
