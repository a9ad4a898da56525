/// One row of the settings' table: everything that is known of a setting before it is read.
struct Setting<Value: Sendable>: Sendable {
    let key: Settings.Key
    let property: any WritableKeyPath<Settings, Value> & Sendable
    let section: SettingSection
    let kind: ValueKind<Value>
    let fallback: Value
    /// The default where it depends on the user's environment.
    let derivedFallback: (@Sendable (Surroundings) -> Value)?
    /// The default in words, where it is not the text of a value.
    let fallbackInWords: String?
    let flag: String?
    let isSecret: Bool
    let reachesChildren: Bool
    let isCommentedOut: Bool
    let placeholder: String?
    let help: String

    init(
        _ key: Settings.Key,
        _ property: any WritableKeyPath<Settings, Value> & Sendable,
        _ section: SettingSection,
        _ kind: ValueKind<Value>,
        default fallback: Value,
        derived derivedFallback: (@Sendable (Surroundings) -> Value)? = nil,
        inWords fallbackInWords: String? = nil,
        flag: String? = nil,
        isSecret: Bool = false,
        reachesChildren: Bool = true,
        isCommentedOut: Bool = true,
        placeholder: String? = nil,
        help: String
    ) {
        self.key = key
        self.property = property
        self.section = section
        self.kind = kind
        self.fallback = fallback
        self.derivedFallback = derivedFallback
        self.fallbackInWords = fallbackInWords
        self.flag = flag
        self.isSecret = isSecret
        self.reachesChildren = reachesChildren
        self.isCommentedOut = isCommentedOut
        self.placeholder = placeholder
        self.help = help
    }
}

/// Settings that belong together in the example file and in the help.
enum SettingSection: String, CaseIterable {
    case runPod = "RunPod"
    case timeouts = "Time-outs"
    case run = "The run"
    case pipeline = "The pipeline"
    case screen = "The screen"
    case thisMachine = "This machine"
}

/// A row of the table whatever the type of its value.
protocol SettingRow: Sendable {
    var key: Settings.Key { get }
    var section: SettingSection { get }
    var flag: String? { get }
    var isSecret: Bool { get }
    var reachesChildren: Bool { get }
    var isCommentedOut: Bool { get }
    var placeholder: String? { get }
    var help: String { get }
    var expected: String { get }
    var takesEmptyText: Bool { get }
    /// The default as text or in words.
    var fallbackText: String { get }
    /// The default as it can stand behind `=`; nil when it is none that can be written down.
    var fallbackLiteral: String? { get }

    func useFallback(in settings: inout Settings, surroundings: Surroundings)
    func read(_ text: String, into settings: inout Settings, surroundings: Surroundings) throws(Malformed)
    func text(in settings: Settings) -> String?
}

extension Setting: SettingRow {
    var expected: String { kind.expected }
    var takesEmptyText: Bool { kind.takesEmptyText }
    var fallbackLiteral: String? { derivedFallback == nil ? kind.format(fallback) : nil }
    var fallbackText: String { fallbackInWords ?? fallbackLiteral ?? "none" }

    func useFallback(in settings: inout Settings, surroundings: Surroundings) {
        settings[keyPath: property] = derivedFallback?(surroundings) ?? fallback
    }

    func read(_ text: String, into settings: inout Settings, surroundings: Surroundings) throws(Malformed) {
        settings[keyPath: property] = try kind.parse(text, surroundings)
    }

    func text(in settings: Settings) -> String? { kind.format(settings[keyPath: property]) }
}
