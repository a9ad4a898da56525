/// An import declaration found in a source file.
struct ImportDeclaration: Equatable {
    /// The module, without the submodule or the declaration behind it.
    var module: String
    /// From 1.
    var line: Int
    /// Whether a comment stands on its line or the line before.
    var hasComment = false
}

/// Finds the import declarations of a Swift source, and not what looks like one in a text or a comment.
///
/// It does not look for texts within the interpolations of a text.
struct ImportScanner {
    private var source: Substring.UnicodeScalarView
    private var code: [String] = [""]
    private var commented: Set<Int> = []

    /// The declarations in the order of their lines.
    static func imports(in source: String) -> [ImportDeclaration] {
        var scanner = ImportScanner(source: source[...].unicodeScalars)
        scanner.blankOutTextsAndComments()
        return scanner.code.enumerated().flatMap { index, line in
            line.split(separator: ";").compactMap { module(declaredBy: $0) }.map { module in
                ImportDeclaration(
                    module: module,
                    line: index + 1,
                    hasComment: scanner.commented.contains(index) || scanner.isCommentLine(index - 1)
                )
            }
        }
    }

    private init(source: Substring.UnicodeScalarView) { self.source = source }

    private func isCommentLine(_ index: Int) -> Bool {
        commented.contains(index) && code[index].allSatisfy(\.isWhitespace)
    }

    /// The module that a statement imports, whatever stands before `import` and between it and the name.
    private static func module(declaredBy statement: Substring) -> String? {
        var words = statement.split(whereSeparator: \.isWhitespace)
        let modifiers: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        while let word = words.first, word.hasPrefix("@") || modifiers.contains(word) { words.removeFirst() }
        guard words.first == "import" else { return nil }
        words.removeFirst()
        let kinds: Set<Substring> = ["actor", "class", "enum", "func", "let", "protocol", "struct", "typealias", "var"]
        if words.count > 1, let kind = words.first, kinds.contains(kind) { words.removeFirst() }
        return words.first?.split(separator: ".").first.map { String($0.filter { $0 != "`" }) }
    }

    private mutating func blankOutTextsAndComments() {
        while let scalar = source.first {
            if starts(with: "//") {
                commented.insert(code.count - 1)
                take { $0 != "\n" }
            } else if starts(with: "/*") {
                skipBlockComment()
            } else if scalar == "\"" || scalar == "#" {
                skipText()
            } else {
                source.removeFirst()
                keep(scalar)
            }
        }
    }

    private func starts(with text: String) -> Bool { source.starts(with: text.unicodeScalars) }

    private mutating func keep(_ scalar: Unicode.Scalar) {
        if scalar == "\n" {
            code.append("")
        } else {
            code[code.count - 1].unicodeScalars.append(scalar)
        }
    }

    /// Leaves scalars out while the condition holds, all but their line breaks.
    private mutating func take(while condition: (Unicode.Scalar) -> Bool) {
        while let scalar = source.first, condition(scalar) { drop(1) }
    }

    private mutating func drop(_ count: Int) {
        for _ in 0..<count {
            if source.popFirst() == "\n" { code.append("") }
        }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                drop(2)
            } else if starts(with: "*/") {
                depth -= 1
                drop(2)
            } else {
                drop(1)
            }
        } while depth > 0 && !source.isEmpty
    }

    /// Skips a string literal of any kind, or keeps number signs that begin none.
    private mutating func skipText() {
        let signs = source.prefix { $0 == "#" }.count
        let body = source.dropFirst(signs)
        guard body.first == "\"" else {
            for _ in 0..<signs { keep(source.removeFirst()) }
            return
        }
        let quote = body.starts(with: "\"\"\"".unicodeScalars) ? "\"\"\"" : "\""
        let end = quote + String(repeating: "#", count: signs)
        let escape = "\\" + String(repeating: "#", count: signs)
        drop(signs + quote.count)
        while !source.isEmpty, !starts(with: end) {
            // A literal on one line that doesn't end there is none, but a regular expression's quotation mark.
            if quote.count == 1, source.first == "\n" { return }
            drop(starts(with: escape) ? escape.count + 1 : 1)
        }
        drop(min(end.count, source.count))
    }
}
