/// What the columns of a table of feeds mean, as its header row names them.
struct CSVColumns: Sendable, Equatable {
    /// What the cells of a column become.
    private enum Use: Sendable, Equatable {
        case id, title, description, entities, domains
        case feedID, url, feedTitle
        /// A field of the feed by its own name.
        case feed(String)
    }

    /// The column of the ids.
    static let idName = "flashpoint_id"

    /// The names as they were written, blanks around them aside.
    let names: [String]
    private let uses: [Use]

    private static let known: [String: Use] = [
        idName: .id, "url": .url, "title": .title, "description": .description, "entities": .entities,
        "domains": .domains, "feed_id": .feedID, "feed_title": .feedTitle, "language": .feed("language"),
        "image": .feed("image"),
    ]

    /// Reads a header row; the columns may stand in any order, known ones in any case.
    init(_ row: CSVScanner.Row, source: String) throws(InputError) {
        names = row.cells.map { $0.trimmed }
        var uses: [Use] = []
        var places: [String: Int] = [:]
        for (place, name) in names.enumerated() {
            var error = InputError(source: source, line: row.line, field: "column \(place + 1)", problem: "")
            guard !name.isEmpty else {
                error.problem = "has no name; the first row names each column"
                throw error
            }
            let use = Self.known[name.lowercased()] ?? .feed(name)
            let field = Self.field(use)
            if let earlier = places[field] {
                error.problem = "\(name.debugDescription) means the same as column \(earlier); name it once"
                throw error
            }
            places[field] = place + 1
            uses.append(use)
        }
        self.uses = uses
        for (use, name) in [(Use.id, Self.idName), (.url, "url")] where !uses.contains(use) {
            throw Self.missing(name, row, source)
        }
    }

    /// What tells two uses apart.
    private static func field(_ use: Use) -> String {
        switch use {
        case .id: "flashpoint id"
        case .title: "flashpoint title"
        case .description: "flashpoint description"
        case .entities: "flashpoint entities"
        case .domains: "flashpoint domains"
        case .feedID: "id"
        case .url: "url"
        case .feedTitle: "title"
        case .feed(let name): name
        }
    }

    private static func missing(_ name: String, _ row: CSVScanner.Row, _ source: String) -> InputError {
        let only = row.cells.count == 1 ? row.cells[0] : ""
        let separator = [(";", "“;”"), ("\t", "tabs")].first { only.contains($0.0) }?.1
        let problem =
            if let separator {
                "the columns are parted by \(separator); save the table with commas between them"
            } else {
                "the header row has no column \(name); \(expected)"
            }
        return InputError(source: source, line: row.line, problem: problem)
    }

    static let expected = "a first row that names the columns, flashpoint_id and url among them, is expected"

    /// A place in the table for errors, such as `column 2 (url)`.
    func place(_ column: Int) -> String { "column \(column + 1) (\(names[column]))" }

    /// The place of the ids.
    var idColumn: Int { uses.firstIndex(of: .id) ?? 0 }

    /// A row's id.
    func id(_ row: CSVScanner.Row) -> String { row.cells[idColumn] }

    /// Adds a row's feed to its flashpoint, and what the row says of the flashpoint itself.
    ///
    /// Lists of several rows come together; texts may be repeated or left out after the first.
    ///
    /// - Parameter error: Where the row is, for the errors.
    func add(_ row: CSVScanner.Row, to flashpoint: inout Flashpoint, error: InputError) throws(InputError) {
        var feed = Feed(url: "")
        for (column, (use, text)) in zip(uses, row.cells).enumerated() where !text.isEmpty {
            switch use {
            case .id: break
            case .title: try Self.set(&flashpoint.title, text, place(column), error)
            case .description: try Self.set(&flashpoint.description, text, place(column), error)
            case .entities: Self.insert(text, into: &flashpoint.entities)
            case .domains: Self.insert(text, into: &flashpoint.domains)
            case .feedID: feed.id = text
            case .url: feed.url = text
            case .feedTitle: feed.title = text
            case .feed(let name): feed.set(name, text)
            }
        }
        guard !feed.url.isEmpty else {
            var error = error
            error.field = place(uses.firstIndex(of: .url) ?? 0)
            error.problem = "must not be empty; each row is a feed and needs its article's address"
            throw error
        }
        flashpoint.feeds.append(feed)
    }

    private static func set(
        _ field: inout String?,
        _ text: String,
        _ place: String,
        _ error: InputError
    ) throws(InputError) {
        guard let earlier = field, earlier != text else {
            field = text
            return
        }
        var error = error
        error.field = place
        error.problem = """
            \(text.shortened.debugDescription) is not what the flashpoint's rows before have, \
            \(earlier.shortened.debugDescription); repeat it or leave the cell empty
            """
        throw error
    }

    /// Adds the values of a cell, `;` between them, that are not there yet.
    private static func insert(_ text: String, into list: inout [String]) {
        for part in text.split(separator: ";") {
            let value = String(part).trimmed
            if !value.isEmpty, !list.contains(value) { list.append(value) }
        }
    }
}

extension Feed {
    /// Sets the field of that name, one of its own or another.
    fileprivate mutating func set(_ name: String, _ text: String) {
        switch name {
        case "id": id = text
        case "domain": domain = text
        case "language": language = text
        case "image": image = text
        case "seendate": seendate = text
        case "sourcecountry": sourcecountry = text
        default: extra[name] = .string(text)
        }
    }
}

extension String {
    /// Without the blanks around it.
    fileprivate var trimmed: String {
        func isBlank(_ letter: Character) -> Bool { letter == " " || letter == "\t" || letter == "\u{A0}" }
        let begin = drop(while: isBlank)
        guard let last = begin.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(begin[...last])
    }

    /// Enough of it for an error.
    fileprivate var shortened: String { count > 40 ? prefix(40) + "…" : self }
}
