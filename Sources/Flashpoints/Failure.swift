/// What kind of failure it was, and so what is done about it.
public enum FailureClass: String, Sendable, Hashable, Codable, CaseIterable {
    /// A stage ran over its time; tried again within the retry budget.
    case timeout
    /// May go away by itself; tried again within the retry budget.
    case transient
    /// Would fail the same way again; not tried again.
    case permanent
    /// The platform lost the worker, the job or its result; tried again on a budget of its own.
    case infra
    /// Took its worker down more than once.
    case poison
    /// The handler's answer does not fit the chunk: missing, of the wrong length, index or hash.
    case contract
    /// The endpoint refuses this key or address; the run stops and can be resumed.
    case config
}

extension FailureClass {
    /// The class a foreign handler wrote, or ``transient`` for a word that is not one of ours.
    package init(lenient text: String?) {
        self = text.flatMap(FailureClass.init(rawValue:)) ?? .transient
    }
}

/// Why a flashpoint or an attempt failed.
public struct Failure: Sendable, Hashable, Codable, Error {
    /// Decides about retries.
    public var kind: FailureClass
    /// The pipeline's stage, when it got that far.
    public var stage: String?
    /// For people: what happened and where.
    public var message: String

    /// Creates a failure.
    public init(_ kind: FailureClass, stage: String? = nil, _ message: String) {
        self.kind = kind
        self.stage = stage
        self.message = message
    }

    private enum CodingKeys: String, CodingKey {
        case kind = "class"
        case stage
        case message
    }

    /// Decodes leniently: a foreign handler may leave any field out or use class names of its own.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        kind = FailureClass(lenient: try? container.decode(String.self, forKey: .kind))
        stage = try? container.decode(String.self, forKey: .stage)
        message = (try? container.decode(String.self, forKey: .message)) ?? "no message"
    }
}
