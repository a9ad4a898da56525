import FoundationEssentials
import HTTPTransport
import Synchronization
import TestSupport
import Testing

@testable import LocalEndpoint

@Suite("Connections of a leaving endpoint", .timeLimit(.minutes(5)))
struct AcceptedConnectionTests {
    @Test("An endpoint can be left while clients connect again and again", arguments: 0..<20)
    func leaving(round: Int) async throws {
        let answered = Mutex(0)
        try await HTTPTransport.withTransport(.polls) { http in
            try await withThrowingTaskGroup(of: Void.self) { clients in
                var options = LocalEndpoint.Options(token: "token")
                options.endpointID = "ep"
                try await LocalEndpoint.run(options) { address in
                    for _ in 0..<4 {
                        clients.addTask {
                            let target = "\(address.baseURL)/ep/health"
                            while !Task.isCancelled {
                                // A take's answer says that the connection closes, so each request makes a new one.
                                let headers: HeaderFields = ["Authorization": "token", "Connection": "close"]
                                let request = TransportRequest(
                                    method: "GET",
                                    url: target,
                                    headers: headers,
                                    deadline: .seconds(20)
                                )
                                guard let response = try? await http.send(request) else { return }
                                if response.status == 200 { answered.withLock { $0 += 1 } }
                            }
                        }
                    }
                    let areBusy = await becomesTrue { answered.withLock { $0 } >= 8 + round }
                    #expect(areBusy)
                }
                clients.cancelAll()
            }
        }
    }
}
