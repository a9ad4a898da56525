/// What is wrong with which field of a JSON text, in words for people.
package struct FieldProblem: Sendable, Hashable, CustomStringConvertible {
    /// The field from the root, such as `feeds[3].url`; empty for the whole value.
    package var path: String
    /// What is wrong and what would be right.
    package var problem: String

    /// Reads a decoder's error.
    package init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            path = Self.path(context.codingPath + [key])
            // Codable's synthesised conformances describe the container; ours say what is needed.
            problem = key is FieldKey ? "missing; \(context.debugDescription)" : "missing"
        case .typeMismatch(let type, let context):
            path = Self.path(context.codingPath)
            problem = "must be \(Self.name(of: type))"
        case .valueNotFound(let type, let context):
            path = Self.path(context.codingPath)
            problem = "must be \(Self.name(of: type)), not null"
        case .dataCorrupted(let context):
            path = Self.path(context.codingPath)
            problem = context.debugDescription
        @unknown default:
            path = ""
            problem = "can't be read: \(error)"
        }
    }

    /// The path and the problem in one sentence.
    package var description: String { path.isEmpty ? problem : "\(path): \(problem)" }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type, is String?.Type: "a string"
        case is Bool.Type: "true or false"
        case is Double.Type: "a number"
        case is any BinaryInteger.Type: "a whole number"
        case is [Any].Type, is [String].Type, is [String?].Type, is [Feed].Type, is [Int].Type: "an array"
        default: "an object"
        }
    }
}
