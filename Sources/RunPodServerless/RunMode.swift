import FoundationEssentials
package import RunPodAPI
package import Settings

/// Where a run's jobs go, as the settings say it.
package enum RunMode: Sendable, Hashable {
    /// The pipeline in this process, one flashpoint after another.
    case inProcess
    /// An endpoint on this machine with worker processes behind it.
    case onThisMachine(workers: Int)
    /// A RunPod endpoint.
    case endpoint(EndpointAddress, Credential)

    /// The mode that the settings ask for.
    ///
    /// - Parameters:
    ///   - isSample: Whether the run is over the sample, which always stays on this machine.
    ///   - isRemote: Whether a job on the endpoint coordinates the run, which needs one whatever the number of workers.
    /// - Throws: ``RunModeProblem`` when an endpoint is set that can't be used, or none is where one is needed.
    package init(_ settings: Settings, isSample: Bool = false, isRemote: Bool = false) throws(RunModeProblem) {
        if settings.runpodWorkers == 1, !isRemote {
            self = .inProcess
        } else if let url = settings.runpodEndpoint, !isSample {
            let address: EndpointAddress
            do {
                address = try EndpointAddress(url.absoluteString)
            } catch {
                throw .address("\(settings.provenance(of: .runpodEndpoint)): RUNPOD_ENDPOINT \(error)")
            }
            guard let key = settings.runpodAPIKey.flatMap({ Credential($0.reveal()) }) else {
                throw .missingKey(endpoint: "\(address)")
            }
            self = .endpoint(address, key)
        } else if isRemote {
            throw .missingEndpoint
        } else {
            self = .onThisMachine(workers: settings.runpodWorkers)
        }
    }
}

/// Why the settings name no way to run.
package enum RunModeProblem: Error, Hashable, CustomStringConvertible {
    case missingKey(endpoint: String)
    case address(String)
    case missingEndpoint

    /// What is wrong and what to do.
    package var description: String {
        switch self {
        case .missingKey(let endpoint):
            """
            RUNPOD_ENDPOINT names \(endpoint), but RUNPOD_API_KEY is not set; set it in the environment or in .env, or \
            unset RUNPOD_ENDPOINT to run on this machine
            """
        case .address(let text): text
        case .missingEndpoint:
            """
            --remote gives the run to a coordinator on an endpoint, and RUNPOD_ENDPOINT is not set; set it and \
            RUNPOD_API_KEY in the environment or in .env, or leave out --remote
            """
        }
    }
}
