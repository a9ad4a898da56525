import FoundationEssentials
import Testing

@Suite("Imports")
struct ImportTests {
    @Test("No file under Sources imports what the table does not allow")
    func sources() throws {
        let files = try Repository.swiftFiles(below: "Sources")
        #expect(files.count > 10)
        let violations = try files.flatMap { file in
            ImportChecker.violations(
                in: try Repository.text(of: "Sources/\(file)"),
                file: "Sources/\(file)",
                target: String(file.prefix { $0 != "/" })
            )
        }
        #expect(violations == [])
    }

    @Test(
        "The table has no ring and names no target of ours that it has no row for",
        arguments: ImportTable.rows.keys.sorted()
    )
    func table(target: String) {
        let reachable = ImportTable.reachable(from: target)
        #expect(reachable.contains(target) == false)
        #expect(reachable.subtracting(ImportTable.rows.keys) == [])
        #expect(ImportTable.outside(of: target).intersection(ImportTable.rows.keys) == [])
    }

    @Test(
        "An allowed import passes",
        arguments: [
            ("Flashpoints", "package import FoundationEssentials\nimport Crypto\nimport Synchronization"),
            ("RunEngine", "import Flashpoints"),
            ("RunEngine", "package import Coordination\n@preconcurrency import HTTPTransport"),
            ("RunJournal", "import struct Flashpoints.Flashpoint\nimport GRDB"),
            ("Coordination", "import DequeModule"),
            ("HTTPTransport", "import NIOCore; import NIOPosix\nimport NIOHTTP1"),
            ("LocalEndpoint", "import SystemPackage\nimport HTTPTypes"),
            ("Settings", "#if canImport(Glibc)\nimport Glibc\n#endif"),
            ("Settings", "import Foundation  // for the reason that follows"),
            ("Settings", "import Swift\n// For the reason that follows.\nimport Foundation"),
            ("etl-dash", "import RunPodServerless\nimport ArgumentParser"),
        ]
    )
    func allowed(target: String, source: String) {
        #expect(ImportChecker.violations(in: source, file: "F.swift", target: target) == [])
    }

    @Test(
        "A forbidden import is found at its line",
        arguments: [
            (
                "Flashpoints", "import FoundationEssentials\nimport Settings",
                "F.swift:2: Flashpoints must not import Settings"
            ),
            ("Dashboard", "import RunEngine", "F.swift:1: Dashboard must not import RunEngine"),
            ("Dashboard", "import Canvas; import CNCurses", "F.swift:1: Dashboard must not import CNCurses"),
            (
                "Coordination", "package import struct RunJournal.Journal",
                "F.swift:1: Coordination must not import RunJournal"
            ),
            (
                "Coordination", "@_spi(Testing) public import RunEngine",
                "F.swift:1: Coordination must not import RunEngine"
            ),
            ("RunEngine", "import GRDB", "F.swift:1: RunEngine must not import GRDB"),
            ("RunEngine", "let a = \"x\" // \"\nimport NIOCore", "F.swift:2: RunEngine must not import NIOCore"),
            ("Settings", "import FoundationNetworking", "F.swift:1: Settings must not import FoundationNetworking"),
            ("Settings", "import Dispatch", "F.swift:1: Settings must not import Dispatch"),
            (
                "Settings", "import Foundation",
                "F.swift:1: import FoundationEssentials, or say why all of Foundation"
            ),
            (
                "Settings", "import Swift  // not about the next line\nimport Foundation",
                "F.swift:2: import FoundationEssentials, or say why all of Foundation"
            ),
            ("etl-dash", "import EtlBench", "F.swift:1: etl-dash must not import EtlBench"),
            ("Newcomer", "import Swift", "F.swift: the table of imports has no row for Newcomer"),
        ]
    )
    func forbidden(target: String, source: String, violation: String) {
        #expect(ImportChecker.violations(in: source, file: "F.swift", target: target) == [violation])
    }

    @Test("What looks like an import in a text or a comment is none")
    func lookalikes() {
        let source = ##"""
            // import A
            /* import B
            /* nested */
            import C
            */ import Real1
            let a = """
            import D
            "" \(a) import E
            import F
            """
            let b = #"""
            import G " \" """
            import H
            """#
            let c = "\" import"; import Real2
            let d = #"\"#; import Real3
            let e = "unfinished
            import Real4
            #if os(Linux)
            import Real5.Sub
            #endif
            let important = imports
            """##
        let imports = ImportScanner.imports(in: source)
        #expect(imports.map(\.module) == ["Real1", "Real2", "Real3", "Real4", "Real5"])
        #expect(imports.map(\.line).suffix(2) == [18, 20])
    }
}
