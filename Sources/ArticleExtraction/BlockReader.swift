/// Cuts a page into its blocks of text, leaving out what readers don't see.
struct BlockReader {
    private let tree: PageTree
    private var blocks: [TextBlock] = []
    private var text = FoldedText()
    private var linked = 0
    private var breaks = 0
    private var container = 0

    /// The blocks of `tree` in document order.
    static func blocks(of tree: PageTree) -> [TextBlock] {
        var reader = BlockReader(tree: tree)
        reader.read()
        return reader.blocks
    }

    private init(tree: PageTree) {
        self.tree = tree
    }

    private mutating func read() {
        /// The elements that the walk is in: where each ends, the block around it, whether it began one, is a link.
        var open: [(end: Int, outer: Int, isBlock: Bool, isLink: Bool)] = []
        var links = 0
        var index = 0
        while index < tree.nodes.count {
            while let last = open.last, last.end <= index {
                open.removeLast()
                if last.isLink { links -= 1 }
                if last.isBlock {
                    endBlock()
                    container = last.outer
                }
            }
            let node = tree.nodes[index]
            switch node.element {
            case .text:
                let added = text.append(tree.text(of: index))
                if added > 0 { breaks = 0 }
                if links > 0 { linked += added }
            case .br:
                breaks += 1
                if breaks >= 2 { endBlock() } else { text.appendSpace() }
            case _ where node.element.isInvisible:
                if node.element.isBlock { endBlock() } else { text.appendSpace() }
                index = Int(node.end)
                continue
            default:
                let isBlock = node.element.isBlock
                let isLink = node.element == .a && tree.attribute(.href, of: index) != nil
                open.append((Int(node.end), container, isBlock, isLink))
                if isLink { links += 1 }
                if isBlock {
                    endBlock()
                    container = index
                } else if node.element == .td || node.element == .th {
                    text.appendSpace()
                }
            }
            index += 1
        }
        endBlock()
    }

    private mutating func endBlock() {
        breaks = 0
        defer {
            text = FoldedText()
            linked = 0
        }
        guard !text.isEmpty else { return }
        blocks.append(
            TextBlock(
                container: container,
                element: tree.nodes[container].element,
                text: text.bytes,
                characters: text.characters,
                linked: linked
            )
        )
    }
}
