import CNCurses

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The way back to an ordinary terminal, for every way out.
///
/// All of it is done in C, by what a signal handler may call, and by this file alone: the statics of the shim are one
/// copy for each object file. Whoever comes first does it, the rest find it done.
///
/// Safe: its storage is made in `init` and freed in `deinit`, and is forgotten by the signal handlers before.
@safe final class Rescue {
    /// Lives until `deinit`, and is no longer known to signal handlers then.
    private let state: UnsafeMutablePointer<etl_rescue>
    private let handlesCrashes: Bool

    /// - Parameters:
    ///   - tty: The terminal that is painted on, as it is before anything was changed.
    ///   - reset: What brings a terminal back, in at most 512 bytes.
    ///   - captured: Descriptors to capture, of a terminal each.
    ///   - handlesCrashes: Whether signal handlers and `exit` shall take this way.
    @inline(never)
    init(
        tty: TTY,
        reset: [UInt8],
        captured: [Int32],
        handlesCrashes: Bool
    ) throws(TerminalProblem) {
        let own = duplicate(tty.descriptor)
        let nowhere = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard own >= 0, nowhere >= 0, let settings = tty.settings, reset.count <= Int(etl_reset_limit) else {
            for descriptor in [own, nowhere] where descriptor >= 0 { close(descriptor) }
            throw TerminalProblem("the terminal's settings can't be read: \(TTY.text(of: errno))", remedy: nil)
        }
        var rescue = etl_rescue()
        rescue.painted = tty.descriptor
        rescue.terminal = own
        rescue.nowhere = nowhere
        rescue.settings = settings
        rescue.memory = -1
        rescue.reset_size = reset.count
        unsafe withUnsafeMutableBytes(of: &rescue.reset) { unsafe $0.copyBytes(from: reset) }
        rescue.is_due = 1
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: rescue)
        self.handlesCrashes = handlesCrashes
        if handlesCrashes {
            unsafe etl_set_current(state)
            for signal in Self.crashes { etl_take(signal, 1) }
        }
        capture(captured.filter { isatty($0) == 1 })
    }

    private static let crashes = [SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE]
    private static let notices = [SIGWINCH, SIGTSTP, SIGCONT]

    @inline(never)
    deinit {
        if handlesCrashes {
            for signal in Self.crashes { etl_give_back(signal) }
            etl_set_current(nil)
        }
        var descriptors = unsafe [state.pointee.terminal, state.pointee.nowhere, state.pointee.memory]
        let count = unsafe Int(state.pointee.captured_count)
        unsafe withUnsafeBytes(of: state.pointee.originals) { originals in
            unsafe descriptors += originals.bindMemory(to: Int32.self).prefix(count)
        }
        for descriptor in descriptors where descriptor >= 0 { close(descriptor) }
        unsafe state.deallocate()
    }

    /// Sends what is written to these descriptors to memory instead.
    private func capture(_ descriptors: [Int32]) {
        guard !descriptors.isEmpty else { return }
        let memory = etl_memory_file()
        guard memory >= 0 else { return }
        // So that two descriptors, and programs that inherit them, don't write over each other's text.
        _ = fcntl(memory, F_SETFL, fcntl(memory, F_GETFL) | O_APPEND)
        unsafe state.pointee.memory = memory
        for (index, descriptor) in descriptors.prefix(Int(etl_capture_limit)).enumerated() {
            let original = duplicate(descriptor)
            guard original >= 0 else { break }
            unsafe withUnsafeMutableBytes(of: &state.pointee.originals) {
                unsafe $0.bindMemory(to: Int32.self)[index] = original
            }
            unsafe withUnsafeMutableBytes(of: &state.pointee.captured) {
                unsafe $0.bindMemory(to: Int32.self)[index] = descriptor
            }
            unsafe state.pointee.captured_count = Int32(index + 1)
            dup2(memory, descriptor)
        }
    }

    /// Keeps what is captured small: only its end will be shown.
    @inline(never)
    func forgetOldText() {
        guard unsafe state.pointee.memory >= 0 else { return }
        var status = stat()
        guard unsafe fstat(state.pointee.memory, &status) == 0, status.st_blocks > 4096 else { return }
        unsafe etl_forget_start(state.pointee.memory, Int64(status.st_size) - 2 * Int64(etl_shown_limit))
    }

    /// The settings that will be restored.
    var settings: termios {
        get { unsafe state.pointee.settings }
        set { unsafe state.pointee.settings = newValue }
    }

    /// Whether nobody has given the terminal back yet.
    @inline(never)
    var isDue: Bool { unsafe etl_is_due(state) != 0 }

    /// Whether there is a screen that must be taken away.
    @inline(never)
    func setUp(_ isUp: Bool) { unsafe state.pointee.is_up = isUp ? 1 : 0 }

    /// Gives the terminal back, then what was captured; does nothing the second time.
    @inline(never)
    func restore() { _ = unsafe etl_restore(state) }

    /// The same for the process's terminal, from anywhere.
    @inline(never)
    static func restoreCurrent() { _ = etl_restore_current() }

    // MARK: - Signals that are told by a byte in a pipe

    @inline(never)
    static func takeNotices(_ signals: Terminal.Options.Signals, wakingBy pipe: Int32) {
        etl_wake_by(pipe)
        if signals.contains(.window) { etl_take(SIGWINCH, 0) }
        if signals.contains(.job) {
            etl_take(SIGTSTP, 0)
            etl_take(SIGCONT, 0)
        }
    }

    @inline(never)
    static func giveBackNotices() {
        for signal in notices { etl_give_back(signal) }
    }

    /// How many times the process was continued, as far as it was to be told.
    @inline(never)
    static var continuations: Int32 { etl_continuations() }

    /// Stops the process; returns when it was continued, or could not be stopped.
    @inline(never)
    static func stopProcess(withJob: Bool) { etl_stop(withJob ? 1 : 0) }

    @inline(never)
    static func prepareThread() { etl_prepare_thread() }
}

/// Another descriptor of the same file, which no program that is started inherits.
private func duplicate(_ descriptor: Int32) -> Int32 {
    fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
}
