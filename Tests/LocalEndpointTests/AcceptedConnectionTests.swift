import FoundationEssentials
import HTTPTransport
import Synchronization
import TestSupport
import Testing

@testable import LocalEndpoint

@Suite("Connections of a leaving endpoint", .timeLimit(.minutes(5)))
struct AcceptedConnectionTests {
    private final class Answers: Sendable {
        let count = Mutex(0)
    }

    @Test("An endpoint can be left while clients connect again and again", arguments: 0..<20)
    func leaving(round: Int) async throws {
        let answers = Answers()
        var options = LocalEndpoint.Options(token: "token")
        options.endpointID = "ep"
        let (addresses, announce) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(1))
        try await HTTPTransport.withTransport(.polls) { http in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { [options] in
                    defer { announce.finish() }
                    return try await LocalEndpoint.run(options) { address in
                        announce.yield("\(address.baseURL)/ep/health")
                        return await becomesTrue { answers.count.withLock { $0 } >= 8 + round }
                    }
                }
                let target = try #require(await addresses.first { _ in true })
                for _ in 0..<4 {
                    group.addTask {
                        // A client goes on until the endpoint has left.
                        while let response = try? await http.send(Self.request(target)) {
                            if response.status == 200 { answers.count.withLock { $0 += 1 } }
                        }
                        return true
                    }
                }
                for try await isDone in group { #expect(isDone) }
            }
        }
    }

    /// A take's answer says that the connection closes, so each request makes a new one.
    private static func request(_ target: String) -> TransportRequest {
        TransportRequest(
            method: "GET",
            url: target,
            headers: ["Authorization": "token", "Connection": "close"],
            deadline: .seconds(20),
            bodyLimit: 1 << 20
        )
    }
}
