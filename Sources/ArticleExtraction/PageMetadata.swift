import FoundationEssentials

/// What a page says about itself outside its text.
struct PageMetadata {
    var title = ""
    var siteName: String?
    var summary: String?
    var language: String?
    var canonicalURL: String?
    var image: String?
    var published: Date?

    private var metas: [String: String] = [:]

    init(_ tree: PageTree, structured: StructuredData, url: String?) {
        readMetas(tree)
        siteName = first(["og:site_name", "application-name"])
        title = Headline.of(
            declared: first(["og:title", "twitter:title"]) ?? structured.headline?.folded,
            document: tree.nodes { $0 == .title }.first { _ in true }.map(tree.foldedText) ?? "",
            headings: tree.nodes { $0 == .h1 }.prefix(3).map(tree.foldedText),
            siteName: siteName
        )
        summary = first(["og:description", "description", "twitter:description"]) ?? structured.description?.folded
        language = Self.language(tree) ?? Self.code(first(["og:locale", "content-language"]) ?? structured.language)
        let base = address(of: tree, relativeTo: url)
        canonicalURL = (link("canonical", tree) ?? first(["og:url"])).flatMap { Self.absolute($0, base) }
        image = leadImage(tree, structured).flatMap { Self.absolute($0, base) }
        published = publishedDate(tree, structured)
    }

    private mutating func readMetas(_ tree: PageTree) {
        for node in tree.nodes(where: { $0 == .meta }) {
            guard let content = tree.attribute(.content, of: node)?.folded, !content.isEmpty else { continue }
            for attribute in [Attribute.property, .name, .itemprop] {
                guard let name = tree.attribute(attribute, of: node)?.lowercased(), metas[name] == nil else { continue }
                metas[name] = content
            }
        }
    }

    private func first(_ names: [String]) -> String? {
        names.lazy.compactMap { metas[$0] }.first
    }

    // MARK: - Language

    private static func language(_ tree: PageTree) -> String? {
        guard let html = tree.nodes(where: { $0 == .html }).first(where: { _ in true }) else { return nil }
        return code(tree.attribute(.lang, of: html) ?? tree.attribute(.xmlLang, of: html))
    }

    /// `en` of `en_GB`; nil for what is no language code.
    private static func code(_ tag: String?) -> String? {
        guard let code = tag?.trimmed.lowercased().prefix(while: { $0 != "-" && $0 != "_" }) else { return nil }
        guard (2...3).contains(code.count), code.allSatisfy({ $0.isASCII && $0.isLetter }) else { return nil }
        return String(code)
    }

    // MARK: - Addresses

    private func address(of tree: PageTree, relativeTo url: String?) -> URL? {
        let page = url.flatMap(URL.init(string:))
        let base = tree.nodes { $0 == .base }.lazy.compactMap { tree.attribute(.href, of: $0) }.first { _ in true }
        return base.flatMap { URL(string: $0.trimmed, relativeTo: page) } ?? page
    }

    private func link(_ relation: String, _ tree: PageTree) -> String? {
        tree.nodes { $0 == .link }.first { node in
            (tree.attribute(.rel, of: node) ?? "").lowercased().split { $0.isWhitespace }.contains(relation[...])
        }.flatMap { tree.attribute(.href, of: $0) }
    }

    /// The address as an absolute one, itself where the page's is unknown; nil for what is no web address.
    private static func absolute(_ address: String, _ base: URL?) -> String? {
        guard let url = URL(string: address.trimmed, relativeTo: base) else { return nil }
        let absolute = url.absoluteString
        if let scheme = url.scheme?.lowercased() { return ["http", "https", "file"].contains(scheme) ? absolute : nil }
        return absolute.isEmpty ? nil : absolute
    }

    // MARK: - Picture

    private func leadImage(_ tree: PageTree, _ structured: StructuredData) -> String? {
        if let declared = first([
            "og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src",
        ]) {
            return declared
        }
        if let image = structured.image ?? link("image_src", tree) { return image }
        return tree.nodes { $0 == .img }.lazy.compactMap { Self.bigPicture(tree, $0) }.first { _ in true }
    }

    /// The address of a picture that says it is at least 200 wide and 150 high.
    private static func bigPicture(_ tree: PageTree, _ node: Int) -> String? {
        func length(_ attribute: Attribute) -> Int {
            Int((tree.attribute(attribute, of: node) ?? "").prefix { $0.isASCII && $0.isNumber }) ?? 0
        }
        guard length(.width) >= 200, length(.height) >= 150 else { return nil }
        return [.src, .dataSrc].lazy.compactMap { tree.attribute($0, of: node) }.first { !$0.hasPrefix("data:") }
    }

    // MARK: - Date

    private func publishedDate(_ tree: PageTree, _ structured: StructuredData) -> Date? {
        let names = [
            "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date", "dc.date.issued",
            "dcterms.created", "parsely-pub-date", "sailthru.date", "pubdate", "publishdate", "publish-date",
        ]
        let declared = names.lazy.compactMap { metas[$0] }.compactMap(PublishedDate.parse).first
        if let date = structured.published.flatMap(PublishedDate.parse) ?? declared { return date }
        return tree.nodes { $0 == .time }.lazy
            .compactMap { tree.attribute(.datetime, of: $0) }
            .compactMap(PublishedDate.parse)
            .first { _ in true }
    }
}
