import DequeModule
package import Flashpoints
import FoundationEssentials

/// The state as bytes, so that a long run need not be folded from its first event.
///
/// What is counted by the flashpoint is packed in columns; the rest goes through the coder, so that what a lane or the
/// run gets in addition goes along by itself.
extension RunState {
    private static let format = 1

    /// All of the state that is not counted by the flashpoint or the chunk.
    private struct Remainder: Codable {
        var phase: Phase
        var isPaused: Bool
        var pauseCause: String?
        var isCancelled: Bool
        var generation: Int
        var counts: Counts
        var speedup: Speedup
        var hasBeenAccepted: Bool
        var trouble: Trouble?
        var plannedAt: Int64
        var t: Double
        var at: Int64
        var finalAnswer: RunAnswer?
        var halted: Failure?
        /// As bits, since JSON has no infinities.
        var lastProgress: [UInt64]
        var breaker: Breaker
        /// Absent from bytes of an earlier version, which are passed over then: the events tell it.
        var bill: Bill
        /// Without their queues.
        var lanes: [Lane]

        init(_ state: RunState) {
            phase = state.phase
            isPaused = state.isPaused
            pauseCause = state.pauseCause
            isCancelled = state.isCancelled
            generation = state.generation
            counts = state.counts
            speedup = state.speedup
            hasBeenAccepted = state.hasBeenAccepted
            trouble = state.trouble
            plannedAt = state.plannedAt
            t = state.t
            at = state.at
            finalAnswer = state.finalAnswer
            halted = state.halted
            lastProgress = state.lastProgress.map(\.bitPattern)
            breaker = state.breaker
            bill = state.bill
            lanes = state.lanes.map { lane in
                var lane = lane
                lane.queue = []
                return lane
            }
        }
    }

    /// Writes the state without its plan.
    ///
    /// - Throws: What the writer throws.
    package func pack(into writer: inout PackedWriter) throws {
        try writer.append(Self.format)
        try writer.append(total)
        try writer.append(Array(try JSONCoding.encode(Remainder(self))))
        for lane in lanes {
            try writer.append(lane.queue.count)
            for work in lane.queue { try work.pack(into: &writer) }
        }
        try flashpoints.pack(into: &writer)
    }

    /// Reads the state of a run of this plan.
    ///
    /// - Throws: `PackedFault` or `DecodingError` for bytes of another format, of another plan, and damaged ones.
    package init(plan: RunPlan, packed reader: inout PackedReader) throws {
        guard try reader.number() == Self.format else { throw PackedFault("its format is another one") }
        let count = plan.catalogue.count
        guard try reader.number() == count else { throw PackedFault("it is of another batch") }
        let rest = try JSONCoding.decode(Remainder.self, from: Data(try reader.bytes()))
        guard rest.lanes.count == plan.plan.shares.count, rest.lastProgress.count == rest.lanes.count else {
            throw PackedFault("it is of other workers")
        }
        self.plan = plan
        phase = rest.phase
        isPaused = rest.isPaused
        pauseCause = rest.pauseCause
        isCancelled = rest.isCancelled
        generation = rest.generation
        counts = rest.counts
        speedup = rest.speedup
        hasBeenAccepted = rest.hasBeenAccepted
        trouble = rest.trouble
        plannedAt = rest.plannedAt
        t = rest.t
        at = rest.at
        finalAnswer = rest.finalAnswer
        halted = rest.halted
        lastProgress = rest.lastProgress.map(Double.init(bitPattern:))
        breaker = rest.breaker
        bill = rest.bill
        lanes = rest.lanes
        for place in lanes.indices {
            let works = try reader.count(upTo: count)
            lanes[place].queue.reserveCapacity(works)
            for _ in 0..<works { lanes[place].queue.append(try Lane.Work(packed: &reader, below: count)) }
        }
        flashpoints = try FlashpointColumns(packed: &reader, count: count)
        try reader.expectEnd()
    }
}

extension Lane.Work {
    fileprivate func pack(into writer: inout PackedWriter) throws {
        try writer.append(chunk)
        try writer.append(attempt)
        try writer.append(indices)
        try writer.append(setbacks.isEmpty ? [] : Array(try JSONCoding.encode(setbacks)))
    }

    fileprivate init(packed reader: inout PackedReader, below count: Int) throws {
        chunk = try reader.number()
        attempt = try reader.number()
        indices = try reader.indices(below: count)
        let told = try reader.bytes()
        setbacks = told.isEmpty ? [] : try JSONCoding.decode([Lane.Setback].self, from: Data(told))
    }
}

extension FlashpointColumns {
    fileprivate func pack(into writer: inout PackedWriter) throws {
        try writer.append(column: standing.map(\.rawValue))
        try writer.append(column: worker)
        try writer.append(column: chunk)
        try writer.append(column: attempts)
        try writer.append(column: tries)
        try writer.append(column: losses)
        try writer.append(column: omissions)
        try writer.append(column: deaths)
        try writer.append(column: seconds)
        try writer.append(column: isEstimated.map { $0 ? 1 as UInt8 : 0 })
        try writer.append(column: isToRetry.map { $0 ? 1 as UInt8 : 0 })
    }

    fileprivate init(packed reader: inout PackedReader, count: Int) throws {
        standing = try reader.column(UInt8.self, count: count).map { raw in
            guard let standing = Standing(rawValue: raw) else { throw PackedFault("\(raw) is no standing") }
            return standing
        }
        worker = try reader.column(Int32.self, count: count)
        chunk = try reader.column(Int32.self, count: count)
        attempts = try reader.column(UInt8.self, count: count)
        tries = try reader.column(UInt8.self, count: count)
        losses = try reader.column(UInt8.self, count: count)
        omissions = try reader.column(UInt8.self, count: count)
        deaths = try reader.column(UInt8.self, count: count)
        seconds = try reader.column(Float.self, count: count)
        isEstimated = try reader.column(UInt8.self, count: count).map { $0 != 0 }
        isToRetry = try reader.column(UInt8.self, count: count).map { $0 != 0 }
    }
}
