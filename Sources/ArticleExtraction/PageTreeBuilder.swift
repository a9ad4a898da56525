/// Takes the parser's events and makes a bounded tree of them.
final class PageTreeBuilder {
    private(set) var tree = PageTree()
    private(set) var cut: PageCut?
    private(set) var wasCancelled = false
    private let limits: PageLimits
    private let isCancelled: () -> Bool
    private var open: [Int32] = []
    private var events = 0

    init(limits: PageLimits, isCancelled: @escaping () -> Bool) {
        self.limits = limits
        self.isCancelled = isCancelled
    }

    /// Whether the parser has to stop, because a bound is reached or the caller said so.
    var hasEnded: Bool { cut != nil || wasCancelled }

    func elementStarted(_ element: Element, attributes: [(Attribute, String)]) {
        guard goesOn() else { return }
        if open.count >= limits.depth {
            cut = .depth
            return
        }
        let isData = element == .script && attributes.contains { $0 == .type && $1.lowercased().contains("ld+json") }
        open.append(tree.append(isData ? .jsonLD : element, under: open.last ?? -1, attributes: attributes))
    }

    func elementEnded(_ element: Element) {
        guard goesOn() else { return }
        // The parser's events are balanced; looking further up costs nothing and makes a lost one harmless.
        let matching = open.lastIndex { index in
            let candidate = tree.nodes[Int(index)].element
            return candidate == element || (candidate == .jsonLD && element == .script)
        }
        guard let matching else { return }
        for index in open[matching...] { tree.close(index) }
        open.removeSubrange(matching...)
    }

    func characters(_ text: some Collection<UInt8>) {
        guard goesOn(), let parent = open.last else { return }
        switch tree.nodes[Int(parent)].element {
        case .script, .style, .svg, .template, .textarea: return
        default: tree.append(text: text, under: parent)
        }
    }

    /// Closes what is still open; no event comes after it.
    func finish() -> PageTree {
        for index in open { tree.close(index) }
        open = []
        return tree
    }

    private func goesOn() -> Bool {
        if hasEnded { return false }
        events += 1
        if events % 1_024 == 0, isCancelled() {
            wasCancelled = true
        } else if tree.nodes.count >= limits.nodes {
            cut = .nodes
        }
        return !hasEnded
    }
}
