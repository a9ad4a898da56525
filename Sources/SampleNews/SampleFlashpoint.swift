/// One flashpoint of the sample with its articles.
package struct SampleFlashpoint: Sendable, Hashable {
    package var id: String
    package var title: String
    package var description: String
    package var entities: [String]
    /// The articles, in the order of the feeds.
    package var articles: [SampleArticle]

    /// The publishers' domains, each once, in order of appearance.
    package var domains: [String] {
        var seen: Set<String> = []
        return articles.map(\.domain).filter { seen.insert($0).inserted }
    }
}

/// A line of a sample text that can't be read.
package struct SampleTextError: Error, Hashable, CustomStringConvertible {
    /// The line, counted from 1.
    package var line: Int
    package var problem: String

    package var description: String { "line \(line): \(problem)" }
}

extension SampleFlashpoint {
    /// Reads a flashpoint and its articles from lines.
    ///
    ///     id: veyra-strait
    ///     title: Strait of Veyra
    ///     description: A ship runs aground.
    ///     entities: Veyra; Tarsia
    ///
    ///     # Ship aground in the strait
    ///     @ harbour-post.example | en | 2025-10-01 06:40 | Ilse Maren | grounding
    ///     ! moved
    ///     A paragraph, on one line or on
    ///     several.
    ///
    ///     The next paragraph.
    ///
    /// Under `#` comes the headline, under `@` domain, language, date, author and story, under `!` the trouble, if
    /// there is any. Space at both ends of a line means nothing.
    package init(parsing text: String) throws(SampleTextError) {
        var reader = SampleTextReader()
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            try reader.take(line.trimmed, number: number)
        }
        self = try reader.finish(lines: number)
    }
}

/// Takes the lines of a sample text one by one.
private struct SampleTextReader {
    private struct OpenArticle {
        var line: Int
        var headline: String
        var details: [String]?
        var date: SampleArticle.Moment?
        var trouble: SampleArticle.Trouble?
        var paragraphs: [String] = []
        var lineOpensParagraph = true
    }

    private static let keys = ["id", "title", "description", "entities"]

    private var fields: [String: String] = [:]
    private var open: OpenArticle?
    private var articles: [SampleArticle] = []

    mutating func take(_ line: Substring, number: Int) throws(SampleTextError) {
        if line.hasPrefix("# ") {
            try closeArticle()
            open = OpenArticle(line: number, headline: String(line.dropFirst(2).trimmed))
        } else if open == nil {
            try takeField(line, number: number)
        } else {
            try takeArticleLine(line, number: number)
        }
    }

    mutating func finish(lines: Int) throws(SampleTextError) -> SampleFlashpoint {
        try closeArticle()
        guard let id = fields["id"], let title = fields["title"], let description = fields["description"],
            let entities = fields["entities"]
        else {
            let missing = Self.keys.filter { fields[$0] == nil }.joined(separator: ", ")
            throw SampleTextError(line: lines, problem: "the text ends and nothing gave: \(missing)")
        }
        guard !articles.isEmpty else { throw SampleTextError(line: lines, problem: "the text ends without an article") }
        return SampleFlashpoint(
            id: id,
            title: title,
            description: description,
            entities: entities.split(separator: ";").map { String($0.trimmed) },
            articles: articles
        )
    }

    private mutating func takeField(_ line: Substring, number: Int) throws(SampleTextError) {
        guard !line.isEmpty else { return }
        guard let colon = line.firstIndex(of: ":"), Self.keys.contains(String(line[..<colon])) else {
            let keys = Self.keys.joined(separator: ", ")
            throw SampleTextError(
                line: number,
                problem: "before the first headline, a line begins with one of: \(keys)"
            )
        }
        let key = String(line[..<colon])
        guard fields[key] == nil else { throw SampleTextError(line: number, problem: "“\(key)” was given before") }
        fields[key] = String(line[line.index(after: colon)...].trimmed)
    }

    private mutating func takeArticleLine(_ line: Substring, number: Int) throws(SampleTextError) {
        guard var article = open else { return }
        if line.hasPrefix("@ ") {
            let details = line.dropFirst(2).split(separator: "|").map { $0.trimmed }
            guard article.details == nil, details.count == 5, let date = SampleArticle.Moment(details[2]) else {
                let shape = "“@ domain | language | 2025-10-01 06:40 | author | story”, once"
                throw SampleTextError(line: number, problem: "an article has one line \(shape)")
            }
            article.details = details.map { String($0) }
            article.date = date
        } else if line.hasPrefix("! ") {
            guard let trouble = SampleArticle.Trouble(rawValue: String(line.dropFirst(2).trimmed)) else {
                let known = SampleArticle.Trouble.allCases.map(\.rawValue).joined(separator: ", ")
                throw SampleTextError(line: number, problem: "the trouble is one of: \(known)")
            }
            article.trouble = trouble
        } else if line.isEmpty {
            article.lineOpensParagraph = true
        } else if article.details == nil {
            throw SampleTextError(line: number, problem: "the line after a headline begins with “@ ”")
        } else if article.lineOpensParagraph || article.paragraphs.isEmpty {
            article.paragraphs.append(String(line))
            article.lineOpensParagraph = false
        } else {
            article.paragraphs[article.paragraphs.count - 1] += " " + line
        }
        open = article
    }

    private mutating func closeArticle() throws(SampleTextError) {
        guard let article = open else { return }
        guard let details = article.details, let date = article.date else {
            throw SampleTextError(line: article.line, problem: "the article has no line that begins with “@ ”")
        }
        let mayBeEmpty = article.trouble == .missing || article.trouble == .navigation
        guard article.paragraphs.isEmpty == mayBeEmpty else {
            let problem =
                mayBeEmpty ? "an article that is missing or navigation has no text" : "the article has no text"
            throw SampleTextError(line: article.line, problem: problem)
        }
        articles.append(
            SampleArticle(
                headline: article.headline,
                domain: details[0],
                language: details[1],
                date: date,
                byline: details[3],
                story: details[4],
                trouble: article.trouble,
                paragraphs: article.paragraphs
            )
        )
        open = nil
    }
}

extension Substring {
    /// This text without the spaces at both ends.
    fileprivate var trimmed: Substring {
        let start = drop { $0 == " " }
        guard let last = start.lastIndex(where: { $0 != " " }) else { return start[start.endIndex...] }
        return start[...last]
    }
}
