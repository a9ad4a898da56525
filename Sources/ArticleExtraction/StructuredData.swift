import FoundationEssentials

/// What a page says about its article in JSON-LD (https://schema.org/Article).
struct StructuredData {
    var headline: String?
    var articleBody: String?
    var description: String?
    var published: String?
    var language: String?
    var image: String?

    /// Looks through the scripts of type `application/ld+json` for the object that is the article.
    init(_ tree: PageTree) {
        for script in tree.nodes(where: { $0 == .jsonLD }) {
            var bytes: [UInt8] = []
            for child in tree.descendants(of: script) { bytes += tree.text(of: child) }
            guard bytes.count <= 2_000_000, let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
            else { continue }
            for object in value.objects where Self.isArticle(object) { take(object) }
        }
    }

    private static func isArticle(_ object: [String: JSONValue]) -> Bool {
        let types = object["@type"]?.strings ?? []
        return types.contains { $0.hasSuffix("Article") || $0.hasSuffix("BlogPosting") || $0.hasSuffix("Report") }
    }

    /// The paragraphs of `articleBody`, whose lines they are; some sites give it with its markup.
    func bodyParagraphs(limits: PageLimits, isCancelled: () -> Bool) -> [String] {
        guard let articleBody else { return [] }
        if articleBody.contains("<") || articleBody.contains("&") {
            let markup = articleBody.split(whereSeparator: \.isNewline).map { "<p>\($0)</p>" }.joined(separator: "\n")
            let guarded = MarkupGuard.pass(Array(markup.utf8), attributeLimit: limits.attributes)
            guard let parsed = HTMLParser.parse(guarded, limits: limits, isCancelled: isCancelled) else { return [] }
            return BlockReader.blocks(of: parsed.tree).map { String(decoding: $0.text, as: UTF8.self) }
        }
        return articleBody.split(whereSeparator: \.isNewline).map(\.folded).filter { !$0.isEmpty }
    }

    /// Keeps the first answer to each question.
    private mutating func take(_ object: [String: JSONValue]) {
        headline = headline ?? object["headline"]?.strings.first
        articleBody = articleBody ?? object["articleBody"]?.strings.first
        description = description ?? object["description"]?.strings.first
        published = published ?? object["datePublished"]?.strings.first
        language = language ?? object["inLanguage"]?.strings.first
        image = image ?? object["image"]?.firstAddress
    }
}

/// Any JSON, as far as strings in it are of interest.
private enum JSONValue: Decodable {
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
    case other

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let string = try? container.decode(String.self) {
            self = .string(string)
        } else if let object = try? container.decode([String: JSONValue].self) {
            self = .object(object)
        } else if let array = try? container.decode([JSONValue].self) {
            self = .array(array)
        } else {
            self = .other
        }
    }

    var strings: [String] {
        switch self {
        case .string(let string): [string]
        case .array(let values): values.compactMap { if case .string(let string) = $0 { string } else { nil } }
        case .object, .other: []
        }
    }

    var firstAddress: String? {
        switch self {
        case .string(let string): string
        case .array(let values): values.lazy.compactMap(\.firstAddress).first
        case .object(let object): object["url"]?.strings.first
        case .other: nil
        }
    }

    /// The objects at the top, in arrays, in `@graph` and in `mainEntity`.
    var objects: [[String: JSONValue]] {
        switch self {
        case .object(let object):
            [object] + (object["@graph"]?.objects ?? []) + (object["mainEntity"]?.objects ?? [])
                + (object["mainEntityOfPage"]?.objects ?? [])
        case .array(let values): values.flatMap(\.objects)
        case .string, .other: []
        }
    }
}
