import Testing

@testable import LocalEndpoint

@Suite("Faults on purpose")
struct EndpointFaultsTests {
    /// At which of twelve calls the fault happens, counted from 1.
    private func happenings(_ occasion: EndpointFaults.Occasion, seed: UInt64 = 1) -> [Int] {
        var faults = EndpointFaults([.rule(.drop, of: .run, occasion)])
        faults.seed = seed
        var schedule = FaultSchedule(faults)
        return (1...12).filter { _ in !schedule.faults(of: .run).isEmpty }
    }

    @Test("A fault happens at its calls alone")
    func occasions() {
        #expect(happenings(.always) == Array(1...12))
        #expect(happenings(.next(3)) == [1, 2, 3])
        #expect(happenings(.next(2, after: 4)) == [5, 6])
        #expect(happenings(.every(5)) == [5, 10])
        #expect(happenings(.chance(0)).isEmpty)
        #expect(happenings(.chance(1)) == Array(1...12))
    }

    @Test("Drawn faults are the same for the same seed, and others for another")
    func seeds() {
        let drawn = (1...20).map { happenings(.chance(0.5), seed: UInt64($0)) }
        #expect(drawn == (1...20).map { happenings(.chance(0.5), seed: UInt64($0)) })
        #expect(Set(drawn).count > 10)
        let share = Double(drawn.reduce(0) { $0 + $1.count }) / 240
        #expect(0.35...0.65 ~= share)
    }

    @Test("Other calls are not counted, and a rule without calls is for all")
    func calls() {
        var schedule = FaultSchedule(
            EndpointFaults([
                .rule(.ignore, of: .jobDone, .next(1)), EndpointFaults.Rule(.delay(.seconds(1)), of: [], .every(2)),
            ])
        )
        #expect(schedule.faults(of: .run).isEmpty)
        #expect(schedule.faults(of: .jobDone) == [.ignore, .delay(.seconds(1))])
        #expect(schedule.faults(of: .jobDone).isEmpty)
    }

    @Test(
        "A rule is read from its text",
        arguments: [
            ("run=answer:500@next:2", EndpointFaults.Rule(.answer(status: 500), of: [.run], .next(2))),
            ("status=answer:429@every:7", EndpointFaults.Rule(.answer(status: 429), of: [.status], .every(7))),
            ("status-sync+stream=not-held", EndpointFaults.Rule(.notHeld, of: [.statusSync, .stream])),
            ("all=delay:50@chance:0.25", EndpointFaults.Rule(.delay(.milliseconds(50)), of: [], .chance(0.25))),
            ("job-done=answer-after:502", EndpointFaults.Rule(.answerAfter(status: 502), of: [.jobDone])),
            ("run=delay-answer:1500", EndpointFaults.Rule(.delayAnswer(.milliseconds(1_500)), of: [.run])),
            ("run=drop@next:1:3", EndpointFaults.Rule(.drop, of: [.run], .next(1, after: 3))),
            ("run=drop-after", EndpointFaults.Rule(.dropAfter, of: [.run])),
            ("job-done=ignore", EndpointFaults.Rule(.ignore, of: [.jobDone])),
            ("job-take=deliver-again", EndpointFaults.Rule(.deliverAgain, of: [.jobTake])),
            ("job-take=omit-empty-input", EndpointFaults.Rule(.omitEmptyInput, of: [.jobTake])),
            ("progress=late", EndpointFaults.Rule(.late, of: [.progress])),
            ("health=throttled:2@next:1", EndpointFaults.Rule(.throttled(2), of: [.health], .next(1))),
        ]
    )
    func parsing(text: String, rule: EndpointFaults.Rule) throws {
        #expect(try EndpointFaults.Rule(parsing: text) == rule)
    }

    @Test(
        "What can't be read is said with what would be right",
        arguments: [
            ("run", "give CALL=FAULT"), ("walk=drop", "walk: no call"), ("run=fly", "fly: no fault"),
            ("run=answer:99", "answer:99: no fault"), ("run=delay:-1", "delay:-1: no fault"),
            ("health=throttled", "throttled: no fault"),
            ("run=drop@never", "never: no occasion"), ("run=drop@next:0", "next:0: no occasion"),
            ("run=drop@chance:2", "chance:2: no occasion"), ("run=@next:1", "no fault"),
        ]
    )
    func problems(text: String, message: String) {
        #expect { try EndpointFaults.Rule(parsing: text) } throws: { "\($0)".contains(message) }
    }
}
