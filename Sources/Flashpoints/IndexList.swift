/// Ascending input positions, kept small: a run of neighbours as its two ends, others in four bytes each.
package struct IndexList: Sendable, Hashable {
    private enum Storage: Hashable {
        case range(Range<Int32>)
        case list([Int32])
    }

    private let storage: Storage

    /// Neighbouring positions.
    package init(_ range: Range<Int>) {
        storage = .range(Int32(range.lowerBound)..<Int32(range.upperBound))
    }

    /// Any positions, in the order given.
    package init(_ indices: some Collection<Int>) {
        let list = indices.map { Int32($0) }
        if let first = list.first, list.enumerated().allSatisfy({ first + Int32($0.offset) == $0.element }) {
            storage = .range(first..<first + Int32(list.count))
        } else {
            storage = list.isEmpty ? .range(0..<0) : .list(list)
        }
    }
}

extension IndexList: RandomAccessCollection {
    package var startIndex: Int { 0 }

    package var endIndex: Int {
        switch storage {
        case .range(let range): range.count
        case .list(let list): list.count
        }
    }

    package subscript(position: Int) -> Int {
        switch storage {
        case .range(let range):
            precondition(position >= 0 && position < range.count, "position \(position) is outside the list")
            return Int(range.lowerBound) + position
        case .list(let list): return Int(list[position])
        }
    }
}

extension IndexList: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: Int...) { self.init(elements) }
}

extension IndexList: Codable {
    /// Decodes an array of positions.
    package init(from decoder: any Decoder) throws {
        self.init(try [Int](from: decoder))
    }

    /// Encodes an array of positions.
    package func encode(to encoder: any Encoder) throws {
        try Array(self).encode(to: encoder)
    }
}

extension IndexList: CustomStringConvertible {
    package var description: String { Array(self).description }
}
