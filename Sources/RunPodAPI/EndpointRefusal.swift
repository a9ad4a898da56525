/// Why an endpoint takes nothing from us: a wrong host, an old key and an unknown endpoint look alike from here.
///
/// The one place of these sentences: the doctor, the screen and the log all say what stands here.
package struct EndpointRefusal: Sendable, Hashable {
    package enum Cause: String, Sendable, Hashable, CaseIterable {
        /// A host of RunPod's that serves no jobs.
        case wrongHost
        /// 401: the key is not known.
        case staleKey
        /// 402: the account can't pay.
        case noCredit
        /// 403: the key may not do this.
        case forbidden
        /// 404: no such endpoint, or not for this key.
        case unknownEndpoint
        /// 3xx: the address is an old or a wrong one.
        case movedAway
    }

    package let cause: Cause
    /// What is going on and what to do, in one line, with what the endpoint said.
    package let text: String

    /// - Parameters:
    ///   - target: The host that a redirect names.
    ///   - words: The beginning of what the endpoint said, without secrets.
    package init(
        status: Int,
        address: EndpointAddress,
        credential: Credential,
        target: String? = nil,
        words: String
    ) {
        let isWrongHost = WireURL.isRunPod(address.host) && address.host != Self.jobHost
        let meaning: String
        let advice: String
        switch status {
        case 300..<400:
            cause = .movedAway
            text = """
                \(address) answers with a redirect\(target.map { " to \($0)" } ?? "") (\(status)), which is not followed \
                because the key would go along; put the right address into RUNPOD_ENDPOINT
                """
            return
        case 401 where !isWrongHost:
            cause = .staleKey
            meaning = "the key \(credential) is not accepted"
            advice = """
                make a new key in the RunPod console under Settings, API Keys, and put it into RUNPOD_API_KEY
                """
        case 402:
            cause = .noCredit
            meaning = "the account of the key \(credential) has no credit"
            advice = "add some in the RunPod console under Billing, or set RUNPOD_API_KEY to a key of another account"
        case 403 where !isWrongHost:
            cause = .forbidden
            meaning = "the key \(credential) may not use this endpoint"
            advice = """
                allow it in the RunPod console under Settings, API Keys, or set RUNPOD_API_KEY to one that may
                """
        default:
            cause = isWrongHost ? .wrongHost : .unknownEndpoint
            meaning =
                status == 404
                ? "there is no endpoint \(address.id) for the key \(credential)"
                : "the key \(credential) is not accepted there"
            advice =
                isWrongHost
                ? """
                jobs are served by \(Self.jobHost), RUNPOD_ENDPOINT says \(address.host): set it to \
                https://\(Self.jobHost)/v2/\(address.id)/run and RUNPOD_API_KEY to a key of that account
                """
                : """
                compare the id in RUNPOD_ENDPOINT with the RunPod console, and see that RUNPOD_API_KEY is of the same \
                account and not revoked
                """
        }
        text = "\(address) refuses us (\(status)): \(meaning); \(advice). It says: \(words)"
    }

    private static let jobHost = "api.runpod.ai"
}
