import FoundationEssentials

/// The beginning of a body, fit for a message: one line of at most 300 bytes, without the key.
func excerpt(of body: Data, hiding credential: Credential?) -> String {
    let start = String(decoding: body.prefix(4096), as: UTF8.self)
    // Cut after hiding, since half a key would not be found.
    let text = credential?.redacted(from: start) ?? start
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        line.append(scalar.properties.generalCategory == .control ? " " : scalar)
        if line.count > 300 { break }
    }
    let shown = String(decoding: String(line).utf8.prefix(300), as: UTF8.self)
    return shown.isEmpty ? "nothing" : shown
}
