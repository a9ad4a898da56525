import Flashpoints
import FoundationEssentials
import TestSupport

/// A news site on loopback: three articles for each flashpoint, held back until a test lets the flashpoint go.
struct NewsSite: Sendable {
    static let flashpointCount = 12
    static let feedCount = 3

    let server: ScriptedServer
    private let gates: [Gate]

    /// Calls `body` while the site serves.
    ///
    /// - Parameter free: The flashpoints whose pages come at once; the others wait for ``release(_:)``.
    static func with<Value: Sendable>(
        free: some Sequence<Int> = 0..<flashpointCount,
        _ body: (NewsSite) async throws -> Value
    ) async throws -> Value {
        let gates = (0..<flashpointCount).map { _ in Gate() }
        for index in free { gates[index].open() }
        let script: ScriptedServer.Script = { request in
            let place = request.target.split(separator: "/").compactMap { Int($0) }
            guard place.count == 2, gates.indices.contains(place[0]) else { return .answer(404, "gone") }
            return .answer(200, page(flashpoint: place[0], article: place[1]), type: "text/html; charset=utf-8")
                .after(gates[place[0]])
        }
        return try await withScriptedServer(script) { server in
            // Whatever a test leaves waiting must not hold its end up.
            defer { for gate in gates { gate.open() } }
            return try await body(NewsSite(server: server, gates: gates))
        }
    }

    /// Lets the pages of the flashpoints come.
    func release(_ indices: some Sequence<Int> = 0..<flashpointCount) {
        for index in indices { gates[index].open() }
    }

    /// The batch as a JSON array of one line for each flashpoint.
    var batch: String { "[\n" + lines().joined(separator: ",\n") + "\n]\n" }

    /// The flashpoints as JSON objects; `urls` can give some other feeds.
    func lines(urls: [Int: [String]] = [:]) -> [String] {
        (0..<Self.flashpointCount).map { index in
            let own = (0..<Self.feedCount).map { "\(server.url)/\(index)/\($0)" }
            let feeds = (urls[index] ?? own).map { #"{"url":"\#($0)"}"# }.joined(separator: ",")
            return #"{"id":"fp-\#(index)","title":"Flashpoint \#(index)","feeds":[\#(feeds)]}"#
        }
    }

    // MARK: - Pages

    /// The articles of a flashpoint share its names, each tells other things of them.
    private static func page(flashpoint: Int, article: Int) -> String {
        let place = name(flashpoint * 3)
        let person = name(flashpoint * 3 + 1)
        let company = name(flashpoint * 3 + 2)
        let facts = (0..<6).map { number in
            let (first, second) = (name(100 + article * 7 + number), name(200 + article * 11 + number))
            return """
                <p>\(person) of \(company) told the council of \(place) that the \(first) near the old harbour had \
                been closed after engineers found \(number + article + 2) faults in the \(second), and that \(company) \
                would pay for the repair before the winter.</p>
                """
        }
        return """
            <!DOCTYPE html><html lang="en"><head><title>\(place) \(article): \(person) speaks</title></head>
            <body><nav><a href="/">Home</a> <a href="/news">News</a></nav><article><h1>\(person) speaks in \(place), \
            part \(article + 1)</h1>\(facts.joined(separator: "\n"))</article></body></html>
            """
    }

    /// A name made of syllables, another one for each number.
    private static func name(_ number: Int) -> String {
        let syllables = ["va", "ro", "mi", "ket", "lun", "sa", "dor", "pel", "ni", "tas", "gu", "wem", "hol"]
        let (first, second) = (number % syllables.count, number / syllables.count % syllables.count)
        let word = syllables[first] + syllables[second] + syllables[(first + second * 5 + 3) % syllables.count] + "n"
        return word.prefix(1).uppercased() + word.dropFirst()
    }
}
