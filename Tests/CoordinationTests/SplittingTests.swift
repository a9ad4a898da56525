import Coordination
import Flashpoints
import Testing

/// Handlers that tell nothing until they end: who is to blame, and what is sent in smaller pieces.
@Suite struct SplittingTests {
    private static func dies(_ ref: AttemptRef, _ words: String = "job timed out after 1 retries") -> [Report] {
        [
            TestDriver.running(ref, on: "i-\(ref.attempt)"),
            TestDriver.ended(ref, .lost, status: "FAILED", message: words),
        ]
    }

    private static func policy() -> RunPolicy {
        var policy = RunPolicy()
        // What is looked at here is who is blamed, not when the run asks.
        policy.identicalFailures = nil
        policy.retryAllowance = 1_000
        return policy
    }

    @Test("A flashpoint that kills its worker is found by halving, and fails with its history")
    func bisection() throws {
        var driver = TestDriver(8, workers: 1, policy: Self.policy())
        let attempts = driver.exhaust { ref, indices in
            indices.contains(5) ? Self.dies(ref) : TestDriver.done(ref, indices)
        }
        #expect(
            attempts == [
                [0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3, 4, 5, 6, 7],
                [0, 1, 2, 3], [4, 5, 6, 7], [4, 5], [6, 7], [4], [5], [5],
            ]
        )
        #expect(driver.standing == "oooooxoo")
        let failure = try #require(driver.failures.first)
        #expect(failure.kind == .poison)
        #expect(
            failure.message == "its worker was lost twice while at this flashpoint ("
                + "attempt 1 on i-1 with 8 flashpoints: job timed out after 1 retries; "
                + "attempt 2 on i-2 with 8 flashpoints: job timed out after 1 retries; "
                + "attempt 4 on i-4 with 4 flashpoints: job timed out after 1 retries; "
                + "attempt 5 on i-5 with 2 flashpoints: job timed out after 1 retries; "
                + "attempt 8 on i-8: job timed out after 1 retries; "
                + "attempt 9 on i-9: job timed out after 1 retries)"
        )
        #expect(driver.replayed() == driver.state)
    }

    @Test("However large the chunk, its innocents never run out of a budget, and the history stays short")
    func innocents() throws {
        var driver = TestDriver(200, workers: 1, policy: Self.policy())
        let attempts = driver.exhaust { ref, indices in
            let isDeadly = indices.contains(7) || indices.contains(8) || indices.contains(199)
            return isDeadly ? Self.dies(ref, String(repeating: "x", count: 5_000)) : TestDriver.done(ref, indices)
        }
        #expect(driver.state.counts.failed == 3)
        #expect(driver.state.counts.ok == 197)
        #expect(driver.failures.allSatisfy { $0.kind == .poison && $0.message.count < 2_500 })
        #expect(attempts.count < 60)
        #expect(driver.state.phase == .ended)
    }

    @Test("A group that dies once and then does its work harms nobody")
    func onceOnly() {
        var driver = TestDriver(4, workers: 1)
        let attempts = driver.exhaust { ref, indices in
            ref.attempt == 1 ? Self.dies(ref) : TestDriver.done(ref, indices)
        }
        #expect(attempts == [[0, 1, 2, 3], [0, 1, 2, 3]])
        #expect(driver.standing == "oooo")
    }

    @Test("What a dying job brought is kept, and only the rest is halved")
    func partial() {
        var driver = TestDriver(4, workers: 1)
        let attempts = driver.exhaust { ref, indices in
            if ref.attempt == 1 { return [TestDriver.ok(ref, 0)] + Self.dies(ref) }
            return indices.count > 1 ? Self.dies(ref) : TestDriver.done(ref, indices)
        }
        #expect(attempts == [[0, 1, 2, 3], [1, 2, 3], [1], [2, 3], [2], [3]])
        #expect(driver.standing == "oooo")
    }

    @Test("A job that fails because of one flashpoint does not take the others of its chunk with it")
    func failedJob() {
        var driver = TestDriver(6, workers: 1, policy: Self.policy())
        driver.exhaust { ref, indices in
            indices.contains(4)
                ? [TestDriver.running(ref), TestDriver.ended(ref, .failed, message: "KeyError")]
                : TestDriver.done(ref, indices)
        }
        #expect(driver.standing == "ooooxo")
        #expect(driver.failures == [Failure(.transient, "the job failed: KeyError")])
    }

    @Test("A history outlives the driver")
    func historyOverResume() {
        var driver = TestDriver(1, workers: 1)
        let first = Sample.first(1)
        driver.report([.accepted(first, job: "a")] + Self.dies(first, "out of memory"))
        driver.resume()
        driver.now = 10
        driver.timer(.retry(worker: 1))
        driver.report([.accepted(first.next, job: "b")] + Self.dies(first.next, "again"))
        #expect(driver.failures.map(\.kind) == [.poison])
        #expect(driver.failures.first?.message.contains("attempt 1 on i-1: out of memory") == true)
        #expect(driver.replayed() == driver.state)
    }

    // MARK: - Limits

    @Test("A job over its executionTimeout goes on in halves at once, charged to nobody, and says so")
    func timedOut() {
        var driver = TestDriver(5, workers: 1)
        let attempts = driver.exhaust { ref, indices in
            indices.count > 2 ? [TestDriver.ended(ref, .timedOut)] : TestDriver.done(ref, indices)
        }
        #expect(attempts == [[0, 1, 2, 3, 4], [0, 1], [2, 3, 4], [2], [3, 4]])
        #expect(driver.standing == "ooooo")
        #expect(driver.pauses.isEmpty)
        #expect(
            driver.lines.map(\.text).contains(
                "WARNING: Worker 1: sends the 5 flashpoints of chunk 1, attempt 1 in halves: "
                    + "the job ran over its executionTimeout"
            )
        )
    }

    @Test(
        "What is too large goes in halves until it fits, whether the request or the result was",
        arguments: [true, false]
    )
    func oversize(isRequest: Bool) throws {
        var driver = TestDriver(6, workers: 1)
        var sizes: [Int] = []
        while let live = driver.state.lanes[0].live {
            sizes.append(live.indices.count)
            if !isRequest { driver.report(.accepted(live.ref, job: "j\(sizes.count)")) }
            let isTooLarge = live.indices.count > 2 || live.indices.contains(3)
            if isTooLarge {
                driver.report(TestDriver.ended(live.ref, .oversize, message: "exceeded max body size of 10MiB"))
            } else {
                driver.report([.accepted(live.ref, job: "k\(sizes.count)")] + TestDriver.done(live.ref, live.indices))
            }
        }
        #expect(sizes == [6, 3, 1, 2, 3, 1, 2])
        #expect(driver.standing == "oooxoo")
        #expect(driver.pauses.isEmpty)
        let failure = try #require(driver.failures.first)
        #expect(failure.kind == .permanent)
        #expect(failure.message.contains("10 MB"))
        #expect(failure.message.contains("exceeded max body size of 10MiB"))
    }

    @Test("A job that completes with nothing goes in halves, since its result may have been too large")
    func nothingCame() {
        var driver = TestDriver(4, workers: 1)
        let attempts = driver.exhaust { ref, indices in
            indices.count > 1 ? [TestDriver.ended(ref, .completed)] : TestDriver.done(ref, indices)
        }
        #expect(attempts == [[0, 1, 2, 3], [0, 1], [0], [1], [2, 3], [2], [3]])
        #expect(driver.standing == "oooo")
    }

    @Test("A job that completes without some has those sent once more, and then they fail and say why")
    func someMissing() {
        var driver = TestDriver(4, workers: 1)
        let attempts = driver.exhaust { ref, indices in
            indices.filter { $0 < 2 }.map { TestDriver.ok(ref, $0) } + [TestDriver.ended(ref, .completed)]
        }
        #expect(attempts.prefix(2) == [[0, 1, 2, 3], [2, 3]])
        #expect(driver.standing == "ooxx")
        #expect(driver.failures.allSatisfy { $0.kind == .contract })
        #expect(driver.lines.filter { $0.level == .error && $0.text.contains("contract") }.count == 2)
    }

    @Test("A handler that never brings anything is found out, each flashpoint alone, within its budget")
    func neverAnything() {
        var driver = TestDriver(4, workers: 1, policy: Self.policy())
        let attempts = driver.exhaust { ref, _ in [TestDriver.ended(ref, .completed)] }
        #expect(driver.standing == "xxxx")
        #expect(attempts.filter { $0 == [2] }.count == 2)
    }

    // MARK: - Journals of other versions

    @Test("A journal written under other rules is followed, and loses and doubles nothing")
    func otherRules() {
        var driver = TestDriver(4, workers: 1, policy: Self.policy())
        let lost = AttemptEnd(.lost, status: "FAILED")
        for attempt in 1...3 {
            let ref = AttemptRef(worker: 1, chunk: 1, attempt: attempt)
            if attempt > 1 { driver.journalled(Sample.intended(ref, 0..<4)) }
            driver.journalled(.attemptAccepted(ref, job: "j\(attempt)"))
            driver.journalled(.attemptStarted(ref, instance: "i", delayMS: 1))
            driver.journalled(.attemptEnded(ref, lost))
            #expect(driver.state.violation() == nil)
        }
        // The third went out whole, where these rules would have sent a half under that number.
        let fourth = AttemptRef(worker: 1, chunk: 1, attempt: 4)
        driver.journalled(Sample.intended(fourth, 1..<3))
        #expect(driver.state.violation() == nil)
        #expect(driver.standing == "pffp")
        driver.resume()
        driver.report([.accepted(fourth, job: "j4")] + TestDriver.done(fourth, [1, 2]))
        driver.now = 100
        driver.timer(.retry(worker: 1))
        driver.exhaust { ref, indices in TestDriver.done(ref, indices) }
        #expect(driver.standing == "oooo")
        #expect(driver.state.phase == .ended)
    }
}
