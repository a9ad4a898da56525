/// The keys of events on the wire, the envelope's and the events' own, in the order in which JSON text has them.
extension Event {
    enum Field: Int, CaseIterable {
        case at
        case attempt
        case attempts
        case cause
        case chunk
        case failureClass
        case cpuSeconds
        case delayMS
        case done
        case due
        case endpoint
        case estimated
        case event
        case executionMS
        case formerMS
        case generation
        case httpStatus
        case id
        case index
        case indices
        case instance
        case job
        case kind
        case level
        case message
        case nonce
        case of
        case outcome
        case output
        case result
        case residentMB
        case settledSeconds
        case seq
        case since
        case stage
        case status
        case seconds
        case unbilled
        case version
        case why
        case worker
    }
}

extension Event.Field: CodingKey {
    /// The names, by raw value.
    static let names = [
        "at", "attempt", "attempts", "cause", "chunk", "class", "cpu_sec", "delay_ms", "done", "due", "endpoint",
        "estimated", "event", "execution_ms", "former_ms", "generation", "http_status", "id", "index", "indices",
        "instance", "job", "kind", "level", "message", "nonce", "of", "outcome", "output", "result", "rss_mb",
        "seconds", "seq", "since", "stage", "status", "t", "unbilled", "v", "why", "worker",
    ]

    private static let fields = Dictionary(uniqueKeysWithValues: zip(names, allCases))

    init?(stringValue: String) {
        guard let field = Self.fields[stringValue] else { return nil }
        self = field
    }

    init?(intValue: Int) { nil }

    var stringValue: String { Self.names[rawValue] }
    var intValue: Int? { nil }
}
