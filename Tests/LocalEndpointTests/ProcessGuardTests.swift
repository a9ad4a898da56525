import FoundationEssentials
import TestSupport
import Testing

@testable import LocalEndpoint

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The guard changes and kills the caller's own process group, so each test lets a process of its own call it.
@Suite("The guard and the watch")
struct ProcessGuardTests {
    @Test("At the end of its input the guard ends itself, the program and its descendants", .timeLimit(.minutes(5)))
    func endOfFile() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "pids").path
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
                var ends: [Int32] = [0, 0]
                guard pipe(&ends) == 0 else { exit(1) }
                let (input, held) = (ends[0], ends[1])
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        _ = try? await ProcessGuard.run(
                            program: "/bin/sh",
                            arguments: [
                                "-c",
                                "trap '' TERM HUP; sleep 1000 & echo $! >> '\(path)'; echo $$ >> '\(path)'; sleep 1000",
                            ],
                            signals: AsyncStream<Int32> { _ in },
                            input: input
                        )
                    }
                    _ = try? await processIDs(in: URL(filePath: path), count: 2)
                    close(held)
                }
            }
            let pids = try await processIDs(in: URL(filePath: path), count: 2)
            #expect(await eventually { !pids.contains(where: isRunning) })
        }
    }

    @Test("The guard ends with the program's status, and what the program left behind is gone", .timeLimit(.minutes(5)))
    func status() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "pids").path
            await #expect(processExitsWith: .exitCode(42)) { [path = path as String] in
                let status = try await ProcessGuard.run(
                    program: "/bin/sh",
                    arguments: ["-c", "sleep 1000 & echo $! >> '\(path)'; exit 42"],
                    signals: AsyncStream<Int32> { $0.finish() },
                    input: nil
                )
                exit(status.shellStatus)
            }
            let pids = try await processIDs(in: URL(filePath: path), count: 1)
            #expect(await eventually { !pids.contains(where: isRunning) })
        }
    }

    @Test("Signals reach the program, and its death by one shows as a shell shows it", .timeLimit(.minutes(5)))
    func relay() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "pids").path
            await #expect(processExitsWith: .exitCode(128 + SIGINT)) { [path = path as String] in
                exit(try await relaying(path))
            }
        }
    }

    @Test("The watch ends at the end of file and not before, whatever is written", .timeLimit(.minutes(5)))
    func watch() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (input, held) = (ends[0], ends[1])
        defer { close(input) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await ParentWatch.waitForEndOfFile(on: input)
                return true
            }
            #expect(write(held, "x", 1) == 1)
            close(held)
            let isOver = try await group.next()
            #expect(isOver == true)
        }
    }

    @Test("A cancelled watch leaves the descriptor open", .timeLimit(.minutes(5)))
    func cancelledWatch() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (input, held) = (ends[0], ends[1])
        defer {
            close(input)
            close(held)
        }
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await ParentWatch.waitForEndOfFile(on: input)
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            group.cancelAll()
            #expect(await group.next() == true)
        }
        #expect(write(held, "x", 1) == 1)
    }

    @Test("The null device, which NIO would end the process over, can't be watched")
    func nullDevice() async throws {
        let descriptor = open("/dev/null", O_RDONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        await #expect(throws: (any Error).self) { try await ParentWatch.waitForEndOfFile(on: descriptor) }
    }

    @Test("A file can't be watched")
    func file() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "file").path
            let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
            try #require(descriptor >= 0)
            defer { close(descriptor) }
            await #expect(throws: (any Error).self) { try await ParentWatch.waitForEndOfFile(on: descriptor) }
        }
    }
}

/// Guards a program, sends it two signals and returns the status to exit with; runs in a process of its own.
private func relaying(_ path: String) async throws -> Int32 {
    let (signals, send) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingOldest(8))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            _ = try await processIDs(in: URL(filePath: path), count: 1)
            send.yield(SIGUSR1)
            _ = try await processIDs(in: URL(filePath: path), count: 2)
            send.yield(SIGINT)
        }
        let status = try await ProcessGuard.run(
            program: "sh",
            arguments: [
                "-c", "trap 'echo 1 >> \"\(path)\"' USR1; echo $$ >> '\(path)'; while :; do sleep 0.05; done",
            ],
            signals: signals,
            input: nil
        )
        return status.shellStatus
    }
}
