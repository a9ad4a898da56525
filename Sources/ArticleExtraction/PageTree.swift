/// The elements and texts of a page in document order.
///
/// A node's descendants are the nodes from the one after it to `end`, so that every walk is a loop over a range: no page,
/// however deep, makes one recur.
struct PageTree {
    struct Node {
        var element: Element
        var parent: Int32
        /// The index after the last descendant.
        var end: Int32
        /// Where its attributes, or its text, are in the tree's storage.
        var storage: Range<Int32>
    }

    private(set) var nodes: [Node] = []
    /// The text of all text nodes, UTF-8, one after the other.
    private(set) var text: [UInt8] = []
    private var attributes: [(name: Attribute, value: String)] = []

    /// The value of an attribute of the node, nil where it has none.
    func attribute(_ name: Attribute, of node: Int) -> String? {
        let node = nodes[node]
        guard node.element != .text, !node.storage.isEmpty else { return nil }
        return attributes[Int(node.storage.lowerBound)..<Int(node.storage.upperBound)].first { $0.name == name }?.value
    }

    func descendants(of node: Int) -> Range<Int> {
        node + 1..<Int(nodes[node].end)
    }

    /// The text of a text node.
    func text(of node: Int) -> ArraySlice<UInt8> {
        guard nodes[node].element == .text else { return [] }
        return text[Int(nodes[node].storage.lowerBound)..<Int(nodes[node].storage.upperBound)]
    }

    /// The text within the node, white space folded, of which a headline needs no more than the first thousands of bytes.
    func foldedText(within node: Int) -> String {
        var bytes: [UInt8] = []
        for index in descendants(of: node) where nodes[index].element == .text {
            bytes += text(of: index).prefix(4_000)
            bytes.append(0x20)
            if bytes.count >= 4_000 { break }
        }
        return String(decoding: bytes, as: UTF8.self).folded
    }

    func nodes(where matches: @escaping (Element) -> Bool) -> some Sequence<Int> {
        nodes.indices.lazy.filter { matches(nodes[$0].element) }
    }
}

extension PageTree {
    /// Adds an element after all others, under `parent`, -1 for none.
    mutating func append(_ element: Element, under parent: Int32, attributes added: [(Attribute, String)]) -> Int32 {
        let index = Int32(nodes.count)
        let first = Int32(attributes.count)
        for (name, value) in added { attributes.append((name, value)) }
        let storage = first..<Int32(attributes.count)
        nodes.append(Node(element: element, parent: parent, end: index + 1, storage: storage))
        return index
    }

    /// Adds text at the end of the element `parent`, which must be open.
    mutating func append(text added: some Collection<UInt8>, under parent: Int32) {
        let start = Int32(text.count)
        text += added
        let end = Int32(text.count)
        if let last = nodes.last, last.element == .text, last.parent == parent, last.storage.upperBound == start {
            nodes[nodes.count - 1].storage = last.storage.lowerBound..<end
        } else {
            let index = Int32(nodes.count)
            nodes.append(Node(element: .text, parent: parent, end: index + 1, storage: start..<end))
        }
    }

    /// Ends the element: no further node is its descendant.
    mutating func close(_ node: Int32) {
        nodes[Int(node)].end = Int32(nodes.count)
    }
}
