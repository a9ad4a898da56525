import FoundationEssentials
import TestSupport

/// A news site on loopback with one short page for each flashpoint, which knows how often each was fetched.
struct KillSite: Sendable {
    /// How a page comes.
    enum Manner: Sendable {
        case atOnce
        case after(Duration)
        /// When the gate is open.
        case behind(Gate)
        /// Not at all, for an hour to come.
        case busy
        /// Not before the client goes away.
        case never
    }

    let server: ScriptedServer
    let count: Int

    /// Calls `body` while the site serves.
    ///
    /// - Parameter manner: Asked at each fetch of a flashpoint's page; the first fetch of it has number 1.
    static func with<Value: Sendable>(
        _ count: Int,
        manner: @escaping @Sendable (_ index: Int, _ number: Int) -> Manner = { _, _ in .atOnce },
        _ body: (KillSite) async throws -> Value
    ) async throws -> Value {
        let fetched = Counts()
        let script: ScriptedServer.Script = { request in
            guard let index = Int(request.target.dropFirst()), 0..<count ~= index else { return .answer(404, "gone") }
            let reply = ScriptedServer.Reply.answer(200, page(index), type: "text/html; charset=utf-8")
            switch manner(index, fetched.next(index)) {
            case .atOnce: return reply
            case .after(let pause):
                try await Task.sleep(for: pause)
                return reply
            case .behind(let gate): return reply.after(gate)
            // A pause that nobody waits for, so that the page is not fetched again before its flashpoint is tried again.
            case .busy: return .answer(503, "busy", headers: [("Retry-After", "3600")])
            case .never: return .hang
            }
        }
        return try await withScriptedServer(script) { try await body(KillSite(server: $0, count: count)) }
    }

    /// The address of a flashpoint's page.
    func url(_ index: Int) -> String { "\(server.url)/\(index)" }

    /// The batch as a JSON array.
    var batch: String {
        let lines = (0..<count).map { index in
            #"{"id":"fp-\#(index)","title":"Flashpoint \#(index)","feeds":[{"url":"\#(url(index))"}]}"#
        }
        return "[\n" + lines.joined(separator: ",\n") + "\n]\n"
    }

    /// How often the page of each flashpoint was fetched.
    var fetches: [Int] {
        var fetches = Array(repeating: 0, count: count)
        for request in server.requests {
            if let index = Int(request.target.dropFirst()), fetches.indices.contains(index) { fetches[index] += 1 }
        }
        return fetches
    }

    /// Returns once the page of the flashpoint has been asked for that often.
    ///
    /// - Throws: `Installation.Surprise` when that does not come about in two minutes.
    func waitForFetch(of index: Int, number: Int = 1) async throws {
        guard await becomesTrue({ fetches[index] >= number }) else {
            throw Installation.Surprise(description: "page \(index) was not fetched \(number) times: \(fetches)")
        }
    }

    /// Waits until pages were fetched so often together.
    func waitForFetches(of indices: [Int], _ count: Int) async throws {
        guard await becomesTrue({ indices.reduce(0) { $0 + fetches[$1] } >= count }) else {
            throw Installation.Surprise(description: "pages \(indices) were not fetched \(count) times: \(fetches)")
        }
    }

    /// What only the page of this flashpoint says.
    static func mark(_ index: Int) -> String { "gate number \(index) of the harbour" }

    private static func page(_ index: Int) -> String {
        let facts = (2..<7).map { number in
            """
            <p>Mira Ketlun of Dorpel told the council of Saromin that \(mark(index)) had been closed after engineers \
            found \(number) faults in its hinges, and that Dorpel would pay for the repair before the winter.</p>
            """
        }
        return """
            <!DOCTYPE html><html lang="en"><head><title>Gate \(index) is closed</title></head><body><article>\
            <h1>Gate \(index) is closed</h1>\(facts.joined(separator: "\n"))</article></body></html>
            """
    }
}
