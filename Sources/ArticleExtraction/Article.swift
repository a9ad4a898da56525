package import FoundationEssentials

/// What a page says, freed of everything around it.
package struct Article: Sendable, Hashable {
    /// The headline without the site's name, empty when the page has none.
    package var title: String
    /// The running text: paragraphs separated by a blank line, white space folded to single spaces.
    package var text: String
    /// A lower-case language code such as `en`, as the page declares it or as its words suggest.
    package var language: String?
    package var canonicalURL: String?
    /// The lead image, absolute where the page's address is known.
    package var image: String?
    package var published: Date?
    package var siteName: String?
    package var summary: String?
    /// The character encoding that the bytes were read in, by its WHATWG name.
    package var encoding: String
    /// The bounds that the page exceeded, so that its text may miss what came after them.
    package var cuts: Set<PageCut>

    package init(
        title: String,
        text: String,
        language: String? = nil,
        canonicalURL: String? = nil,
        image: String? = nil,
        published: Date? = nil,
        siteName: String? = nil,
        summary: String? = nil,
        encoding: String = "utf-8",
        cuts: Set<PageCut> = []
    ) {
        self.title = title
        self.text = text
        self.language = language
        self.canonicalURL = canonicalURL
        self.image = image
        self.published = published
        self.siteName = siteName
        self.summary = summary
        self.encoding = encoding
        self.cuts = cuts
    }
}
