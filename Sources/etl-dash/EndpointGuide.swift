import LocalEndpoint

/// What `etl-dash endpoint` prints: how clients and workers reach it.
///
/// Text for a shell: the lines that are no comments can be typed as they are, and so can what follows `#   `.
struct EndpointGuide {
    let address: LocalEndpoint.Address
    let options: LocalEndpoint.Options

    private var endpoint: String { "\(address.baseURL)/\(address.endpointID)" }

    /// A job that does nothing, for a worker of ours.
    private static let emptyInput = #"{"date": "2025-01-01", "trigger": "etl_worker", "flashpoints": []}"#

    var text: String {
        """
        # Endpoint \(endpoint), until Ctrl-C
        # For clients, etl-dash run and RunPod's SDK among them:
        export RUNPOD_ENDPOINT='\(endpoint)'
        export RUNPOD_API_KEY='\(address.token)'
        export RUNPOD_ENDPOINT_BASE_URL='\(address.baseURL)'
        # For a worker, \(running); each needs a RUNPOD_POD_ID of its own:
        \(workerLines.joined(separator: "\n"))
        # With this and the client's variables etl-dash worker can also coordinate runs of --remote:
        #   export RUNPOD_ENDPOINT_ID='\(address.endpointID)'
        # Try it, with curl or in Python:
        #   curl -H 'Authorization: Bearer \(address.token)' \(endpoint)/health
        #   curl -H 'Authorization: Bearer \(address.token)' -H 'Content-Type: application/json' \\
        #     -d '{"input": \(Self.emptyInput)}' \(endpoint)/run
        #   import os, runpod; runpod.api_key = os.environ["RUNPOD_API_KEY"]
        #   print(runpod.Endpoint("\(address.endpointID)").run_sync({"input": \(Self.emptyInput)}))

        """
    }

    private var workerLines: [String] {
        var worker = address.workerEnvironment(podID: "", pingInterval: options.limits.pingInterval)
        worker["RUNPOD_POD_ID"] = nil
        let variables = worker.sorted { $0.key < $1.key }.map { "export \($0.key)='\($0.value)'" }
        let leniency = LocalEndpoint.Address.leniency.sorted { $0.key < $1.key }.map { key, value in
            #"export \#(key)="${\#(key):-\#(value)}""#
        }
        // The shell's number, because two workers of one name would be one to the queue, and lose each other's jobs.
        return variables + [#"export RUNPOD_POD_ID="worker-$$""#] + leniency
    }

    private var running: String {
        switch options.workers {
        case 0: "of which none runs yet (etl-dash worker is one)"
        case 1: "of which 1 runs already"
        default: "of which \(options.workers) run already"
        }
    }
}
