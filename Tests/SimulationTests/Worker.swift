import Flashpoints

/// What one worker does with one job, drawn when it takes it.
struct Worker {
    private let scenario: Scenario
    private let dice: Dice
    private let cargo: Endpoint.Cargo
    /// How often each flashpoint was begun before.
    private let begun: [Int]
    private var now: Double
    private var steps: [Endpoint.Step] = []
    private var results: [(index: Int, outcome: Result<JSONValue, Failure>, seconds: Double)] = []
    private var isBloated = false

    init(scenario: Scenario, dice: Dice, cargo: Endpoint.Cargo, begun: [Int], now: Double) {
        self.scenario = scenario
        self.dice = dice
        self.cargo = cargo
        self.begun = begun
        self.now = now
    }

    /// A result that says of which flashpoint it was made.
    static func value(_ index: Int, hash: String) -> JSONValue {
        ["id": .string("fp-\(index)"), "made": .string(hash)]
    }

    private var isTroubled: Bool { now < scenario.calmAt }

    private mutating func add(_ doing: Endpoint.Step.Doing) {
        steps.append(Endpoint.Step(at: now, doing: doing))
    }

    private mutating func tell(_ record: StreamRecord) {
        if scenario.handler == .ours { add(.tell(.record(record))) }
    }

    /// All that the worker will do, if nobody stops it.
    mutating func script() -> [Endpoint.Step] {
        if isTroubled, dice.chance(scenario.noise / 4) {
            add(.fail(#"{"error_type": "<class 'ValueError'>", "error_message": "the handler raised"}"#))
            return steps
        }
        for (position, index) in cargo.indices.enumerated() {
            guard work(on: index, hash: cargo.hashes[position]) else { return steps }
        }
        finish()
        return steps
    }

    /// False when nothing follows.
    private mutating func work(on index: Int, hash: String) -> Bool {
        add(.begin(index))
        tell(.start(index: index, id: "fp-\(index)"))
        let times = begun[index]
        var seconds = dice.seconds(0.5...12)
        var outcome: Result<JSONValue, Failure> = .success(Self.value(index, hash: hash))
        switch scenario.fates[index] {
        case .slow: seconds *= 5
        case .fails(let kind, let limit) where times < limit:
            outcome = .failure(Failure(kind, stage: "extract", "as fated"))
        case .kills(let limit) where times < limit:
            now += dice.seconds(0...seconds)
            add(.die)
            return false
        case .hangs(let limit) where times < limit: return false
        case .bloats(let limit) where times < limit: isBloated = true
        case .fine, .fails, .kills, .hangs, .bloats: break
        }
        if isTroubled, dice.chance(scenario.noise / 3) {
            now += dice.seconds(0...seconds)
            if dice.chance(0.8) { add(.die) }
            return false
        }
        if isTroubled, dice.chance(scenario.noise) {
            outcome = .failure(Failure(dice.pick(.transient, .timeout, .permanent), "by chance"))
        }
        if dice.chance(0.2) { tell(.progress(index: index, stage: "load", done: 1, of: 2)) }
        now += seconds
        if dice.chance(0.1) { tell(.heartbeat(residentMB: 80, cpuSeconds: 3)) }
        results.append((index, outcome, seconds))
        tell(
            .result(
                FlashpointResult(index: index, id: "fp-\(index)", hash: hash, outcome: outcome, seconds: seconds)
            )
        )
        if scenario.handler == .streamsByID { add(.tell(.value(element(index, outcome, seconds)))) }
        return true
    }

    private mutating func finish() {
        // A result that the worker could not hand in, and a platform that drops what is too large.
        if isTroubled, dice.chance(scenario.noise / 4) { return }
        let isDropped = isBloated || isTroubled && dice.chance(scenario.noise / 4)
        add(.finish(output: isDropped ? nil : output, isBloated: isBloated))
    }

    // MARK: - Outputs

    private var output: JSONValue? {
        let elements = results.map { element($0.index, $0.outcome, $0.seconds) }
        switch scenario.handler {
        case .ours:
            return .array(
                results.map { result in
                    let hash = Scenario.hash(result.index)
                    return Wire.json(
                        .result(
                            FlashpointResult(
                                index: result.index,
                                id: "fp-\(result.index)",
                                hash: hash,
                                outcome: result.outcome,
                                seconds: result.seconds
                            )
                        )
                    )
                }
            )
        case .streamsByID: return .array(elements)
        case .listByID: return .array(dice.chance(0.5) ? elements.reversed() : elements)
        case .list:
            return .array(
                results.map { result in
                    switch result.outcome {
                    case .success: ["of": [.string("fp-\(result.index)")]]
                    case .failure(let failure): dice.chance(0.5) ? .null : ["error": .string(failure.message)]
                    }
                }
            )
        case .byID:
            let members = zip(results, elements).map { ("fp-\($0.index)", $1) }
            return ["results": .object(Dictionary(members) { first, _ in first })]
        case .whole:
            return ["of": .array(results.map { .string("fp-\($0.index)") }), "duration_sec": 3]
        case .nothing: return nil
        case .misfit: return .array(Array(repeating: ["of": []], count: results.count + 1))
        }
    }

    private func element(_ index: Int, _ outcome: Result<JSONValue, Failure>, _ seconds: Double) -> JSONValue {
        switch outcome {
        case .success(let value): ["id": .string("fp-\(index)"), "result": value, "duration_sec": .number(seconds)]
        case .failure(let failure): ["id": .string("fp-\(index)"), "failure": Wire.json(failure)]
        }
    }
}
