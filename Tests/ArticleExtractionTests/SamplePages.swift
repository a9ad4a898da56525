/// Pages written for these tests.
enum SamplePages {
    static let harbour = [
        "The harbour of Lindvik opened its second quay on Tuesday, four years after the first stone was laid, and the"
            + " first ship to moor there was a grain carrier from the south.",
        "Engineers had feared that the winter storms, which twice took away the provisional wall, would delay the work"
            + " for another season. They did not, and the cost stayed within two per cent of what was planned.",
        "“We had three dry summers in a row,” said Marta Holm, who leads the works. “That is luck, and I will not call"
            + " it anything else.”",
        "The town expects forty ships a month by the autumn, most of them with timber, salt and machinery, and it has"
            + " hired sixty people to handle them.",
    ]

    /// The paragraphs as `p` elements.
    static var harbourMarkup: String {
        harbour.map { "<p>\($0)</p>" }.joined(separator: "\n")
    }

    /// A news page with all that usually stands around an article.
    static var news: String {
        """
        <!DOCTYPE html>
        <html lang="en-GB">
        <head>
        <title>Lindvik opens its second quay | The Coast Gazette</title>
        <meta property="og:site_name" content="The Coast Gazette">
        <meta property="og:title" content="Lindvik opens its second quay">
        <meta property="og:description" content="Four years of work end with a grain carrier.">
        <meta property="og:image" content="/pictures/quay.jpg">
        <meta property="article:published_time" content="2025-03-04T09:30:00+01:00">
        <link rel="canonical" href="/news/quay">
        <style>p { color: black }</style>
        <script>var words = "<p>Script text, which is long enough to be taken for prose, must never show.</p>";</script>
        </head>
        <body class="has-sidebar">
        <header><a href="/">The Coast Gazette</a> <form><input name="q"><button>Search</button></form></header>
        <nav><ul><li><a href="/news">News</a></li><li><a href="/sport">Sport</a></li></ul></nav>
        <div class="cookie-banner"><p>This site uses cookies, small files that it keeps on your device, to remember
        what you read. By going on you agree to that, and to what our partners do with it.</p></div>
        <main><article>
        <h1>Lindvik opens its second quay</h1>
        <div class="byline">By Jon Berg, 4 March 2025</div>
        <div class="share-bar"><a href="#">Share</a> <a href="#">Send</a></div>
        <figure><img src="quay.jpg" width="800" height="600"><figcaption>The quay on Tuesday, seen from the old
        lighthouse, with the carrier that came first.</figcaption></figure>
        \(harbourMarkup)
        <div class="related-stories"><h3>Related</h3><ul>
        <li><a href="/a">A bridge for the northern road is late again, and dearer</a></li>
        <li><a href="/b">Fishermen ask for a longer season, ministers hesitate</a></li></ul></div>
        <div class="newsletter-signup"><p>Get the news of the coast each morning, before breakfast, in your inbox. It
        costs nothing, and you can leave whenever you like.</p></div>
        </article></main>
        <aside><h2>Most read</h2><p>A whale was seen in the bay on Sunday, and thousands came to look at it, some from
        as far as the capital.</p></aside>
        <section id="comments"><p>I have lived here for fifty years, and I have never seen such a waste of good money.
        Who is going to pay for it, if not we?</p></section>
        <footer><p>© The Coast Gazette, 1 Quay Street. All rights reserved, and no part may be copied without
        permission.</p></footer>
        </body></html>
        """
    }

    static func page(_ body: String, head: String = "") -> String {
        "<!DOCTYPE html><html><head>\(head)</head><body>\(body)</body></html>"
    }
}
