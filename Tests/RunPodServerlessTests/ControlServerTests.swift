import Coordination
import FoundationEssentials
import RunEngine
import RunJournal
import TestSupport
import Testing

@testable import RunPodServerless

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("The control socket", .timeLimit(.minutes(5)))
struct ControlServerTests {
    private static let driver = ControlDriver(run: "20250101-k3f9", pid: 4_711, hasScreen: false)
    private static let ping = #"{"v":1,"command":"ping"}"#

    /// Calls `body` with the socket of a server in whose run nothing happens.
    private func withServer<Value: Sendable>(
        in place: ControlPlace,
        clock: TestClock = TestClock(),
        limits: ControlServer<TestClock>.Limits = .init(),
        _ body: (String) async throws -> Value
    ) async throws -> Value {
        let server = ControlServer(
            place: place,
            control: RunControl(),
            driver: Self.driver,
            clock: clock,
            limits: limits
        )
        let listening = Gate()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { listening.open() } }
            defer { group.cancelAll() }
            try await listening.wait()
            return try await body(place.known)
        }
    }

    private func place(_ folder: URL, below depth: Int = 0, runtime: String? = nil) throws -> ControlPlace {
        let deep = (0..<depth).map { _ in "a-folder-with-a-long-name" }.joined(separator: "/")
        let path = folder.path + (deep.isEmpty ? "" : "/" + deep)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let environment = ["XDG_RUNTIME_DIR": runtime ?? folder.path]
        return ControlPlace(RunFolder(run: "20250101-k3f9", path: path), environment: environment)
    }

    @Test("It says who drives the run, only its user can reach it, and it is gone afterwards")
    func ping() async throws {
        try await withTemporaryFolder { folder in
            let place = try place(folder)
            let path = try await withServer(in: place) { path in
                let reply = try await ControlConnection.with(path) { try await $0.ask(Self.ping) }
                #expect(reply == .driver(Self.driver))
                var status = stat()
                #expect(stat(path, &status) == 0)
                #expect(status.st_mode & 0o777 == 0o600)
                return path
            }
            #expect(path == folder.path + "/control.sock")
            #expect(access(path, F_OK) != 0)
        }
    }

    @Test("Who says all at once and hangs up to listen, as nc does, is answered line by line")
    func netcat() async throws {
        try await withTemporaryFolder { folder in
            try await withServer(in: try place(folder)) { path in
                try await ControlConnection.with(path) { connection in
                    try await connection.send("\(Self.ping)\r\n\n\(Self.ping)\n")
                    connection.endSending()
                    #expect(try await connection.reply() == .driver(Self.driver))
                    #expect(try await connection.reply() == .driver(Self.driver))
                    #expect(try await connection.reply() == nil)
                }
            }
        }
    }

    @Test("Nonsense is answered, and the next line is read all the same")
    func nonsense() async throws {
        try await withTemporaryFolder { folder in
            try await withServer(in: try place(folder)) { path in
                try await ControlConnection.with(path) { connection in
                    guard case .refused = try await connection.ask("GET / HTTP/1.1") else {
                        Issue.record("it was understood")
                        return
                    }
                    #expect(try await connection.ask(Self.ping) == .driver(Self.driver))
                }
            }
        }
    }

    @Test("A line without an end is cut off at 64 KB; others are served meanwhile and afterwards")
    func endlessLine() async throws {
        try await withTemporaryFolder { folder in
            try await withServer(in: try place(folder)) { path in
                try await ControlConnection.with(path) { connection in
                    try await connection.send(String(repeating: "x", count: ControlLine.limit + 1))
                    #expect(try await connection.reply() == .refused("a line has more than 65536 bytes"))
                    #expect(try await connection.reply() == nil)
                }
                let reply = try await ControlConnection.with(path) { try await $0.ask(Self.ping) }
                #expect(reply == .driver(Self.driver))
            }
        }
    }

    @Test("One client too many is told so, and there is room again when another one leaves")
    func manyClients() async throws {
        var limits = ControlServer<TestClock>.Limits()
        limits.clients = 1
        try await withTemporaryFolder { folder in
            try await withServer(in: try place(folder), limits: limits) { path in
                try await ControlConnection.with(path) { first in
                    #expect(try await first.ask(Self.ping) == .driver(Self.driver))
                    let second = try await ControlConnection.with(path) { try await $0.reply() }
                    #expect(second == .refused("1 clients are being served already; try again"))
                }
                let isServed = await becomesTrue {
                    let reply = try? await ControlConnection.with(path) { try await $0.ask(Self.ping) }
                    return reply == .driver(Self.driver)
                }
                #expect(isServed)
            }
        }
    }

    @Test("A client that says nothing is sent away after a minute, one that speaks is not")
    func silence() async throws {
        let clock = TestClock()
        try await withTemporaryFolder { folder in
            try await withServer(in: try place(folder), clock: clock) { path in
                try await ControlConnection.with(path) { connection in
                    #expect(try await connection.ask(Self.ping) == .driver(Self.driver))
                    await clock.waitForSleepers(1)
                    clock.advance(by: .seconds(40))
                    #expect(try await connection.ask(Self.ping) == .driver(Self.driver))
                    try await connection.send(#"{"v":1,"#)
                    clock.advance(by: .seconds(59))
                    await clock.waitForSleepers(1)
                    #expect(try await connection.ask(#""command":"ping"}"#) == .driver(Self.driver))
                    clock.advance(by: .seconds(60))
                    #expect(try await connection.reply() == .refused("no request came within 60 s"))
                    #expect(try await connection.reply() == nil)
                }
            }
        }
    }

    @Test("Where the run's path is too long for a socket, the run's folder says where it is")
    func longPath() async throws {
        try await withTemporaryFolder { folder in
            let place = try place(folder, below: 5, runtime: folder.path)
            let path = try await withServer(in: place) { path in
                #expect(path.hasPrefix("\(folder.path)/etl-dash-\(getuid())/20250101-k3f9-"))
                #expect(path.utf8.count <= ControlPlace.pathLimit)
                let reply = try await ControlConnection.with(path) { try await $0.ask(Self.ping) }
                #expect(reply == .driver(Self.driver))
                return path
            }
            #expect(access(path, F_OK) != 0)
            #expect(access(place.folder.path + "/control", F_OK) != 0)
        }
    }

    @Test("A run's path that is nearly too long, or just too long, has a socket that answers", arguments: 101...109)
    func nearlyTooLong(bytes: Int) async throws {
        try await withTemporaryFolder { folder in
            let length = bytes - "\(folder.path)//control.sock".utf8.count
            try #require(length > 0, "the folder for temporary files has too long a path")
            let path = "\(folder.path)/\(String(repeating: "a", count: length))"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            let place = ControlPlace(RunFolder(run: "20250101-k3f9", path: path), environment: [:])
            _ = try await withServer(in: place) { path in
                let reply = try await ControlConnection.with(path) { try await $0.ask(Self.ping) }
                #expect(reply == .driver(Self.driver))
                return path
            }
        }
    }

    @Test("A folder that others can look into, or that is a link, is not used", arguments: [true, false])
    func foreignFolder(isLink: Bool) async throws {
        try await withTemporaryFolder { folder in
            let place = try place(folder, below: 5, runtime: folder.path)
            let home = "\(folder.path)/etl-dash-\(getuid())"
            if isLink {
                #expect(mkdir("\(folder.path)/elsewhere", 0o700) == 0)
                #expect(symlink("\(folder.path)/elsewhere", home) == 0)
            } else {
                #expect(mkdir(home, 0o700) == 0)
                #expect(chmod(home, 0o755) == 0)
            }
            let claimed = try place.claim()
            place.release(claimed)
            #expect(claimed.hasPrefix("/tmp/etl-dash-\(getuid())/"))
        }
    }

    @Test("The socket of a driver that died is replaced")
    func staleSocket() async throws {
        try await withTemporaryFolder { folder in
            let place = try place(folder)
            let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: place.known.utf8) }
            let size = socklen_t(MemoryLayout<sockaddr_un>.size)
            let bound = withUnsafePointer(to: address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(left, $0, size) }
            }
            #expect(bound == 0)
            close(left)
            try await withServer(in: place) { path in
                let reply = try await ControlConnection.with(path) { try await $0.ask(Self.ping) }
                #expect(reply == .driver(Self.driver))
            }
        }
    }
}
