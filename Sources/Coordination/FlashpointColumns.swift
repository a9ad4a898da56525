import Flashpoints

/// The run's knowledge about each flashpoint, by input index, in columns of some 16 bytes a flashpoint.
package struct FlashpointColumns: Sendable, Hashable {
    /// Where a flashpoint stands.
    package enum Standing: UInt8, Sendable {
        case pending
        case inFlight
        case ok
        case failed
        case cancelled

        package var isSettled: Bool { rawValue >= Standing.ok.rawValue }
    }

    package internal(set) var standing: [Standing]
    package internal(set) var worker: [Int32]
    package internal(set) var chunk: [Int32]
    /// Submissions that held it.
    package internal(set) var attempts: [UInt8]
    /// Failures charged to the user's budget.
    var tries: [UInt8]
    /// Losses charged to the platform's budget.
    var losses: [UInt8]
    /// Answers without it, charged to the contract's budget.
    var omissions: [UInt8]
    /// Jobs that were lost while the worker was at it.
    var deaths: [UInt8]
    /// Seconds of the accepted attempt; negative when nobody measured them.
    var seconds: [Float]
    var isEstimated: [Bool]
    /// Failed in the attempt that is out, to be tried again after it.
    var isToRetry: [Bool]

    init(plan: RunPlan) {
        let count = plan.catalogue.count
        standing = Array(repeating: .pending, count: count)
        worker = Array(repeating: 0, count: count)
        chunk = Array(repeating: 0, count: count)
        attempts = Array(repeating: 0, count: count)
        tries = attempts
        losses = attempts
        omissions = attempts
        deaths = attempts
        seconds = Array(repeating: Self.unmeasured, count: count)
        isEstimated = Array(repeating: false, count: count)
        isToRetry = Array(repeating: false, count: count)
        for piece in plan.plan.chunks {
            for index in piece.indices {
                worker[index] = Int32(piece.worker)
                chunk[index] = Int32(piece.id)
            }
        }
    }

    static let unmeasured: Float = -1

    /// Failures in all since the budgets were new.
    func spent(_ index: Int) -> Int {
        Int(tries[index]) + Int(losses[index]) + Int(omissions[index]) + Int(deaths[index])
    }

    /// The seconds of the accepted attempt, when they were measured.
    func measured(_ index: Int) -> Double? { seconds[index] < 0 ? nil : Double(seconds[index]) }

    /// Makes a settled flashpoint pending again with all budgets new.
    mutating func reopen(_ index: Int) {
        standing[index] = .pending
        tries[index] = 0
        losses[index] = 0
        omissions[index] = 0
        deaths[index] = 0
        isToRetry[index] = false
        seconds[index] = Self.unmeasured
    }
}
