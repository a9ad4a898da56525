/// Gives a URL back without what must not be shown.
///
/// User and password go; the names in the query stay, their values become `…`; the fragment goes. Works on any text, so
/// that a malformed URL can be shown as well.
package func redactedURL(_ url: String) -> String {
    var rest = url[...]
    var shown = ""
    if let fragment = rest.firstIndex(of: "#") { rest = rest[..<fragment] }
    var query: Substring?
    if let mark = rest.firstIndex(of: "?") {
        query = rest[rest.index(after: mark)...]
        rest = rest[..<mark]
    }
    if let colon = rest.firstIndex(of: ":"), rest[colon...].hasPrefix("://") {
        let host = rest.index(colon, offsetBy: 3)
        shown += rest[..<host]
        rest = rest[host...]
        let authority = rest.prefix { $0 != "/" }
        if let at = authority.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
    }
    shown += rest
    if let query {
        let names = query.split(separator: "&", omittingEmptySubsequences: true).map { pair in
            pair.firstIndex(of: "=").map { pair[..<$0] + "=…" } ?? pair
        }
        shown += "?" + names.joined(separator: "&")
    }
    return shown
}
