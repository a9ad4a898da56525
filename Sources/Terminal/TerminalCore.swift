import CNCurses
import Canvas

/// An open terminal: its modes, what goes out and what comes in.
///
/// Runs on ``TerminalThread``, which asks it what to wait for.
actor TerminalCore {
    private enum Presence {
        case closed
        /// On the screen.
        case up
        /// Somebody else has the terminal; we look now and then whether it is ours again, since a shell that takes a
        /// running process to the foreground doesn't tell it.
        case away
        /// The terminal is gone for good.
        case gone
        /// A signal handler has given the terminal back, and the process is about to end.
        case rescued
    }

    nonisolated let inbox = Inbox()
    nonisolated let facts = TerminalFacts()
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe TerminalThread.shared.asUnownedSerialExecutor() }

    private let options: Terminal.Options
    private var presence = Presence.closed
    private var tty: TTY?
    private var rescue: Rescue?
    private var screen: Screen?
    private var decoder = KeyDecoder()
    private var modes = TerminalModes()
    private var rawSettings: termios?
    /// What did not go out yet, the end of a frame.
    private var pending: ArraySlice<UInt8> = []
    /// The newest canvas, while an older one is still going out.
    private var next: Canvas?
    private var buffer = [UInt8](repeating: 0, count: 4096)
    private var isSynchronized = false
    /// Whether the terminal was asked something that it has not answered.
    private var awaitsAnswers = false
    private var expiry: ContinuousClock.Instant?
    private var lookAgain: ContinuousClock.Instant?
    private var lastEntry = ContinuousClock.now

    init(_ options: Terminal.Options) {
        self.options = options
    }

    // MARK: - Coming and going

    func open() throws(TerminalProblem) {
        let (abilities, capabilities) = try Terminal.examine(options)
        let tty = try TTY(of: options.output)
        facts.profile = abilities.profile
        facts.size = abilities.size
        modes = TerminalModes(capabilities, type: abilities.type, asksBackground: options.background == nil)
        decoder = KeyDecoder(extraKeys: TerminfoKeys.sequences(capabilities))
        screen = try Screen(abilities.type, capabilities, size: abilities.size, depth: abilities.profile.depth)
        rescue = try Rescue(
            tty: tty,
            reset: modes.reset,
            captured: options.captured,
            handlesCrashes: options.signals.contains(.crash)
        )
        self.tty = tty
        TerminalThread.shared.attach(self)
        Rescue.takeNotices(options.signals, wakingBy: TerminalThread.shared.notices)
        presence = .away
        comeBack(isFirst: true)
    }

    func close() {
        guard presence != .closed else { return }
        if presence == .up {
            finishOutput()
            awaitAnswers()
        }
        presence = .closed
        inbox.close()
        rescue?.restore()
        TerminalThread.shared.detach(self)
        if !options.signals.isDisjoint(with: [.window, .job]) { Rescue.giveBackNotices() }
        (screen, rescue, tty, next, pending) = (nil, nil, nil, nil, [])
    }

    /// Takes the terminal, if it is ours.
    private func comeBack(isFirst: Bool = false) {
        guard presence == .away, let tty, let rescue else { return }
        guard tty.isOurs else {
            lookAgain = .now + .seconds(1)
            return
        }
        lookAgain = nil
        presence = .up
        enter(tty, rescue)
        if isFirst {
            awaitsAnswers = !modes.questions.isEmpty
            send(modes.questions)
        } else {
            sizeMayHaveChanged()
            inbox.put([.resumed])
            paintNext()
        }
    }

    private func enter(_ tty: TTY, _ rescue: Rescue) {
        lastEntry = .now
        // Whoever had the terminal meanwhile may have changed what is to be restored.
        if let settings = tty.settings, rawSettings.map({ !settings.isSame(as: $0) }) ?? true {
            rescue.settings = settings
        }
        let raw = rescue.settings.raw
        rawSettings = raw
        rescue.setUp(true)
        tty.set(raw)
        screen?.invalidate()
        send(modes.enter)
    }

    /// Gives the terminal to the shell, for a while.
    private func leave() {
        guard presence == .up, let tty, let rescue else { return }
        finishOutput()
        send(modes.reset)
        finishOutput()
        tty.set(rescue.settings)
        rescue.setUp(false)
        presence = .away
    }

    func suspend(withJob: Bool) {
        guard presence == .up else { return }
        leave()
        Rescue.stopProcess(withJob: withJob)
        comeBack()
    }

    private func hangUp() {
        guard presence == .up || presence == .away else { return }
        (pending, next, expiry, lookAgain) = ([], nil, nil, nil)
        // What reads like an end is what the rescue has put in the terminal's place. Nobody must hear of it: who leaves
        // in good order now would overtake the signal.
        guard rescue?.isDue != false else {
            presence = .rescued
            return
        }
        presence = .gone
        inbox.close()
    }

    // MARK: - Out

    func paint(_ canvas: Canvas) {
        next = canvas
        rescue?.forgetOldText()
        paintNext()
    }

    func invalidate() { screen?.invalidate() }

    func copy(_ text: String) -> Bool {
        let isInTmux = options.environment["TMUX"]?.isEmpty == false
        guard presence == .up, let bytes = Clipboard.sequence(text, isInTmux: isInTmux) else { return false }
        send(bytes)
        return true
    }

    /// Paints the newest canvas, once everything before it is out.
    private func paintNext() {
        guard presence == .up, pending.isEmpty, let canvas = next, let screen else { return }
        next = nil
        let bytes = screen.paint(canvas)
        guard !bytes.isEmpty else { return }
        facts.count { $0.frames += 1 }
        send(isSynchronized ? TerminalModes.begin + bytes + TerminalModes.end : bytes)
    }

    private func send(_ bytes: [UInt8]) {
        pending = pending.isEmpty ? bytes[...] : pending + bytes
        flush()
    }

    private func flush() {
        while !pending.isEmpty, let tty {
            switch tty.write(pending) {
            case .bytes(let count):
                pending = pending.dropFirst(count)
                facts.count {
                    $0.writes += 1
                    $0.bytes += count
                }
            case .later: return
            case .gone: return hangUp()
            }
        }
    }

    /// Brings out what is left of a frame, unless the terminal takes nothing.
    private func finishOutput() {
        guard let tty else { return }
        flush()
        let deadline = ContinuousClock.now + .milliseconds(300)
        while !pending.isEmpty, presence == .up, .now < deadline {
            _ = tty.wait(for: POLLOUT, milliseconds: 50)
            flush()
        }
        // A reset begins with CAN, which ends a torn sequence.
        pending = []
    }

    // MARK: - In

    private func read() {
        while presence == .up, let tty {
            switch tty.read(into: &buffer) {
            case .bytes(let count): take(decoder.feed(buffer[..<count]))
            case .later:
                expiry = decoder.isWaiting ? .now + decoder.patience : nil
                return
            case .gone: return hangUp()
            }
        }
    }

    private func take(_ decoded: [Decoded]) {
        var inputs: [Input] = []
        for item in decoded {
            switch item {
            case .input(let input): inputs.append(input)
            case .reply(.mode(2026, let state)): isSynchronized = state.isUsable
            case .reply(.mode): break
            case .reply(.deviceAttributes): awaitsAnswers = false
            case .reply(.background(let background)):
                guard options.background == nil, facts.profile.background != background else { break }
                facts.profile.background = background
                inputs.append(.profile(facts.profile))
            }
        }
        inbox.put(inputs)
    }

    /// Waits a moment for answers, lest they come after us and the shell takes them for something typed.
    private func awaitAnswers() {
        let deadline = ContinuousClock.now + .milliseconds(100)
        while awaitsAnswers, presence == .up, .now < deadline, let tty {
            if tty.wait(for: POLLIN, milliseconds: 20) { read() }
        }
    }

    private func sizeMayHaveChanged() {
        guard let size = tty?.size, size != facts.size else { return }
        facts.size = size
        screen?.resize(to: size)
        inbox.put([.resized(size)])
    }
}

// MARK: - What the thread asks and tells

extension TerminalCore {
    var interest: PollInterest {
        var interest = PollInterest()
        if presence == .up, let tty {
            interest = PollInterest(descriptor: tty.descriptor, reads: true, writes: !pending.isEmpty)
        }
        interest.deadline = [expiry, lookAgain].compactMap(\.self).min()
        return interest
    }

    /// Takes what poll said, which is 0 when only time has passed.
    func isReady(_ events: Int32) {
        if events & (POLLIN | POLLHUP | POLLERR) != 0 { read() }
        if events & POLLOUT != 0 {
            flush()
            paintNext()
        }
        if events & (POLLHUP | POLLERR | POLLNVAL) != 0 { hangUp() }
        let now = ContinuousClock.now
        if let expiry, expiry <= now {
            self.expiry = nil
            take(decoder.expire())
        }
        if let lookAgain, lookAgain <= now { comeBack() }
    }

    func take(_ notice: Notice) {
        switch notice {
        case .windowChanged where options.signals.contains(.window):
            if presence == .up { sizeMayHaveChanged() }
        case .stopAsked where options.signals.contains(.job):
            suspend(withJob: false)
        case .continued where options.signals.contains(.job):
            continued()
        default: break
        }
    }

    private func continued() {
        guard presence == .up else { return comeBack() }
        // Our own return from a suspension is told too.
        guard let tty, let rescue, lastEntry.duration(to: .now) > .milliseconds(100) else { return }
        // We were stopped without having been asked.
        rescue.setUp(false)
        presence = .away
        pending = []
        rescue.setUp(tty.isOurs)
        comeBack()
    }
}
