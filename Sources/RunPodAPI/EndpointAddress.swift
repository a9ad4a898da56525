import FoundationEssentials

/// Where an endpoint's operations are, as `RUNPOD_ENDPOINT` says it.
package struct EndpointAddress: Sendable, Hashable {
    /// What stands before the endpoint's id, such as `https://api.runpod.ai/v2`.
    package let base: String
    /// The endpoint's id.
    package let id: String
    /// The host in lower case, without brackets.
    package let host: String
    /// What a user should know before the first request, when there is something.
    package let notice: String?

    /// Why a text is not the address of an endpoint that may be given a key.
    package enum Problem: Error, Sendable, Hashable {
        /// Not an absolute `http` or `https` URL with a host.
        case notURL
        /// A name or a key stands before the host.
        case userInfo
        /// `http` to another machine: the key would cross the network in clear.
        case clearText(host: String)
        /// The host is neither RunPod's nor loopback nor allowed.
        case foreignHost(String)
        /// No id in the path.
        case noEndpointID
    }

    /// Reads what people paste: the URL of the endpoint or of one of its operations, with or without query, fragment
    /// and final slash.
    ///
    /// - Parameter allowedHosts: Hosts beyond RunPod's own and loopback that the user has named as such.
    package init(_ text: String, allowedHosts: Set<String> = []) throws(Problem) {
        let url = try WireURL(text, allowedHosts: allowedHosts)
        var segments = url.path.split(separator: "/", omittingEmptySubsequences: true)
        if let last = segments.last, Self.operations.contains(String(last)) { segments.removeLast() }
        guard let id = segments.popLast(), Self.isID(id) else { throw .noEndpointID }
        self.id = String(id)
        self.host = url.host
        base = ([url.origin] + segments.map { String($0) }).joined(separator: "/")
        notice =
            url.host == "api.runpod.io"
            ? """
            RUNPOD_ENDPOINT names api.runpod.io, which is RunPod's management API today; jobs are served by \
            api.runpod.ai. If the endpoint refuses requests (401, 403 or 404), set \
            RUNPOD_ENDPOINT=https://api.runpod.ai/v2/\(id)/run
            """
            : nil
    }

    private static let operations: Set<String> = [
        "run", "runsync", "status", "status-sync", "stream", "cancel", "retry", "purge-queue", "health", "requests",
    ]

    /// A last segment such as `v2` is the version of the API, left over when the id is missing.
    private static func isID(_ segment: Substring) -> Bool {
        let isVersion = segment.first == "v" && segment.count > 1 && segment.dropFirst().allSatisfy(\.isNumber)
        return !isVersion && segment.utf8.allSatisfy { WireURL.isUnreserved($0) }
    }

    /// The address of an operation, of a job's when one is given; the id is escaped.
    package func url(_ operation: String, job: String? = nil, query: [(String, String)] = []) -> String {
        var url = "\(base)/\(id)/\(operation)"
        if let job { url += "/" + WireURL.escape(job) }
        for (place, item) in query.enumerated() {
            url += "\(place == 0 ? "?" : "&")\(item.0)=\(WireURL.escape(item.1))"
        }
        return url
    }
}

extension EndpointAddress: CustomStringConvertible {
    /// The endpoint's URL.
    package var description: String { "\(base)/\(id)" }
}

extension EndpointAddress.Problem: CustomStringConvertible {
    /// What is wrong and what would be right.
    package var description: String {
        switch self {
        case .notURL:
            "is not a URL; RunPod shows it as https://api.runpod.ai/v2/ENDPOINT_ID/run"
        case .userInfo:
            "has a user name or password before the host; the key belongs into RUNPOD_API_KEY"
        case .clearText(let host):
            "would send the key to \(host) in clear; use https (http is for this machine only)"
        case .foreignHost(let host):
            "names the host \(host); the key goes only to *.runpod.ai, *.runpod.io and this machine"
        case .noEndpointID:
            "has no endpoint id; it looks like https://api.runpod.ai/v2/ENDPOINT_ID/run"
        }
    }
}
