/// Finds the part of a page that is its article.
///
/// Each block of text gets a value: prose counts for its length, links and labels against it. An element is worth what
/// its blocks are worth together, so the element worth most holds most of the prose with the least around it. Names that
/// authors give to elements and the text that structured data repeats are evidence that changes a block's value; none
/// of them decides alone.
struct ContentFinder {
    private let tree: PageTree
    private var blocks: [TextBlock]
    private let evidence: TextEvidence?
    private let isCancelled: () -> Bool
    private var hints: [ContentHint?] = []

    /// What was found: paragraphs in reading order, and how much of the page is running text at all.
    struct Finding {
        var paragraphs: [String] = []
        var characters = 0
        /// Characters of all blocks, and how many of them are in links.
        var pageCharacters = 0
        var pageLinked = 0
    }

    /// - Parameters:
    ///   - title: the headline, which is left out of the text.
    ///   - articleBody: the article's text as structured data tells it, if any.
    /// - Returns: nil when `isCancelled` said so.
    static func find(
        in tree: PageTree,
        title: String,
        articleBody: String?,
        isCancelled: () -> Bool
    ) -> Finding? {
        withoutActuallyEscaping(isCancelled) { isCancelled in
            var finder = ContentFinder(tree: tree, articleBody: articleBody, isCancelled: isCancelled)
            return finder.find(title: title)
        }
    }

    private init(tree: PageTree, articleBody: String?, isCancelled: @escaping () -> Bool) {
        self.tree = tree
        self.evidence = articleBody.flatMap(TextEvidence.init)
        self.isCancelled = isCancelled
        self.blocks = BlockReader.blocks(of: tree)
    }

    private mutating func find(title: String) -> Finding? {
        guard readHints(), readEvidence() else { return nil }
        markHinted()
        markTeasers()
        var finding = Finding()
        for block in blocks {
            finding.pageCharacters += block.characters
            finding.pageLinked += block.linked
        }
        let values = blocks.map(value)
        let withoutTeasers = zip(blocks, values).map { $0.isTeaser ? min(-$1 * 0.3, 0) : $1 }
        guard let unaided = bestContainer(withoutTeasers) ?? bestContainer(values) else { return finding }
        let best = containerByEvidence(values, unaided: unaided) ?? unaided
        let headline = title.comparable
        var seen: Set<[UInt8]> = []
        for index in chosenBlocks(within: best, values) {
            let block = blocks[index]
            // Recipes and tables repeat their lines; a whole sentence comes twice when its markup does.
            if block.characters >= 100, block.endsSentence, !seen.insert(block.text).inserted { continue }
            let text = String(decoding: block.text, as: UTF8.self)
            if finding.paragraphs.count < 3, !headline.isEmpty, text.comparable == headline { continue }
            finding.paragraphs.append(text)
            finding.characters += block.characters
        }
        return finding
    }

    // MARK: - Hints

    /// Marks the blocks within elements whose kind or name says boilerplate.
    ///
    /// Names mislead: a page's `body` may be called `has-sidebar`, a whole site may be one `form`. So an element that holds
    /// a good part of the page's prose is not boilerplate, whatever it is called.
    private mutating func markHinted() {
        var never = [Bool](repeating: false, count: tree.nodes.count)
        let allProse = sums { Self.isProse($0) ? Double($0.characters) : 0 }
        let most = 0.9 * (allProse.first ?? 0)
        for (index, node) in tree.nodes.enumerated() {
            let parent = Int(node.parent)
            // A page may be hidden as a whole until its scripts have run.
            let isNever = hints[index] == .never && (allProse[index] < most || most == 0)
            never[index] = isNever || (parent >= 0 && never[parent])
        }
        let prose = sums { block in Self.isProse(block) && !never[block.container] ? Double(block.characters) : 0 }
        let all = prose.first ?? 0
        var hinted = never
        for (index, node) in tree.nodes.enumerated() where node.element != .text && !never[index] {
            let parent = Int(node.parent)
            let inherited = parent >= 0 && hinted[parent]
            switch hints[index] {
            case .boilerplate: hinted[index] = inherited || prose[index] < 0.4 * all || prose[index] == 0
            case .content: hinted[index] = inherited && prose[index] < 0.4 * all
            case .never, nil: hinted[index] = inherited && node.element != .blockquote
            }
        }
        for index in blocks.indices { blocks[index].isHinted = hinted[blocks[index].container] }
    }

    private mutating func readHints() -> Bool {
        hints.reserveCapacity(tree.nodes.count)
        for index in tree.nodes.indices {
            if index % 1_024 == 0, isCancelled() { return false }
            hints.append(hint(of: index))
        }
        return true
    }

    private mutating func readEvidence() -> Bool {
        guard let evidence else { return true }
        for index in blocks.indices {
            if index % 256 == 0, isCancelled() { return false }
            blocks[index].isConfirmed = evidence.coverage(of: blocks[index].text) >= 0.6
        }
        return true
    }

    private func hint(of index: Int) -> ContentHint? {
        switch tree.nodes[index].element {
        case .html, .body, .main, .article, .text, .a, .span, .b, .strong, .em, .i, .u, .font: return nil
        case .figcaption, .noscript: return .never
        case .nav, .footer, .aside, .form, .menu, .caption, .h1: return .boilerplate
        default:
            if tree.attribute(.hidden, of: index) != nil { return .never }
            if tree.attribute(.ariaHidden, of: index)?.lowercased() == "true" { return .never }
            let style = (tree.attribute(.style, of: index) ?? "").lowercased().filter { !$0.isWhitespace }
            if style.contains("display:none") || style.contains("visibility:hidden") { return .never }
            return ContentHint(tree, index)
        }
    }

    /// Marks prose that advertises another page: the lone paragraph after a heading that is a link.
    private mutating func markTeasers() {
        var lone: Int?
        var isAfterLinkedHeading = false
        for index in blocks.indices {
            let block = blocks[index]
            if isHeading(block) {
                if let lone { blocks[lone].isTeaser = true }
                lone = nil
                isAfterLinkedHeading = block.linkDensity > 0.8
            } else if isAfterLinkedHeading, Self.isProse(block) {
                // A second paragraph makes it a section of an article that has links for headings.
                isAfterLinkedHeading = lone == nil
                lone = lone == nil ? index : nil
            }
        }
        if let lone { blocks[lone].isTeaser = true }
    }

    private func isHeading(_ block: TextBlock) -> Bool {
        if block.element.isHeading { return true }
        guard block.linkDensity > 0.8, block.characters >= 20 else { return false }
        var node = block.container
        for _ in 0..<3 where node >= 0 {
            let names = (tree.attribute(.classes, of: node) ?? "").lowercased()
            if names.contains("title") || names.contains("headline") || names.contains("heading") { return true }
            node = Int(tree.nodes[node].parent)
        }
        return false
    }

    // MARK: - Values

    private static func isProse(_ block: TextBlock) -> Bool {
        block.characters >= 60 && block.linkDensity < 0.35 && block.punctuation >= 1
    }

    private func value(_ block: TextBlock) -> Double {
        let length = Double(block.characters)
        if block.isHinted || block.isInvitation { return -min(length, 100) * 0.5 }
        if block.isConfirmed { return length }
        if block.element.isHeading { return block.linkDensity > 0.5 ? -20 : 0 }
        let unlinked = length - Double(block.linked)
        if Self.isProse(block) { return min(unlinked, 800) - Double(block.linked) * 0.5 }
        if unlinked >= 100, block.endsSentence { return unlinked * 0.3 }
        if block.linkDensity > 0.5 { return -20 - Double(block.linked) * 0.3 }
        switch block.element {
        case .p, .blockquote, .li, .pre, .dd: return block.endsSentence ? unlinked * 0.8 : unlinked * 0.2
        case .tr: return block.linkDensity < 0.3 ? unlinked * 0.3 : -10
        default:
            if block.endsSentence, block.characters >= 25 { return unlinked * 0.4 }
            return unlinked >= 100 ? unlinked * 0.3 : -10
        }
    }

    /// For each node what its blocks add up to.
    private func sums(_ amount: (TextBlock) -> Double) -> [Double] {
        var sums = [Double](repeating: 0, count: tree.nodes.count)
        for block in blocks { sums[block.container] += amount(block) }
        for index in tree.nodes.indices.reversed() {
            let parent = Int(tree.nodes[index].parent)
            if parent >= 0 { sums[parent] += sums[index] }
        }
        return sums
    }

    // MARK: - The element

    private func bestContainer(_ values: [Double]) -> Int? {
        var worth = [Double](repeating: 0, count: tree.nodes.count)
        for (block, value) in zip(blocks, values) { worth[block.container] += value }
        for index in tree.nodes.indices.reversed() {
            let parent = Int(tree.nodes[index].parent)
            if parent >= 0 { worth[parent] += worth[index] }
        }
        var best: Int?
        var bestWorth = 0.0
        // A node comes after its ancestors, so `>=` takes the innermost of those that are worth the same.
        for (index, node) in tree.nodes.enumerated() where node.element != .text && worth[index] > 0 {
            let weighted = worth[index] * preference(for: index)
            if weighted >= bestWorth {
                best = index
                bestWorth = weighted
            }
        }
        return best
    }

    /// The element that holds what structured data says the article is, nil where that tells little.
    ///
    /// Some sites give the whole text there, some its first lines: it must be a good part of what was found without it.
    private func containerByEvidence(_ values: [Double], unaided: Int) -> Int? {
        guard let evidence else { return nil }
        let range = unaided..<Int(tree.nodes[unaided].end)
        var found = 0
        var confirmed = 0
        var aided = values
        for (index, block) in blocks.enumerated() where values[index] > 0 {
            if range.contains(block.container) { found += block.characters }
            if block.isConfirmed {
                confirmed += block.characters
            } else {
                aided[index] = -0.25 * values[index]
            }
        }
        guard Double(confirmed) >= 0.8 * Double(evidence.characters),
            Double(evidence.characters) >= 0.4 * Double(found)
        else { return nil }
        return bestContainer(aided)
    }

    private func preference(for index: Int) -> Double {
        switch tree.nodes[index].element {
        case .article: return 1.15
        case .main: return 1.05
        case .p, .blockquote, .li, .ul, .ol, .pre: return 0.8
        case .body, .html: return 0.9
        default:
            if tree.attribute(.itemprop, of: index)?.lowercased() == "articlebody" { return 1.3 }
            return hints[index] == .content ? 1.2 : 1
        }
    }

    // MARK: - The blocks

    private func chosenBlocks(within container: Int, _ values: [Double]) -> [Int] {
        let range = container..<Int(tree.nodes[container].end)
        let inside = blocks.indices.filter { range.contains(blocks[$0].container) && !blocks[$0].isHinted }
        var proseHosts: Set<Int> = []
        for index in inside where Self.isProse(blocks[index]) {
            proseHosts.insert(host(of: blocks[index]))
        }
        var chosen: [Int] = []
        var headings: [Int] = []
        for index in inside {
            let block = blocks[index]
            if block.element.isHeading {
                if block.linkDensity < 0.5 { headings.append(index) }
                continue
            }
            guard values[index] > 0 || isAmongProse(block, proseHosts) else { continue }
            if headings.count <= 2 { chosen += headings }
            headings = []
            chosen.append(index)
        }
        return chosen
    }

    /// The element whose direct content the block is: paragraphs and items of a list stand in their parent.
    private func host(of block: TextBlock) -> Int {
        switch block.element {
        case .p, .li, .blockquote, .dd, .pre: Int(tree.nodes[block.container].parent)
        default: block.container
        }
    }

    /// Whether a block that tells little itself stands where prose stands.
    private func isAmongProse(_ block: TextBlock, _ proseHosts: Set<Int>) -> Bool {
        let unlinked = block.characters - block.linked
        if block.isInvitation { return false }
        guard proseHosts.contains(host(of: block)) else { return false }
        return block.endsSentence ? unlinked >= 20 && block.linkDensity < 0.9 : unlinked >= 40
    }
}
