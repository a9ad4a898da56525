import FoundationEssentials
import HTTPTransport
import Logging

/// Tells webhooks of the ends of jobs, each by itself and at most so many at a time.
struct WebhookCourier<C: Clock>: Sendable where C.Duration == Duration {
    let http: any HTTPSending
    let rules: WebhookRules
    let clock: C
    let logger: Logger?

    /// Delivers what comes until there is no more, or the task is cancelled.
    func run(_ notices: AsyncStream<JobNotice>) async {
        await withTaskGroup(of: Void.self) { group in
            var underWay = 0
            for await notice in notices {
                if underWay == rules.atOnce {
                    await group.next()
                    underWay -= 1
                }
                group.addTask { await deliver(notice) }
                underWay += 1
            }
            group.cancelAll()
        }
    }

    private func deliver(_ notice: JobNotice) async {
        for attempt in 1...max(1, rules.tries) {
            let problem: String
            do {
                // Worded for each try, so that what waits for the next one doesn't keep its words.
                let response = try await http.send(request(notice)) { _ in false }
                if response.status == 200 { return }
                problem = "answered \(response.status), 200 was expected"
            } catch let failure as HTTPFailure {
                problem = "\(failure)"
            } catch {
                // Cancelled: the endpoint ends.
                return
            }
            logger?.warning("webhook of \(notice.job.id), try \(attempt) of \(rules.tries): \(problem)")
            if attempt < rules.tries, (try? await clock.sleep(for: rules.pause)) == nil { return }
        }
    }

    private func request(_ notice: JobNotice) -> TransportRequest {
        TransportRequest(
            method: "POST",
            url: notice.url,
            headers: ["Content-Type": "application/json"],
            body: Data(EndpointResponse.body(of: notice)),
            deadline: rules.timeout,
            bodyLimit: 0,
            overflow: .truncate
        )
    }
}

/// How webhooks are called.
package struct WebhookRules: Sendable, Hashable {
    /// How often a webhook is called that doesn't answer 200.
    package var tries = 3
    /// From the end of one call to the next.
    package var pause: Duration = .seconds(10)
    /// How long a call may take.
    package var timeout: Duration = .seconds(2)
    /// Webhooks under way at a time, those that pause included.
    package var atOnce = 256
    /// Notices that wait beyond those; what comes when they are as many is never sent.
    package var waiting = 4_096

    package init() {}
}
