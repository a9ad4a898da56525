import Canvas
import Coordination
import RunEngine
import TestSupport
import Testing

import enum Dashboard.Report

@testable import Dashboard

/// The loop in virtual time: it sleeps exactly as long as nothing is to be done.
@Suite("The loop between reports, keys and the display", .timeLimit(.minutes(5)))
struct ScreenLoopTests {
    /// A loop that runs, and what it is connected to.
    private struct Stage {
        let clock: VirtualTime
        let display: FakeDisplay
        let reports: AsyncStream<Report>.Continuation
        /// Every sleep of the loop, each of which wakes it once.
        let sleeps: Journal

        func pass(_ duration: Duration) async { try? await clock.sleep(for: duration) }
    }

    /// Runs a loop in virtual time, and beside it what happens; gives how it was left.
    private func play(
        _ setup: Dashboard.Setup = Run.setup(),
        send: @escaping @Sendable (Command) async -> Receipt = { _ in .accepted },
        save: @escaping @Sendable (SaveRequest) async -> Result<String, SaveProblem> = { .success($0.path) },
        speed: Int64 = 1,
        paintTime: Duration = .zero,
        leaving: Bool = true,
        _ happen: @escaping @Sendable (Stage) async throws -> Void
    ) throws -> Dashboard.Departure {
        try VirtualTime.run { clock in
            let display = FakeDisplay(painting: { if paintTime > .zero { try? await clock.sleep(for: paintTime) } })
            let (stream, reports) = AsyncStream.makeStream(of: Report.self)
            let sleeps = Journal()
            let stage = Stage(clock: clock, display: display, reports: reports, sleeps: sleeps)
            let loop = ScreenLoop(
                setup,
                on: display,
                reports: stream,
                services: Services(send: send, stop: { .accepted }, save: save),
                clock: CountingClock(base: clock, sleeps: sleeps),
                now: { clock.wallTime * speed },
                render: Self.render
            )
            return try await withThrowingTaskGroup(of: Dashboard.Departure?.self) { group in
                group.addTask { [loop] in
                    var loop = loop
                    return await loop.run()
                }
                group.addTask {
                    try await happen(stage)
                    return nil
                }
                var departure: Dashboard.Departure?
                while let next = try await group.next() {
                    departure = next ?? departure
                    if next == nil, leaving { display.hangUp() }
                }
                reports.finish()
                return departure ?? .quit
            }
        }
    }

    /// A clock that tells of every sleep.
    private struct CountingClock: Clock {
        let base: VirtualTime
        let sleeps: Journal

        var now: VirtualTime.Instant { base.now }
        var minimumResolution: Duration { base.minimumResolution }

        func sleep(until deadline: VirtualTime.Instant, tolerance: Duration?) async throws {
            sleeps.add("\(deadline.sinceStart)")
            try await base.sleep(until: deadline, tolerance: tolerance)
        }
    }

    /// As much as the tests look at.
    private static let render: @Sendable (Model) -> Canvas = { model in
        var canvas = Canvas(Size(120, 1), glyphs: .ascii)
        let overview = model.overview
        let text = "seq \(overview.seq) log \(model.log.nextNumber) lost \(model.log.lost) t \(Int(model.elapsed))"
        canvas.write(text + " " + (model.notice?.text ?? "-"), at: Position(0, 0), .plain)
        return canvas
    }

    @Test("The first frame is painted before anything has come")
    func firstFrame() throws {
        let departure = try play { stage in
            await stage.pass(.zero)
            #expect(stage.display.frames == 1)
        }
        #expect(departure == .hangup)
    }

    @Test("Nothing wakes it when no run is live, neither before one nor after its end")
    func idle() throws {
        _ = try play { stage in
            await stage.pass(.seconds(60))
            #expect(stage.display.frames == 1)
            #expect(stage.sleeps.entries.isEmpty)
            stage.reports.yield(.events(Run.events([.runPlanned(Run.header([1])), Run.ok(1, 0), Run.answer(ok: 1)])))
            await stage.pass(.seconds(3_600))
            #expect(stage.display.frames == 2)
            #expect(stage.display.text.hasPrefix("seq 3"))
            #expect(stage.sleeps.entries.isEmpty)
        }
    }

    @Test("A live run that is quiet is painted once a second, for its clock")
    func quiet() throws {
        _ = try play { stage in
            stage.reports.yield(.events(Run.usual))
            await stage.pass(.seconds(1))
            let before = stage.display.frames
            let sleeps = stage.sleeps.entries.count
            await stage.pass(.seconds(10))
            #expect(stage.sleeps.entries.count - sleeps <= 11)
            #expect((9...11).contains(stage.display.frames - before))
            #expect(stage.display.text.contains("t 1"))
        }
    }

    @Test("The first news after a silence is painted at once, those after it ten times a second")
    func leadingEdge() throws {
        _ = try play { stage in
            stage.reports.yield(.events(Run.usual))
            await stage.pass(.milliseconds(500))
            let before = stage.display.frames
            stage.reports.yield(.lines([Self.line], lost: 0))
            await stage.pass(.milliseconds(1))
            #expect(stage.display.frames == before + 1)
            #expect(stage.display.text.contains("log 1"))
            for _ in 0..<999 {
                stage.reports.yield(.lines([Self.line], lost: 1))
                await stage.pass(.milliseconds(1))
            }
            #expect((9...11).contains(stage.display.frames - before))
            await stage.pass(.milliseconds(150))
            #expect(stage.display.text.contains("log 1000 lost 999"))
        }
    }

    @Test("A burst of ten thousand reports gives few frames, and nothing of it is lost")
    func burst() throws {
        _ = try play { stage in
            let bodies = [Event.Body.runPlanned(Run.header([20_000]))] + (0..<9_999).map { Run.ok(1, $0) }
            for event in Run.events(bodies, every: 0) { stage.reports.yield(.events([event])) }
            await stage.pass(.milliseconds(250))
            #expect(stage.display.text.hasPrefix("seq 10000"))
            #expect(stage.display.frames <= 5)
        }
    }

    @Test("A display that is slower than the news gets the newest state, and no queue of frames")
    func slowDisplay() throws {
        _ = try play(paintTime: .seconds(3)) { stage in
            stage.reports.yield(.events(Run.usual))
            for _ in 0..<100 {
                stage.reports.yield(.lines([Self.line], lost: 0))
                await stage.pass(.milliseconds(100))
            }
            #expect(stage.display.frames <= 5)
            await stage.pass(.seconds(6))
            #expect(stage.display.text.contains("log 100"))
        }
    }

    @Test("In a recording that is played fast, keys and notices keep people's time")
    func fastReplay() throws {
        let departure = try play(Run.setup(.replay(speed: 1_000)), speed: 1_000, leaving: false) { stage in
            stage.reports.yield(.events(Run.usual))
            await stage.pass(.milliseconds(500))
            stage.display.send(.key(.control("c")))
            await stage.pass(.milliseconds(1_500))
            #expect(stage.display.text.contains("q to leave"))
            stage.display.send(.key(.control("c")))
        }
        #expect(departure == .interrupt)
    }

    @Test("A key is painted at once, also right after data; repeated ones thirty times a second")
    func keys() throws {
        _ = try play { stage in
            stage.reports.yield(.events(Run.usual))
            await stage.pass(.milliseconds(500))
            stage.reports.yield(.lines([Self.line], lost: 0))
            await stage.pass(.milliseconds(1))
            let before = stage.display.frames
            stage.display.type("s")
            await stage.pass(.milliseconds(1))
            #expect(stage.display.frames == before + 1)
            #expect(stage.display.text.contains("Workers by state"))
            for _ in 0..<500 {
                stage.display.type("j")
                await stage.pass(.milliseconds(2))
            }
            #expect((25...34).contains(stage.display.frames - before))
        }
    }

    @Test("Two hundred new sizes in a second are painted at most twenty times")
    func sizes() throws {
        _ = try play { stage in
            await stage.pass(.milliseconds(500))
            let before = stage.display.frames
            for width in 1...200 {
                stage.display.send(.resized(Size(width, 40)))
                await stage.pass(.milliseconds(5))
            }
            #expect((15...21).contains(stage.display.frames - before))
        }
    }

    @Test("A frozen screen is not painted for data, and shows all of them when it goes on")
    func frozen() throws {
        _ = try play { stage in
            stage.reports.yield(.events(Run.usual))
            await stage.pass(.milliseconds(500))
            stage.display.type("z")
            await stage.pass(.milliseconds(1))
            let before = stage.display.frames
            for _ in 0..<200 { stage.reports.yield(.lines([Self.line], lost: 0)) }
            await stage.pass(.seconds(5))
            #expect(stage.display.frames == before)
            #expect(stage.display.text.contains("log 0"))
            stage.display.type("z")
            await stage.pass(.milliseconds(1))
            #expect(stage.display.text.contains("log 200"))
        }
    }

    @Test("Commands go out in order, and their receipts come up")
    func receipts() throws {
        let sent = Journal()
        let send: @Sendable (Command) async -> Receipt = { command in
            sent.add("\(command)")
            return command == .cancelWorker(1) ? .accepted : .tooLate("worker 2 has nothing left to do")
        }
        _ = try play(send: send) { stage in
            stage.reports.yield(.events(Run.usual))
            await stage.pass(.milliseconds(500))
            stage.display.type("*c")
            await stage.pass(.milliseconds(400))
            #expect(sent.entries.isEmpty)
            stage.display.type("y")
            await stage.pass(.milliseconds(50))
            #expect(sent.entries == ["cancelWorker(1)", "cancelWorker(2)"])
            #expect(
                stage.display.text.contains("worker 1 is being cancelled; too late: worker 2 has nothing left to do")
            )
        }
    }

    @Test("The screen, the log and the results are written where one says")
    func writing() throws {
        let saved = Journal()
        let save: @Sendable (SaveRequest) async -> Result<String, SaveProblem> = { request in
            switch request.content {
            case .text(let text): saved.add("\(request.path): \(text.split(separator: " ").prefix(2))")
            case .results: saved.add("\(request.path): results")
            }
            return request.path == "b" ? .failure(SaveProblem("b: no room")) : .success("Wrote \(request.path)")
        }
        _ = try play(save: save) { stage in
            stage.reports.yield(.events(Run.usual))
            stage.reports.yield(.lines([Self.line], lost: 0))
            await stage.pass(.milliseconds(500))
            for (choice, path) in [("s", "a"), ("l", "b"), ("r", "c")] {
                stage.display.type("W")
                await stage.pass(.milliseconds(400))
                stage.display.type(choice)
                stage.display.send(.key(.control("u")))
                stage.display.type(path)
                stage.display.send(.key(Key(.enter)))
                // The text of a log is put together elsewhere, out of virtual time's sight.
                while saved.entries.last?.first.map(String.init) != path { await stage.pass(.milliseconds(10)) }
            }
            #expect(saved.entries.first == #"a: ["seq", "9"]"#)
            #expect(saved.entries.last == "c: results")
        }
    }

    @Test("Leaving is told: by q where nothing is driven, by a question where something is, by a display that is gone")
    func leaving() throws {
        let viewer = try play(Run.setup(.attached), leaving: false) { stage in
            stage.reports.yield(.events(Run.usual))
            await stage.pass(.milliseconds(10))
            stage.display.type("q")
        }
        #expect(viewer == .quit)
        let driver = try play(leaving: false) { stage in
            stage.reports.yield(.events(Run.usual))
            await stage.pass(.milliseconds(10))
            stage.display.type("qs")
            await stage.pass(.seconds(1))
            stage.display.type("s")
        }
        #expect(driver == .stop)
    }

    @Test("Suspending, painting anew and copying reach the display")
    func display() throws {
        _ = try play { stage in
            stage.reports.yield(.events(Run.usual))
            await stage.pass(.milliseconds(100))
            stage.display.send(.key(.control("z")), .key(.control("l")))
            stage.display.type("y")
            await stage.pass(.milliseconds(100))
            #expect(stage.display.suspensions == 1)
            #expect(stage.display.invalidations == 1)
            #expect(stage.display.copies == ["job-1"])
            #expect(stage.display.text.contains("Sent to the terminal's clipboard: job-1"))
        }
    }

    @Test("A hundred thousand events at once are folded in slices, and a cancelled loop ends whatever there is to do")
    func lateAndCancelled() async throws {
        let display = FakeDisplay()
        let (stream, reports) = AsyncStream.makeStream(of: Report.self)
        let bodies = [Event.Body.runPlanned(Run.header([100_000]))] + (0..<99_999).map { Run.ok(1, $0) }
        reports.yield(.events(Run.events(bodies, every: 0.001)))
        let clock = ContinuousClock()
        let loop = ScreenLoop(
            Run.setup(),
            on: display,
            reports: stream,
            services: Services(send: { _ in .accepted }, stop: { .accepted }, save: { .success($0.path) }),
            clock: clock,
            now: { 0 },
            render: Self.render
        )
        let departure = try await withThrowingTaskGroup(of: Dashboard.Departure.self) { group in
            group.addTask { [loop] in
                var loop = loop
                return await loop.run()
            }
            while !display.text.hasPrefix("seq 100000") { try await clock.sleep(for: .milliseconds(5)) }
            group.cancelAll()
            return try await group.next()
        }
        #expect(display.frames > 2)
        #expect(departure == .stop)
    }

    private static let line = LogEntry(at: 0, level: .info, worker: 1, message: "Worker 1 starting with 3 flashpoints")
}
