package import Flashpoints

extension FailureGroup {
    /// A failure's message with `…` for what differs between flashpoints, by which causes are told apart.
    ///
    /// - Parameter id: The flashpoint's.
    package static func message(of failure: Failure, id: String) -> String {
        failure.message.withVisibleControls.withoutParticulars(id: id)
    }
}
