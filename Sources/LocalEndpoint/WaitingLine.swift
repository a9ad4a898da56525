/// First in, first out, with leaving from the middle and stepping in at the front.
struct WaitingLine<Element: Hashable & Sendable>: Sendable {
    private struct Place {
        var ticket: UInt64
        var element: Element
    }

    private var places: [Place] = []
    /// Where the line begins in `places`; what stands before it has been served.
    private var head = 0
    private var tickets: [Element: UInt64] = [:]
    private var lastTicket: UInt64 = 0

    var isEmpty: Bool { tickets.isEmpty }
    var count: Int { tickets.count }

    func contains(_ element: Element) -> Bool { tickets[element] != nil }

    /// Who waits, in order.
    var elements: [Element] { places[head...].filter { tickets[$0.element] == $0.ticket }.map(\.element) }

    mutating func append(_ element: Element) {
        dropServed()
        places.append(place(for: element))
    }

    mutating func prepend(_ element: Element) {
        let place = place(for: element)
        if head > 0 {
            head -= 1
            places[head] = place
        } else {
            places.insert(place, at: 0)
        }
    }

    mutating func remove(_ element: Element) {
        tickets[element] = nil
    }

    mutating func popFirst() -> Element? {
        while head < places.count {
            let place = places[head]
            head += 1
            if tickets[place.element] == place.ticket {
                tickets[place.element] = nil
                return place.element
            }
        }
        return nil
    }

    /// Gives the room of those who were served or left back, once they are more than half.
    private mutating func dropServed() {
        guard places.count > 64, places.count > 2 * tickets.count else { return }
        places = places[head...].filter { tickets[$0.element] == $0.ticket }
        head = 0
    }

    private mutating func place(for element: Element) -> Place {
        lastTicket += 1
        tickets[element] = lastTicket
        return Place(ticket: lastTicket, element: element)
    }
}
