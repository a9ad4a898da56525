/// Why a batch can't be read: one clear line that names the place and what would be right.
package struct InputError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file as the user named it, or `standard input`.
    package var source: String
    /// Line of the source, from 1.
    package var line: Int?
    /// Position of the flashpoint in the batch, from 0.
    package var index: Int?
    /// The field within the flashpoint, such as `feeds[3].url`.
    package var field: String?
    /// What is wrong and what would be right.
    package var problem: String

    package init(source: String, line: Int? = nil, index: Int? = nil, field: String? = nil, problem: String) {
        self.source = source
        self.line = line
        self.index = index
        self.field = field
        self.problem = problem
    }

    /// Such as `news.json, line 4, index 2, feeds[3].url: missing; a feed needs a url`.
    package var description: String {
        var place = source
        if let line { place += ", line \(line)" }
        if let index { place += ", index \(index)" }
        if let field, !field.isEmpty { place += ", \(field)" }
        return "\(place): \(problem)"
    }
}
