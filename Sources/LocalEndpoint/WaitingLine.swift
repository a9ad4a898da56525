/// First in, first out, with leaving from the middle and stepping in again.
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

    /// Steps in before the first who is to come later, at the end when there is none.
    mutating func insert(_ element: Element, before isLater: (Element) -> Bool) {
        let place = place(for: element)
        let later = places[head...].firstIndex { tickets[$0.element] == $0.ticket && isLater($0.element) }
        places.insert(place, at: later ?? places.endIndex)
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
