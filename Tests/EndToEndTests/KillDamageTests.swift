import FoundationEssentials
import RunJournal
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension KillLoop {
    @Suite("A journal that was damaged between two drivers", .serialized, .timeLimit(.minutes(5)))
    struct KillDamageTests {
        enum Damage: String, Sendable, CaseIterable {
            case truncated, emptied, headerFlipped, pageFlipped, foreign, newer

            /// The journal's bytes afterwards.
            func applied(to bytes: Data) -> Data {
                var bytes = Data(bytes)
                switch self {
                case .truncated: return Data(bytes.prefix(bytes.count / 2))
                case .emptied: return Data()
                case .headerFlipped: bytes[3] ^= 0xFF
                case .pageFlipped:
                    // Every tree has its type and its cell pointers at the head of its pages.
                    for page in stride(from: 4096, to: bytes.count, by: 4096) {
                        for offset in 0..<16 { bytes[page + offset] ^= 0xFF }
                    }
                case .foreign: return Data("Dear diary, today I was not a database.".utf8)
                // The big-endian user_version of SQLite's file header.
                case .newer: bytes[60] = 0x7F
                }
                return bytes
            }
        }

        @Test("is refused in one line, and not a byte of it is changed", arguments: Damage.allCases)
        func refused(_ damage: Damage) async throws {
            try await KillRun.with { run in
                // Dies with results in the journal and work left to do.
                let outcome = try await run.drive(KillRun.beginning, crashAt: 44)
                #expect(outcome.diedByItself, "\(outcome.errorText)")
                let folder = RunStore(home: run.etlDash.home).folder(of: try run.etlDash.onlyRun())
                // What a reader leaves behind: the log folded into the file.
                let journal = try await SQLiteJournal.open(folder, for: .writing)
                try journal.close()
                let path = URL(filePath: folder.journalPath)
                let damaged = damage.applied(to: try Data(contentsOf: path))
                try damaged.write(to: path)
                let before = try files(in: folder)
                let fetches = run.site.fetches
                let refusal = try await run.etlDash.run(
                    ["resume", folder.run, "--json"],
                    environment: run.environment
                )
                #expect([.code(2), .code(70)].contains(refusal.ending), "\(refusal.errorText)")
                #expect(refusal.output.isEmpty)
                #expect(refusal.errorLines.count == 1, "\(refusal.errorText)")
                #expect(refusal.errorText.contains(folder.journalPath), "\(refusal.errorText)")
                #expect(try Data(contentsOf: path) == damaged)
                #expect(try files(in: folder).isSuperset(of: before))
                #expect(run.site.fetches == fetches, "nothing is submitted")
            }
        }

        private func files(in folder: RunFolder) throws -> Set<String> {
            Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
        }
    }
}
