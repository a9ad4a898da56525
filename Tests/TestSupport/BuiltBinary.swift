package import FoundationEssentials

/// The programs that the package builds beside its tests.
package enum BuiltBinary {
    /// There is no such program beside the tests.
    package struct Missing: Error, CustomStringConvertible {
        package let name: String
        package let folder: String

        package var description: String { "\(folder) has no \(name); build the whole package first" }
    }

    /// The command line as it was built together with the tests.
    package static func etlDash() throws -> URL { try named("etl-dash") }

    /// A built program by its name.
    ///
    /// - Throws: ``Missing`` when it was not built.
    package static func named(_ name: String) throws -> URL {
        let program = folder.appending(path: name)
        guard FileManager.default.isExecutableFile(atPath: program.path) else {
            throw Missing(name: name, folder: folder.path)
        }
        return program
    }

    /// The folder of the test bundle, which is an executable of its own on Linux and is loaded by a helper elsewhere.
    private static var folder: URL {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? "/proc/self/exe"
        let bundleName = bundle.firstRange(of: ".xctest").map { String(bundle[..<$0.upperBound]) } ?? bundle
        return URL(filePath: bundleName).resolvingSymlinksInPath().deletingLastPathComponent()
    }
}
