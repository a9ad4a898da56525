package import Coordination
import FoundationEssentials
import GRDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The runs of an operator, each in its own folder `runs/RUN` under `ETL_DASH_HOME`.
package struct RunStore: Sendable, Hashable {
    /// `ETL_DASH_HOME`.
    package let home: String

    package init(home: String) {
        self.home = home
    }

    /// The folder that holds the runs' folders.
    package var runsPath: String { "\(home)/runs" }

    /// The folder of a run with this id, whether there is one or not.
    package func folder(of run: String) -> RunFolder { RunFolder(run: run, path: "\(runsPath)/\(run)") }
}

extension RunStore {
    /// A run in the store.
    package struct StoredRun: Sendable, Hashable {
        package var folder: RunFolder
        /// Its header and the wall time of its planning in milliseconds since 1970, or why it can't be used.
        package var plan: Result<PlannedRun, JournalError>
    }

    /// What a look at a journal tells.
    package struct PlannedRun: Sendable, Hashable {
        package var header: RunHeader
        /// Wall time in milliseconds since 1970.
        package var createdAt: Int64
    }

    /// All runs, the newest first; those that can't be used have the time of their batch or their folder.
    ///
    /// Opens each journal for a moment, some milliseconds a run.
    ///
    /// - Throws: `JournalError` when the store can't be read.
    @concurrent
    package func runs() async throws -> [StoredRun] {
        let runs = try ids().map { id in
            let folder = folder(of: id)
            let plan = Result { () throws(JournalError) in
                try Self.look(folder) { try Self.plannedRun($0, path: $1) }
            }
            return StoredRun(folder: folder, plan: plan)
        }
        let dated = runs.map { (run: $0, at: $0.createdAt) }.sorted { left, right in
            left.at == right.at ? left.run.folder.run > right.run.folder.run : left.at > right.at
        }
        return dated.map { $0.run }
    }

    /// The ids of all runs, sorted; whatever else lies among them is passed over.
    func ids() throws(JournalError) -> [String] {
        guard let stream = opendir(runsPath) else {
            if errno == ENOENT { return [] }
            throw JournalError(reading: runsPath, errno: errno)
        }
        defer { closedir(stream) }
        var ids: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.isRunID || name.isJobID { ids.append(name) }
        }
        return ids.sorted()
    }

    /// What `body` reads from a run's journal, which is open for a moment.
    static func look<Value>(
        _ folder: RunFolder,
        _ body: (_ db: Database, _ path: String) throws -> Value
    ) throws(JournalError) -> Value {
        let path = folder.journalPath
        try JournalHeader.check(path)
        do {
            let queue = try DatabaseQueue(path: path, configuration: SQLiteJournal.configuration(.reading))
            return try queue.read { try body($0, path) }
        } catch let error as JournalError {
            throw error
        } catch let error as DatabaseError {
            throw JournalError(path: path, error)
        } catch {
            throw JournalError(path: path, .corrupt("its header can't be read (\(error))"))
        }
    }

    /// The run of a journal.
    static func plannedRun(_ db: Database, path: String) throws -> PlannedRun {
        guard try SQLiteJournal.isPlanned(db), let row = try Row.fetchOne(db, sql: "SELECT header, created FROM run")
        else { throw JournalError(path: path, .unfinished) }
        return PlannedRun(header: try JSONDecoder().decode(RunHeader.self, from: row[0]), createdAt: row[1])
    }
}

extension RunStore.StoredRun {
    /// When it was planned, in milliseconds since 1970; of a run that can't be used as far as files tell.
    fileprivate var createdAt: Int64 {
        if case .success(let plan) = plan { return plan.createdAt }
        // The batch is written once; the folder changes whenever somebody looks at its journal.
        return Self.changed(folder.inputPath) ?? Self.changed(folder.path) ?? .min
    }

    private static func changed(_ path: String) -> Int64? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
        let time = status.st_mtimespec
        #else
        let time = status.st_mtim
        #endif
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}

extension String {
    /// Whether it looks like the id of a RunPod job, which is the id of the run that the job coordinates.
    var isJobID: Bool {
        let isAllowed = { (byte: UInt8) in
            byte.isLetter || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_")
        }
        return (16...128).contains(utf8.count) && utf8.contains(UInt8(ascii: "-")) && utf8.allSatisfy(isAllowed)
    }

    /// Whether it looks like `YYYYMMDD-xxxx`.
    fileprivate var isRunID: Bool {
        let bytes = Array(utf8)
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        return bytes.count == 13 && bytes[..<8].allSatisfy(isDigit) && bytes[8] == UInt8(ascii: "-")
            && bytes[9...].allSatisfy { isDigit($0) || isLetter($0) }
    }
}

extension UInt8 {
    /// Whether it is a letter of ASCII.
    fileprivate var isLetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
