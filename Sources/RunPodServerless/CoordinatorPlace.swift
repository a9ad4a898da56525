package import Flashpoints
package import RunPodAPI

/// The endpoint that a coordinator works for and submits its jobs to, as its environment says it.
package struct CoordinatorPlace: Sendable, Hashable {
    package let address: EndpointAddress
    package let credential: Credential

    /// Where jobs are served when nothing else is said.
    package static let base = "https://api.runpod.ai/v2"

    /// Reads `RUNPOD_ENDPOINT_ID`, `RUNPOD_API_KEY` and `RUNPOD_ENDPOINT_BASE_URL`.
    ///
    /// - Throws: `Failure` of class config that names everything that is missing or wrong.
    package init(_ environment: [String: String]) throws(Failure) {
        func value(_ variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
        let (id, key) = (value("RUNPOD_ENDPOINT_ID"), value("RUNPOD_API_KEY"))
        let missing = [("RUNPOD_API_KEY", key), ("RUNPOD_ENDPOINT_ID", id)].filter { $0.1 == nil }.map(\.0)
        guard missing.isEmpty, let id, let key else {
            let names = missing.joined(separator: " and ")
            throw Failure(
                .config,
                """
                this worker can't coordinate a run: \(names) \(missing.count == 1 ? "is" : "are") not set in its \
                environment. RunPod sets RUNPOD_ENDPOINT_ID; add RUNPOD_API_KEY to the environment of the endpoint, as a \
                secret. A job of trigger \(JobInput.workerTrigger), or with "workers": 1, needs neither
                """
            )
        }
        guard let credential = Credential(key) else {
            throw Failure(.config, "RUNPOD_API_KEY in the worker's environment can't be a key: it holds odd characters")
        }
        let base = value("RUNPOD_ENDPOINT_BASE_URL") ?? Self.base
        do {
            address = try EndpointAddress("\(base)/\(id)")
        } catch {
            let variable = value("RUNPOD_ENDPOINT_BASE_URL") == nil ? "RUNPOD_ENDPOINT_ID" : "RUNPOD_ENDPOINT_BASE_URL"
            throw Failure(.config, "\(variable) in the worker's environment \(error)")
        }
        self.credential = credential
    }
}
