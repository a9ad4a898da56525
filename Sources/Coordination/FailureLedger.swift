import Flashpoints

/// Which flashpoints stand failed and why, in a bounded number of groups.
struct FailureLedger: Sendable, Hashable {
    /// Groups beyond this many fall together.
    static let groupLimit = 64
    /// Flashpoints that a group names.
    static let exampleLimit = 5

    private struct Key: Hashable {
        var kind: FailureClass
        var stage: String?
        var message: String
    }

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
    }

    private var slots: [FailureGroup] = [FailureGroup(kind: nil, stage: nil, message: "other causes")]
    private var slotOfKey: [Key: UInt8] = [:]
    private var entries: [Int32: Entry] = [:]

    /// Those that hold a flashpoint, the commonest first.
    var groups: [FailureGroup] {
        slots.filter { $0.count > 0 }
            .sorted { left, right in
                left.count == right.count ? left.message < right.message : left.count > right.count
            }
    }

    mutating func insert(_ settlement: Settlement, _ failure: Failure) {
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
            slots[Int(slot)].examples.append(FailureGroup.Example(index: settlement.index, id: settlement.id))
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
            freed.count += 1
            guard let seconds = entry.seconds else { continue }
            freed.measured += 1
            freed.seconds += Double(seconds)
        }
        return freed
    }

    private mutating func slot(for failure: Failure, id: String) -> UInt8 {
        let message = failure.message.withVisibleControls.withoutParticulars(id: id)
        let key = Key(kind: failure.kind, stage: failure.stage, message: message)
        if let slot = slotOfKey[key] { return slot }
        guard slots.count <= Self.groupLimit else { return 0 }
        let slot = UInt8(slots.count)
        slots.append(FailureGroup(kind: failure.kind, stage: failure.stage, message: message))
        slotOfKey[key] = slot
        return slot
    }
}

extension String {
    /// The message with `…` for the flashpoint's id, addresses, and words with digits other than an HTTP status.
    ///
    /// At most 200 characters.
    func withoutParticulars(id: String) -> String {
        let words = prefix(400).split(separator: " ").map { word -> String in
            let digits = word.filter(\.isWholeNumber)
            let isStatus = word.hasPrefix(digits) && (400..<600).contains(Int(digits) ?? 0)
            let hasNumber = word.contains(where: \.isWholeNumber) && !isStatus
            let isParticular = hasNumber || word.contains("://") || (!id.isEmpty && word.names(id))
            return isParticular ? "…" : String(word)
        }
        return String(words.joined(separator: " ").prefix(200))
    }
}

extension Substring {
    /// Whether the word is the id, quotes and punctuation around it aside; a short id also stands inside other words.
    fileprivate func names(_ id: String) -> Bool {
        guard let range = firstRange(of: id) else { return false }
        let around = [self[..<range.lowerBound], self[range.upperBound...]]
        return around.allSatisfy { !$0.contains { $0.isLetter || $0.isNumber } }
    }
}
