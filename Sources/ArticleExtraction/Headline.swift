/// Chooses a page's headline among what calls itself one.
enum Headline {
    /// - Parameters:
    ///   - declared: what the page's metadata gives, if anything.
    ///   - document: the `title` element.
    ///   - headings: the first headings of the first level.
    /// - Returns: The headline without the site's name, empty when there is none.
    static func of(declared: String?, document: String, headings: [String], siteName: String?) -> String {
        if let declared, !declared.isEmpty { return withoutSite(declared, siteName, confirmedBy: headings) }
        let title = withoutSite(document, siteName, confirmedBy: headings)
        let sameAsTitle = headings.first { heading in
            let heading = heading.comparable
            return heading.count >= 10 && document.comparable.contains(heading)
        }
        return sameAsTitle ?? (title.isEmpty ? headings.first { !$0.isEmpty } ?? "" : title)
    }

    private static let separators = [" | ", " - ", " – ", " — ", " · ", " • ", " :: ", " » ", " « ", " / "]

    /// Takes off `… | The Site`, or `The Site: …`, where the rest is clearly the headline.
    ///
    /// Without a name for the site or a heading that confirms it, what comes after the last separator goes only when it is
    /// at most four words and fewer than half of those before it: a headline may have a dash of its own.
    private static func withoutSite(_ title: String, _ siteName: String?, confirmedBy headings: [String]) -> String {
        let site = siteName?.comparable ?? ""
        let headings = headings.map(\.comparable)
        for separator in separators {
            guard let range = title.ranges(of: separator).last else { continue }
            let front = String(title[..<range.lowerBound])
            let back = String(title[range.upperBound...])
            if headings.contains(title.comparable) { return title }
            if !site.isEmpty, back.comparable == site { return withoutSite(front, siteName, confirmedBy: []) }
            if !site.isEmpty, front.comparable == site { return back }
            if headings.contains(front.comparable) { return front }
            if headings.contains(back.comparable) { return back }
            let frontWords = front.split(separator: " ").count
            let backWords = back.split(separator: " ").count
            if separator != " / ", backWords <= 4, frontWords >= 3, backWords * 2 <= frontWords { return front }
        }
        return title
    }
}
