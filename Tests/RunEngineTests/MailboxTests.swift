import RunEngine
import Testing

@Suite("Mailbox", .timeLimit(.minutes(5)))
struct MailboxTests {
    @Test("gives all that waits at once, in the order in which it was sent")
    func batches() async {
        let mailbox = Mailbox<Int>()
        for number in 0..<5 { #expect(await mailbox.send(number)) }
        #expect(await mailbox.take() == [0, 1, 2, 3, 4])
    }

    @Test("wakes the taker for a message that comes later")
    func later() throws {
        try VirtualTime.run { clock in
            let mailbox = Mailbox<Int>()
            async let taken = mailbox.take()
            try await clock.sleep(for: .seconds(1))
            await mailbox.send(7)
            #expect(await taken == [7])
        }
    }

    @Test("holds senders back while it is full, and loses none of what they bring", arguments: [1, 2, 7])
    func full(capacity: Int) throws {
        let taken = try VirtualTime.run { clock in
            let mailbox = Mailbox<Int>(capacity: capacity)
            let sent = Shared(0)
            return try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        #expect(await mailbox.send(number))
                        sent.change { $0 += 1 }
                    }
                }
                try await clock.sleep(for: .seconds(1))
                #expect(sent.value == capacity)
                var taken: [Int] = []
                while taken.count < 40 {
                    try Task.checkCancellation()
                    let batch = await mailbox.take()
                    #expect(batch.count <= 2 * capacity)
                    taken += batch
                }
                return taken
            }
        }
        #expect(taken == Array(0..<40))
    }

    @Test("keeps to the order of those who wait when somebody new comes")
    func fairness() throws {
        let taken = try VirtualTime.run { clock in
            let mailbox = Mailbox<Int>(capacity: 1)
            return try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<4 { group.addTask { await mailbox.send(number) } }
                try await clock.sleep(for: .seconds(1))
                var taken = await mailbox.take()
                group.addTask { await mailbox.send(99) }
                try await clock.sleep(for: .seconds(1))
                while taken.count < 5, !Task.isCancelled { taken += await mailbox.take() }
                return taken
            }
        }
        #expect(taken == [0, 1, 2, 3, 99])
    }

    @Test("a cancelled sender stops waiting, and its message does not come")
    func cancelledSender() throws {
        try VirtualTime.run { clock in
            let mailbox = Mailbox<Int>(capacity: 1)
            await mailbox.send(0)
            await withTaskGroup(of: Bool.self) { group in
                group.addTask { await mailbox.send(1) }
                try? await clock.sleep(for: .seconds(1))
                group.cancelAll()
                #expect(await group.next() == false)
            }
            #expect(await mailbox.take() == [0])
        }
    }

    @Test("takes what a cancelled task sends when there is room: asking to stop is part of being cancelled")
    func sendWhileCancelled() async {
        let mailbox = Mailbox<Int>(capacity: 1)
        let answers = await withTaskGroup(of: [Bool].self) { group in
            group.cancelAll()
            group.addTask { [await mailbox.send(1), await mailbox.send(2)] }
            return await group.next()
        }
        #expect(answers == [true, false])
        #expect(await mailbox.take() == [1])
    }

    @Test("a cancelled taker gets nothing and does not wait")
    func cancelledTaker() throws {
        try VirtualTime.run { clock in
            let mailbox = Mailbox<Int>()
            await withTaskGroup(of: [Int].self) { group in
                group.addTask { await mailbox.take() }
                try? await clock.sleep(for: .seconds(1))
                group.cancelAll()
                #expect(await group.next() == [])
            }
        }
    }

    @Test("closing gives back what nobody took, and turns senders away")
    func close() throws {
        try VirtualTime.run { clock in
            let mailbox = Mailbox<Int>(capacity: 2)
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<3 { group.addTask { await mailbox.send(number) } }
                try? await clock.sleep(for: .seconds(1))
                #expect(mailbox.close() == [0, 1, 2])
                var answers: [Bool] = []
                for await answer in group { answers.append(answer) }
                #expect(answers == [true, true, false])
            }
            #expect(await mailbox.send(9) == false)
            #expect(await mailbox.take() == [])
            #expect(mailbox.close() == [])
        }
    }

    @Test("many senders on many threads: each one's messages arrive once and in its order")
    func manyThreads() async {
        let mailbox = Mailbox<(sender: Int, number: Int)>(capacity: 8)
        await withDiscardingTaskGroup { group in
            for sender in 0..<20 {
                group.addTask { for number in 0..<200 { await mailbox.send((sender, number)) } }
            }
            var next = Array(repeating: 0, count: 20)
            while next.reduce(0, +) < 4_000, !Task.isCancelled {
                for message in await mailbox.take() {
                    #expect(message.number == next[message.sender])
                    next[message.sender] = message.number + 1
                }
            }
        }
    }
}
