/// One work item: a news hot spot and the feed articles that tell of it.
public struct Flashpoint: Sendable, Hashable {
    /// Names the flashpoint; unique within a batch.
    public var id: String
    /// A headline, when the batch has one.
    public var title: String?
    /// A sentence or two about the hot spot.
    public var description: String?
    /// People, places and organisations concerned.
    public var entities: [String]
    /// Web domains the articles come from.
    public var domains: [String]
    /// Expected cost relative to other flashpoints; see ``cost`` for what counts when it is missing.
    public var weight: Double?
    /// The articles to process, in the order of the input.
    public var feeds: [Feed]
    /// Every other field of the input, passed on untouched.
    public var extra: [String: JSONValue]

    /// Creates a flashpoint; only the id is needed.
    public init(
        id: String,
        title: String? = nil,
        description: String? = nil,
        entities: [String] = [],
        domains: [String] = [],
        weight: Double? = nil,
        feeds: [Feed] = [],
        extra: [String: JSONValue] = [:]
    ) {
        self.id = id
        self.title = title
        self.description = description
        self.entities = entities
        self.domains = domains
        self.weight = weight
        self.feeds = feeds
        self.extra = extra
    }

    /// The weight that planning uses: the given one, else one for each feed and at least one.
    public var cost: Double { weight ?? Double(max(1, feeds.count)) }
}

/// One article reference of a flashpoint.
public struct Feed: Sendable, Hashable {
    /// The source's own name of the article.
    public var id: String?
    /// Where the article is: `http`, `https` or `file`.
    public var url: String
    /// The headline as the feed gave it.
    public var title: String?
    /// The publisher's domain.
    public var domain: String?
    /// The language as the feed named it.
    public var language: String?
    /// A picture that goes with the article.
    public var image: String?
    /// When the source first saw the article, as the feed wrote it.
    public var seendate: String?
    /// The publisher's country.
    public var sourcecountry: String?
    /// A summary as the feed gave it.
    public var description: String?
    /// Every other field of the input, passed on untouched.
    public var extra: [String: JSONValue]

    /// Creates a feed; only the URL is needed.
    public init(
        id: String? = nil,
        url: String,
        title: String? = nil,
        domain: String? = nil,
        language: String? = nil,
        image: String? = nil,
        seendate: String? = nil,
        sourcecountry: String? = nil,
        description: String? = nil,
        extra: [String: JSONValue] = [:]
    ) {
        self.id = id
        self.url = url
        self.title = title
        self.domain = domain
        self.language = language
        self.image = image
        self.seendate = seendate
        self.sourcecountry = sourcecountry
        self.description = description
        self.extra = extra
    }
}
