import Subprocess

extension Executable {
    /// A program as people write it: a path when it has a slash, else a name to look for in `PATH`.
    static func program(_ text: String) -> Executable {
        text.contains("/") ? .path(literal(text)) : .name(text)
    }

    /// What a string literal of that text would be; spells the path type of a module that we don't depend on.
    private static func literal<Path: ExpressibleByStringLiteral>(_ text: String) -> Path
    where Path.StringLiteralType == String {
        Path(stringLiteral: text)
    }
}
