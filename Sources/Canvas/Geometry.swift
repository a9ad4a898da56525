/// How many columns and rows there are.
package struct Size: Sendable, Hashable {
    package var width: Int
    package var height: Int

    package init(_ width: Int, _ height: Int) {
        self.width = width
        self.height = height
    }
}

/// A cell's place, from the top left.
package struct Position: Sendable, Hashable {
    package var x: Int
    package var y: Int

    package init(_ x: Int, _ y: Int) {
        self.x = x
        self.y = y
    }
}

/// A block of cells; one without width or height holds none.
package struct Rect: Sendable, Hashable {
    package var x: Int
    package var y: Int
    package var width: Int
    package var height: Int

    package init(_ x: Int, _ y: Int, _ width: Int, _ height: Int) {
        self.x = x
        self.y = y
        self.width = max(0, width)
        self.height = max(0, height)
    }

    package init(_ size: Size) {
        self.init(0, 0, size.width, size.height)
    }

    package var isEmpty: Bool { width == 0 || height == 0 }
    /// The first column to the right of it.
    package var maxX: Int { x + width }
    /// The first row below it.
    package var maxY: Int { y + height }

    package func contains(_ position: Position) -> Bool {
        position.x >= x && position.x < maxX && position.y >= y && position.y < maxY
    }

    /// The cells that both have.
    package func intersection(_ other: Rect) -> Rect {
        let (left, top) = (max(x, other.x), max(y, other.y))
        return Rect(left, top, min(maxX, other.maxX) - left, min(maxY, other.maxY) - top)
    }

    /// It without so many columns and rows at each edge.
    package func inset(_ columns: Int, _ rows: Int) -> Rect {
        Rect(x + columns, y + rows, width - 2 * columns, height - 2 * rows)
    }

    /// Takes rows off the top and gives them; fewer when there are not so many.
    package mutating func takeTop(_ rows: Int) -> Rect {
        let taken = Rect(x, y, width, min(rows, height))
        self = Rect(x, y + taken.height, width, height - taken.height)
        return taken
    }

    /// Takes rows off the bottom and gives them; fewer when there are not so many.
    package mutating func takeBottom(_ rows: Int) -> Rect {
        let count = max(0, min(rows, height))
        let taken = Rect(x, maxY - count, width, count)
        self = Rect(x, y, width, height - count)
        return taken
    }

    /// Takes columns off the left and gives them; fewer when there are not so many.
    package mutating func takeLeft(_ columns: Int) -> Rect {
        let taken = Rect(x, y, min(columns, width), height)
        self = Rect(x + taken.width, y, width - taken.width, height)
        return taken
    }
}
