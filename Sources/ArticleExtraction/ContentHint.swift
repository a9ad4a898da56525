/// What the names that an author gave an element say about its content.
enum ContentHint {
    /// No text of an article, however much it is.
    case never
    case boilerplate
    case content

    /// The hint in an element's classes, id and role, nil when there is none.
    init?(_ tree: PageTree, _ node: Int) {
        let role = tree.attribute(.role, of: node)?.lowercased() ?? ""
        if Self.boilerplateRoles.contains(role) {
            self = .boilerplate
            return
        }
        if tree.attribute(.itemprop, of: node)?.lowercased() == "articlebody" {
            self = .content
            return
        }
        let names = [.classes, .id, .dataComponent, .dataType, .dataTestID]
            .compactMap { tree.attribute($0, of: node) }
            .joined(separator: " ")
        guard !names.isEmpty else { return nil }
        let words = Self.words(of: names)
        let joined = words.joined()
        if Self.neverStems.occur(in: joined) {
            self = .never
        } else if Self.contentStems.occur(in: joined) {
            self = .content
        } else if words.contains(where: Self.boilerplateWords.contains) || Self.boilerplateStems.occur(in: joined) {
            self = .boilerplate
        } else {
            return nil
        }
    }

    /// Cuts `related-posts_list articleBody` into lower-case words.
    private static func words(of names: String) -> [String] {
        var words: [String] = []
        var word = ""
        var previousIsLower = false
        for scalar in names.unicodeScalars.prefix(600) {
            let isUpper = ("A"..."Z").contains(scalar)
            let isLetter = isUpper || ("a"..."z").contains(scalar)
            if !isLetter || (isUpper && previousIsLower) {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            if isLetter { word.unicodeScalars.append(isUpper ? Unicode.Scalar(scalar.value + 32) ?? scalar : scalar) }
            previousIsLower = isLetter && !isUpper
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    private static let boilerplateRoles: Set<String> = [
        "navigation", "banner", "complementary", "contentinfo", "search", "menu", "menubar", "dialog", "alertdialog",
        "alert", "toolbar", "form", "tablist", "tooltip",
    ]

    private static let neverStems = Stems(["cookie", "gdpr", "consent", "disqus"])

    private static let contentStems = Stems([
        "articlebody", "articlecontent", "articletext", "bodycontent", "contentbody", "entrycontent", "maincontent",
        "pagecontent", "postbody", "postcontent", "posttext", "storybody", "storycontent", "storytext", "bodycopy",
        "newstext", "newsbody", "articlemain", "bodytext",
    ])

    /// Words that mean boilerplate on their own, too short or too common within others to be looked for there.
    private static let boilerplateWords: Set<String> = [
        "ad", "ads", "adv", "bio", "toc", "nav", "menu", "tag", "tags", "top", "tool", "tools", "rss", "poll", "quiz",
        "login", "print", "email", "skip", "next", "prev", "previous", "pager", "byline", "dateline", "popup", "modal",
        "hidden", "invisible", "rail", "also", "more", "promo", "teaser", "teasers", "foot", "caption", "credit",
        "credits", "copyright", "meta", "metadata", "topics", "topic", "keywords", "categories", "timestamp", "follow",
        "rating", "ratings", "cta", "upsell", "trending", "popular", "latest", "banner", "button", "buttons", "widget",
        "shop", "buy", "correction", "breaking", "ticker",
    ]

    private static let boilerplateStems = Stems([
        "comment", "excerpt", "related", "recirc", "recommend", "share", "sharing", "social", "sidebar", "newsletter",
        "subscri", "signup", "breadcrumb", "footer", "masthead", "navigation", "navbar",
        "sponsor", "advert", "pagination", "author", "mostread", "mostpopular", "readmore", "morefrom", "screenreader",
        "visuallyhidden", "sronly", "paywall", "carousel", "slideshow", "lightbox", "dropdown", "promotion",
        "suggest", "outbrain", "taboola", "disclaimer", "syndicat", "infobox", "overlay", "feedback", "reaction",
    ])
}

/// Stretches of names that are looked for anywhere within them.
private struct Stems {
    /// By the first letter, so that a name is gone through once, however many stems there are.
    private var stems: [[[UInt8]]]

    init(_ list: [String]) {
        stems = [[[UInt8]]](repeating: [], count: 256)
        for stem in list {
            let bytes = Array(stem.utf8)
            if let first = bytes.first { stems[Int(first)].append(bytes) }
        }
    }

    func occur(in name: String) -> Bool {
        let name = Array(name.utf8)
        return name.indices.contains { start in
            stems[Int(name[start])].contains { name[start...].starts(with: $0) }
        }
    }
}
