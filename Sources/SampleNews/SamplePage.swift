/// The HTML of the sample's pages: three looks, one for each publisher, with all that surrounds an article on the web.
///
/// What is not article is there on purpose: an extractor has to leave out menus, banners, share boxes, teasers,
/// comments and scripts.
struct SamplePage {
    /// The looks of a page; a publisher keeps to one.
    enum Look: Int, CaseIterable {
        /// A page of semantic elements: `main`, `article`, `aside`.
        case semantic
        /// Nested `div` elements known by their classes, data for search engines in a script.
        case divisions
        /// An old layout: a table around all, the text in one of its cells.
        case table
    }

    var article: SampleArticle
    /// Other articles that the page links to.
    var related: [SampleArticle]

    /// The look of the article's publisher.
    var look: Look {
        let draw = SampleLatency.uniform(article.domain) * Double(Look.allCases.count)
        return Look(rawValue: Int(draw)) ?? .semantic
    }

    /// The page as HTML 5.
    func html() -> String {
        let charset = article.trouble == .latin1 ? "" : "<meta charset=\"utf-8\">"
        return """
            <!DOCTYPE html>
            <html lang="\(article.language)">
            <head>
            \(charset)
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(headline) | \(publisher)</title>
            <meta property="og:type" content="article">
            <meta property="og:title" content="\(headline)">
            <meta property="og:site_name" content="\(publisher)">
            <meta property="og:image" content="\(article.imagePath)">
            <meta property="article:published_time" content="\(article.date.iso8601)">
            <meta name="author" content="\(article.byline.htmlEscaped)">
            <link rel="canonical" href="\(article.pagePath)">
            <style>body{font:18px/1.5 serif;margin:0 auto;max-width:60em}.banner{position:fixed;bottom:0}</style>
            <script>window.layer=window.layer||[];layer.push({page:"article",lang:"\(article.language)"});</script>
            </head>
            <body class="look-\(look.rawValue)">
            \(cookieBanner)
            \(body)
            <script>document.querySelector(".consent").onclick=function(e){e.target.parentNode.remove()};</script>
            </body>
            </html>

            """
    }

    private var words: SamplePageWords { .words(for: article.language) }
    private var headline: String { article.headline.htmlEscaped }
    private var publisher: String { article.publisher.htmlEscaped }

    private var body: String {
        switch look {
        case .semantic: semanticBody
        case .divisions: divisionsBody
        case .table: tableBody
        }
    }
}

// MARK: - Looks

extension SamplePage {
    private var semanticBody: String {
        """
        <header><a class="logo" href="/\(article.domain)/">\(publisher)</a>
        <nav><ul>\(menu(item: "li"))</ul></nav></header>
        <main>
        \(ifTold { """
        <article>
        <h1>\(headline)</h1>
        <p class="byline">\(article.byline.htmlEscaped) · \(time)</p>
        \(shareBox)
        <figure><img src="\(article.imagePath)" alt=""><figcaption>\(words.picture)</figcaption></figure>
        \(paragraphs(insert: "<aside class=\"newsletter\">\(words.newsletter)</aside>"))
        </article>
        """ })
        <aside class="related"><h2>\(words.related)</h2><ul>\(relatedLinks(item: "li"))</ul></aside>
        \(comments)
        </main>
        \(footer)
        """
    }

    private var divisionsBody: String {
        """
        <script type="application/ld+json">{"@type":"NewsArticle","datePublished":"\(article.date.iso8601)"}</script>
        <div id="top"><div class="brand">\(publisher)</div><div class="navigation">\(menu(item: "span"))</div></div>
        <div id="wrap"><div class="column-main">
        \(ifTold { """
        <div class="story">
        <h1 class="story-title">\(headline)</h1>
        <div class="story-meta"><span class="author">\(article.byline.htmlEscaped)</span> \(time)</div>
        <div class="story-body">
        \(paragraphs(insert: "<div class=\"advert\"><span>\(words.advert)</span></div>"))
        </div>
        \(shareBox)
        </div>
        """ })
        \(comments)
        </div><div class="column-side sidebar related"><h3>\(words.related)</h3>\(relatedLinks(item: "div"))</div></div>
        \(footer)
        """
    }

    private var tableBody: String {
        """
        <table class="page" width="980"><tr><td colspan="2" class="masthead">\(publisher)</td></tr>
        <tr><td class="nav" width="180">\(menu(item: "div"))</td>
        <td class="content">
        \(ifTold { """
        <h2 class="headline">\(headline)</h2>
        <small>\(words.by) \(article.byline.htmlEscaped), \(time)</small>
        \(paragraphs(insert: "<div class=\"promo\"><a href=\"/\(article.domain)/shop\">\(words.newsletter)</a></div>"))
        """ })
        </td></tr>
        <tr><td colspan="2"><div class="related"><b>\(words.related)</b>\(relatedLinks(item: "div"))</div>
        \(shareBox)\(comments)</td></tr></table>
        \(footer)
        """
    }
}

// MARK: - Parts

extension SamplePage {
    private var time: String { "<time datetime=\"\(article.date.iso8601)\">\(article.date.display)</time>" }

    /// What `article` makes, or nothing for a page that is only navigation.
    private func ifTold(_ article: () -> String) -> String {
        self.article.trouble == .navigation ? "" : article()
    }

    /// The text, with something that does not belong to it after the second paragraph.
    private func paragraphs(insert: String) -> String {
        var lines = article.paragraphs.map { "<p>\($0.htmlEscaped)</p>" }
        if lines.count > 2 { lines.insert(insert, at: 2) }
        return lines.joined(separator: "\n")
    }

    private func menu(item: String) -> String {
        words.sections.enumerated()
            .map { "<\(item)><a href=\"/\(article.domain)/section-\($0)\">\($1)</a></\(item)>" }
            .joined(separator: "\n")
    }

    private func relatedLinks(item: String) -> String {
        related.map { "<\(item)><a href=\"\($0.path)\">\($0.headline.htmlEscaped)</a></\(item)>" }
            .joined(separator: "\n")
    }

    private var shareBox: String {
        "<div class=\"share social\"><a href=\"#\">\(words.share)</a> <a href=\"#\">\(words.print)</a></div>"
    }

    private var comments: String {
        """
        <div id="comments" class="comments"><h3>\(words.comments)</h3>
        <div class="comment"><b>reader_47</b> \(words.remark)</div>
        <form action="/\(article.domain)/comment" method="post"><textarea name="text"></textarea>
        <button>\(words.send)</button></form></div>
        """
    }

    private var cookieBanner: String {
        "<div class=\"banner cookie-notice\">\(words.cookies) <button class=\"consent\">OK</button></div>"
    }

    private var footer: String {
        """
        <footer class="footer"><p>© \(article.date.year) \(publisher). \(words.rights)</p>
        <a href="/\(article.domain)/imprint">\(words.imprint)</a></footer>
        """
    }
}

extension String {
    /// This text with the four characters that HTML gives a meaning written as entities.
    var htmlEscaped: String {
        var escaped = ""
        escaped.reserveCapacity(utf8.count)
        for character in self {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
