package import FoundationEssentials

/// Calls `body` with a fresh folder and removes it afterwards, whatever happened.
package func withTemporaryFolder<Value>(
    _ body: (_ folder: URL) async throws -> Value
) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "etl-dash-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}
