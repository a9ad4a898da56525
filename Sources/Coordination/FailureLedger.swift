import Flashpoints

/// Which flashpoints stand failed and why, in a bounded number of groups.
struct FailureLedger: Sendable, Hashable {
    /// Groups beyond this many fall together.
    static let groupLimit = 64
    /// Flashpoints that a group names.
    static let exampleLimit = 5

    private struct Entry: Hashable {
        var worker: Int32
        var group: UInt8
        /// `nil` when nobody measured them.
        var seconds: Float?
    }

    /// What leaves the ledger when flashpoints are tried again.
    struct Freed {
        var count = 0
        var measured = 0
        var seconds = 0.0

        mutating func take(_ seconds: Float?) {
            count += 1
            guard let seconds else { return }
            measured += 1
            self.seconds += Double(seconds)
        }
    }

    private var slots: [FailureGroup] = [FailureGroup(kind: nil, stage: nil, message: "other causes")]
    private var slotOfKey: [FailureKey: UInt8] = [:]
    private var entries: [Int32: Entry] = [:]

    /// Those that hold a flashpoint, the commonest first.
    var groups: [FailureGroup] {
        slots.filter { $0.count > 0 }
            .sorted { left, right in
                left.count == right.count ? left.message < right.message : left.count > right.count
            }
    }

    /// - Parameter instance: The machine that had it, when that is known.
    mutating func insert(_ settlement: Settlement, _ failure: Failure, instance: String? = nil) {
        let index = Int32(clamping: settlement.index)
        guard entries[index] == nil else { return }
        let slot = slot(for: failure, id: settlement.id)
        entries[index] = Entry(
            worker: Int32(clamping: settlement.worker),
            group: slot,
            seconds: settlement.seconds.map { Float($0) }
        )
        slots[Int(slot)].count += 1
        if slots[Int(slot)].examples.count < Self.exampleLimit {
            slots[Int(slot)].examples.append(
                FailureGroup.Example(
                    index: settlement.index,
                    id: settlement.id,
                    worker: settlement.worker,
                    attempts: settlement.attempts,
                    instance: instance
                )
            )
        }
    }

    /// Takes out a worker's failures, or those of them that are listed.
    mutating func remove(worker: Int, indices: IndexList?) -> Freed {
        let wanted = indices.map { $0.map { Int32(clamping: $0) } } ?? Array(entries.keys)
        var freed = Freed()
        for index in wanted {
            guard let entry = entries[index], entry.worker == Int32(clamping: worker) else { continue }
            entries[index] = nil
            slots[Int(entry.group)].count -= 1
            slots[Int(entry.group)].examples.removeAll { $0.index == Int(index) }
            freed.take(entry.seconds)
        }
        return freed
    }

    /// Takes out all failures and gives them by worker.
    mutating func removeAll() -> [Int: Freed] {
        var freed: [Int: Freed] = [:]
        for entry in entries.values { freed[Int(entry.worker), default: Freed()].take(entry.seconds) }
        self = FailureLedger()
        return freed
    }

    private mutating func slot(for failure: Failure, id: String) -> UInt8 {
        let key = FailureKey(failure, id: id)
        if let slot = slotOfKey[key] { return slot }
        guard slots.count <= Self.groupLimit else { return 0 }
        let slot = UInt8(slots.count)
        slots.append(FailureGroup(kind: key.kind, stage: key.stage, message: key.message))
        slotOfKey[key] = slot
        return slot
    }
}
