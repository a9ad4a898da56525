extension Flashpoint: Codable {
    private static let known: Set<String> = [
        "id", "title", "description", "entities", "domains", "weight", "feeds",
    ]

    /// Decodes a flashpoint; fields without a meaning here are kept in ``extra``, and null counts as missing.
    ///
    /// Of two equal keys in one object the first counts.
    ///
    /// - Throws: `DecodingError` whose path names the field, such as `feeds[3].url`.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: FieldKey.self)
        guard let id = try fields.name("id") else {
            throw fields.missing("id", "a flashpoint needs an id, a string or a whole number")
        }
        guard !id.isEmpty else { throw fields.problem("id", "must not be empty") }
        let weight = try fields.decodeIfPresent(Double.self, forKey: "weight")
        if let weight, !(weight > 0 && weight.isFinite) {
            throw fields.problem("weight", "must be a number above 0")
        }
        guard let feeds = try fields.decodeIfPresent([Feed].self, forKey: "feeds") else {
            throw fields.missing("feeds", "a flashpoint needs feeds, an array of objects with a url each")
        }
        self.init(
            id: id,
            title: try fields.text("title"),
            description: try fields.text("description"),
            entities: try fields.texts("entities"),
            domains: try fields.texts("domains"),
            weight: weight,
            feeds: feeds,
            extra: try fields.others(than: Self.known)
        )
    }

    /// Encodes the fields that have a value, with ``extra`` beside them.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: FieldKey.self)
        try fields.encode(id, forKey: "id")
        try fields.encodeIfPresent(title, forKey: "title")
        try fields.encodeIfPresent(description, forKey: "description")
        if !entities.isEmpty { try fields.encode(entities, forKey: "entities") }
        if !domains.isEmpty { try fields.encode(domains, forKey: "domains") }
        try fields.encodeIfPresent(weight, forKey: "weight")
        try fields.encode(feeds, forKey: "feeds")
        try fields.encode(others: extra, than: Self.known)
    }
}

extension Feed: Codable {
    private static let known: Set<String> = [
        "id", "url", "title", "domain", "language", "image", "seendate", "sourcecountry", "description",
    ]

    /// Decodes a feed; fields without a meaning here are kept in ``extra``, and null counts as missing.
    ///
    /// - Throws: `DecodingError` whose path names the field.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: FieldKey.self)
        guard let url = try fields.text("url") else {
            throw fields.missing("url", "a feed needs a url, the article's address")
        }
        guard !url.isEmpty else { throw fields.problem("url", "must not be empty") }
        self.init(
            id: try fields.name("id"),
            url: url,
            title: try fields.text("title"),
            domain: try fields.text("domain"),
            language: try fields.text("language"),
            image: try fields.text("image"),
            seendate: try fields.text("seendate"),
            sourcecountry: try fields.text("sourcecountry"),
            description: try fields.text("description"),
            extra: try fields.others(than: Self.known)
        )
    }

    /// Encodes the fields that have a value, with ``extra`` beside them.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: FieldKey.self)
        try fields.encodeIfPresent(id, forKey: "id")
        try fields.encode(url, forKey: "url")
        try fields.encodeIfPresent(title, forKey: "title")
        try fields.encodeIfPresent(domain, forKey: "domain")
        try fields.encodeIfPresent(language, forKey: "language")
        try fields.encodeIfPresent(image, forKey: "image")
        try fields.encodeIfPresent(seendate, forKey: "seendate")
        try fields.encodeIfPresent(sourcecountry, forKey: "sourcecountry")
        try fields.encodeIfPresent(description, forKey: "description")
        try fields.encode(others: extra, than: Self.known)
    }
}
