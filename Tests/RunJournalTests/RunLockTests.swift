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

@Suite("The lock of a run", .timeLimit(.minutes(5)))
struct RunLockTests {
    @Test("Only one has it, and the other learns who")
    func one() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "lock").path
            #expect(try RunLock.holder(path: path) == nil)
            let lock = try RunLock(path: path)
            let error = JournalError(path: path, .held(pid: getpid()))
            #expect(throws: error) { _ = try RunLock(path: path) }
            #expect(error.description.contains("driven by process \(getpid())"))
            #expect(try RunLock.holder(path: path)?.pid == getpid())
            lock.release()
            lock.release()
            #expect(try RunLock.holder(path: path) == nil)
            let next = try RunLock(path: path)
            #expect(throws: error) { _ = try RunLock(path: path) }
            next.release()
        }
    }

    @Test("Whoever lets go of it without a word gives it back too")
    func dropped() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "lock").path
            try withExtendedLifetime(RunLock(path: path)) { _ -> Void in
                #expect(throws: JournalError.self) { _ = try RunLock(path: path) }
            }
            try RunLock(path: path).release()
        }
    }

    @Test("It ends with a process that is killed")
    func killed() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "lock").path
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
                let lock = try RunLock(path: path)
                try withExtendedLifetime(lock) {
                    guard try RunLock.holder(path: path)?.pid == getpid() else { return }
                    kill(getpid(), SIGKILL)
                }
            }
            let left = try String(contentsOf: URL(filePath: path), encoding: .utf8)
            #expect(left != "\(getpid())\n")
            #expect(try RunLock.holder(path: path) == nil)
            let lock = try RunLock(path: path)
            #expect(try RunLock.holder(path: path)?.pid == getpid())
            lock.release()
        }
    }

    @Test("A folder that is not there is named")
    func noFolder() {
        let error = #expect(throws: JournalError.self) { _ = try RunLock(path: "/no/such/folder/lock") }
        #expect(error?.description == "/no/such/folder/lock can't be used: no such file or directory")
    }
}
