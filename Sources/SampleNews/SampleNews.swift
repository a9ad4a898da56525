package import Flashpoints
package import FoundationEssentials

/// The sample that a newcomer's first run works on: articles written for it, and the flashpoints that name them.
///
/// Twelve flashpoints of 26 to 4 feeds, 120 feeds in all, told by invented publishers in four languages. Each has two
/// or three stories, told several times in different words. ``SampleSite`` serves the pages.
///
/// Four feeds are trouble that real batches have, and none fails its flashpoint: `veyra-strait` has a page that is gone,
/// `norvik-grid` one that is only navigation, `orsa-dam` one that moved and one in ISO-8859-1.
package enum SampleNews {
    /// What the sample tells, in the order of the batch.
    ///
    /// The order is part of the sample: split evenly over four workers, the first gets 40 of the 120 feeds, so the
    /// speedup stays well below 4, and a balanced plan gains something that can be seen.
    package static let stories: [SampleFlashpoint] = texts.map { text in
        do {
            return try SampleFlashpoint(parsing: text)
        } catch {
            preconditionFailure("A text of the sample is malformed, which a test should have caught: \(error)")
        }
    }

    private static let texts: [String] = [
        veyraStrait, altoCobre, kestrelBay,
        norvikGrid, halmarSheep, pellanComet,
        orsaDam, miravelVote, corvelHarvest,
        quillonPlant, ardenTunnel, lysaAstrolabe,
    ]

    /// The flashpoints of the sample, with feeds that point at the site which answers at `site`.
    package static func flashpoints(site: URL) -> [Flashpoint] {
        stories.map { story in
            Flashpoint(
                id: story.id,
                title: story.title,
                description: story.description,
                entities: story.entities,
                domains: story.domains,
                feeds: story.articles.enumerated().map { number, article in
                    Feed(
                        id: "\(story.id)-\(number + 1)",
                        url: site.address(of: article.path),
                        title: article.headline,
                        domain: article.domain,
                        language: article.language,
                        image: site.address(of: article.imagePath),
                        seendate: article.date.iso8601
                    )
                }
            )
        }
    }
}

extension URL {
    /// The absolute URL of `path` on the site whose root this is.
    fileprivate func address(of path: String) -> String {
        let root = absoluteString
        return (root.hasSuffix("/") ? String(root.dropLast()) : root) + path
    }
}
