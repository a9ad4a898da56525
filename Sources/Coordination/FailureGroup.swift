package import Flashpoints

/// Failures that differ in nothing but numbers, addresses and ids.
package struct FailureGroup: Sendable, Hashable {
    /// The class; `nil` for the causes that no longer got a group of their own.
    package let kind: FailureClass?
    package let stage: String?
    /// The message with `…` for what differs.
    package let message: String
    package internal(set) var count = 0
    /// The first few flashpoints of it.
    package internal(set) var examples: [Example] = []

    /// A flashpoint that failed so.
    package struct Example: Sendable, Hashable {
        package var index: Int
        package var id: String
        package var worker: Int
        /// Submissions that held it.
        package var attempts: Int
        /// RunPod's name of the machine that had it last, when that is known.
        package var instance: String?
    }

    init(kind: FailureClass?, stage: String?, message: String) {
        self.kind = kind
        self.stage = stage
        self.message = message
    }
}
