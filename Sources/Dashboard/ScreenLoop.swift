import Canvas

/// Takes in what comes, paints when there is something new to see, and sleeps in between.
///
/// Keys are painted at once, and while they repeat at most 30 times a second; data at most 10 times a second, the first at
/// once; the time of a live run once a second. When nothing happens and no run is live it does not wake up.
struct ScreenLoop<Screen: Display, Reports: AsyncSequence<Report, Never> & Sendable, Time: Clock<Duration>> {
    /// What has changed since the last frame.
    private struct Change: OptionSet {
        let rawValue: UInt8
        static var keys: Change { Change(rawValue: 1) }
        static var size: Change { Change(rawValue: 2) }
        static var data: Change { Change(rawValue: 4) }
    }

    let display: Screen
    let reports: Reports
    let services: Services
    let clock: Time
    /// Wall time in milliseconds, on the time line of the events.
    let now: @Sendable () -> Int64
    let render: @Sendable (Model) -> Canvas

    private let start: Time.Instant
    private var model: Model
    private let inbox = Inbox()
    private var backlog = Backlog()
    private var change: Change = .keys
    private var lastFrame: Time.Instant?
    private var lastKeyFrame: Time.Instant?
    private var lastDataFrame: Time.Instant?
    /// When the timer that is set comes due.
    private var armed: Time.Instant?

    init(
        _ setup: Dashboard.Setup,
        on display: Screen,
        reports: Reports,
        services: Services,
        clock: Time,
        now: @escaping @Sendable () -> Int64,
        render: @escaping @Sendable (Model) -> Canvas
    ) {
        self.display = display
        self.reports = reports
        self.services = services
        self.clock = clock
        self.now = now
        self.render = render
        start = clock.now
        model = Model(setup, size: display.size, profile: display.profile, now: now())
    }

    /// Runs until the operator leaves, the display is gone, or the task is cancelled.
    mutating func run() async -> Dashboard.Departure {
        await withDiscardingTaskGroup { group in
            group.addTask { [display, inbox] in
                while let inputs = await display.inputs() { inbox.put(inputs.map { .input($0) }) }
                if !Task.isCancelled { inbox.put([.hangup]) }
            }
            group.addTask { [reports, inbox] in
                for await report in reports { await inbox.put(report) }
            }
            let departure = await loop(&group)
            group.cancelAll()
            return departure
        }
    }

    private mutating func loop(_ group: inout DiscardingTaskGroup) async -> Dashboard.Departure {
        while !Task.isCancelled {
            for message in inbox.takeUrgent() {
                note(message)
                for action in update(message) {
                    if let departure = await perform(action, &group) { return departure }
                }
            }
            fold()
            let instant = clock.now
            let due = due(at: instant)
            if let due, due <= instant {
                await paint(at: instant)
            } else if !backlog.isEmpty || model.hasMoreToDo {
                // Gives the keys and the painter their turn.
                await Task.yield()
            } else {
                await sleep(until: due, &group)
            }
        }
        return .stop
    }

    // MARK: - Taking in

    private mutating func update(_ message: Message) -> [Action] {
        model.update(message, now: now(), uptime: Int64(start.duration(to: clock.now) / .milliseconds(1)))
    }

    private mutating func note(_ message: Message) {
        if case .input(.resized) = message { change.insert(.size) } else { change.insert(.keys) }
    }

    /// Folds as many reports as don't keep a key waiting.
    private mutating func fold() {
        if backlog.isEmpty, isDataDue || inbox.isFull { backlog.add(inbox.takeReports()) }
        var room = Self.eventsAtOnce
        while room > 0, let report = backlog.next(limit: room) {
            room -= max(1, report.count)
            _ = update(.report(report))
            if !model.isFrozen { change.insert(.data) }
        }
        guard model.hasMoreToDo else { return }
        _ = update(.slice)
        change.insert(.data)
    }

    /// Events and lines that are folded before keys are looked at again; a few milliseconds.
    private static var eventsAtOnce: Int { 2_000 }

    // MARK: - When to paint

    private static var keyPause: Duration { .milliseconds(33) }
    private static var sizePause: Duration { .milliseconds(50) }
    private static var dataPause: Duration { .milliseconds(100) }
    /// Nobody types in the window, and perhaps nobody looks.
    private static var unfocusedPause: Duration { .seconds(1) }
    private static var tick: Duration { .seconds(1) }

    private var nextData: Time.Instant? {
        lastDataFrame?.advanced(by: model.hasKeyboard ? Self.dataPause : Self.unfocusedPause)
    }

    private var isDataDue: Bool { nextData.map { $0 <= clock.now } ?? true }

    /// When the next frame is to be painted; `nil` when nothing asks for one.
    private func due(at now: Time.Instant) -> Time.Instant? {
        guard let lastFrame else { return now }
        var due: Time.Instant?
        func ask(_ instant: Time.Instant?) {
            let instant = instant ?? now
            due = due.map { min($0, instant) } ?? instant
        }
        if change.contains(.keys) { ask(lastKeyFrame?.advanced(by: Self.keyPause)) }
        if change.contains(.size) { ask(lastKeyFrame?.advanced(by: Self.sizePause)) }
        if change.contains(.data) { ask(nextData) }
        if model.isLive, !model.isFrozen { ask(lastFrame.advanced(by: Self.tick)) }
        return due
    }

    private mutating func paint(at instant: Time.Instant) async {
        _ = update(.tick)
        let canvas = render(model)
        lastFrame = instant
        if change.contains(.keys) || change.contains(.size) { lastKeyFrame = instant }
        if change.contains(.data) { lastDataFrame = instant }
        change = []
        await display.paint(canvas)
    }

    /// Sleeps until there is something to take in, or it is time for a frame.
    private mutating func sleep(until due: Time.Instant?, _ group: inout DiscardingTaskGroup) async {
        // Reports that came too early for a frame wait for it, and those after them need not ring.
        let hasReports = inbox.hasReports
        let wake = [due, hasReports ? nextData : nil].compactMap(\.self).min()
        if let wake, armed.map({ $0 > wake }) ?? true {
            armed = wake
            group.addTask { [clock, inbox] in
                if (try? await clock.sleep(until: wake, tolerance: nil)) != nil { inbox.ring() }
            }
        }
        await inbox.wait(hearsReports: !hasReports || isDataDue)
        if let armed, armed <= clock.now { self.armed = nil }
    }

    // MARK: - Actions

    private mutating func perform(
        _ action: Action,
        _ group: inout DiscardingTaskGroup
    ) async -> Dashboard.Departure? {
        switch action {
        case .send(let commands):
            group.addTask { [services, inbox] in
                for command in commands {
                    let receipt = await services.send(command)
                    inbox.put([.receipt(command, receipt)])
                }
            }
        case .stop:
            group.addTask { [services, inbox] in
                inbox.put([.stopped(await services.stop())])
            }
        case .copy(let text):
            inbox.put([.copied(text, isSent: await display.copy(text))])
        case .save(let request): save(request, &group)
        case .saveScreen(let path):
            let text = render(model).rows.map { $0 + "\n" }.joined()
            save(SaveRequest(path: path, content: .text(text)), &group)
        case .saveLog(let path):
            let log = model.log
            group.addTask { [services, inbox] in
                let request = SaveRequest(path: path, content: .text(await Self.text(of: log)))
                inbox.put([.saved(await services.save(request))])
            }
        case .suspend:
            await display.suspend()
            change.insert(.keys)
        case .invalidate:
            await display.invalidate()
            change.insert(.keys)
        case .leave(let departure): return departure
        }
        return nil
    }

    private func save(_ request: SaveRequest, _ group: inout DiscardingTaskGroup) {
        group.addTask { [services, inbox] in
            inbox.put([.saved(await services.save(request))])
        }
    }

    @concurrent private static func text(of log: LogBook) async -> String { log.text }
}

extension Report {
    /// Events or lines of it.
    fileprivate var count: Int {
        switch self {
        case .preparing, .standing: 1
        case .events(let events): events.count
        case .lines(let lines, _): lines.count
        }
    }
}
