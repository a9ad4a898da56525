#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension RunStore {
    /// What run ids are made of: no letters or digits that are mistaken for each other.
    private static let alphabet = Array("23456789abcdefghjkmnpqrstuvwxyz")

    /// Makes the folder of a new run, readable by its owner alone, and with it the run's id.
    ///
    /// - Parameters:
    ///   - date: Such as `2025-01-31`.
    ///   - chance: A fresh number in `0..<1` at each call, for the four characters after the date; asked again where a
    ///     run of that id is there already.
    /// - Throws: `JournalError` when the folder can't be made.
    package func create(date: String, chance: () -> Double) throws -> RunFolder {
        try makeFolders(home)
        try makeFolder(runsPath)
        let day = date.filter { $0 != "-" }
        for _ in 0..<1_000 {
            let suffix = String((0..<4).map { _ in Self.letter(chance()) })
            let folder = folder(of: "\(day)-\(suffix)")
            if try makeFolder(folder.path) {
                try sync(runsPath)
                return folder
            }
        }
        throw JournalError(path: runsPath, .system("every id tried for \(date) is taken; remove some runs"))
    }

    /// Makes the folder of a run whose id is that of the job that coordinates it.
    ///
    /// - Throws: `JournalError` when the folder can't be made or is there already.
    package func create(job: String) throws -> RunFolder {
        guard job.isJobID else {
            throw JournalError(path: runsPath, .system("\(job.prefix(80).debugDescription) can't name a run's folder"))
        }
        try makeFolders(home)
        try makeFolder(runsPath)
        let folder = folder(of: job)
        guard try makeFolder(folder.path) else { throw JournalError(path: folder.path, errno: EEXIST) }
        try sync(runsPath)
        return folder
    }

    private static func letter(_ chance: Double) -> Character {
        alphabet[min(Int(chance * Double(alphabet.count)), alphabet.count - 1)]
    }

    /// Makes the folder and all above it that are missing; what is there keeps its mode.
    private func makeFolders(_ path: String) throws(JournalError) {
        if access(path, F_OK) == 0 { return }
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex { try makeFolders(String(path[..<slash])) }
        try makeFolder(path)
    }

    /// - Returns: False when something of that name is there already.
    @discardableResult
    private func makeFolder(_ path: String) throws(JournalError) -> Bool {
        if mkdir(path, 0o700) == 0 { return true }
        if errno == EEXIST { return false }
        throw JournalError(path: path, errno: errno)
    }

    /// Brings a folder's new entries to the disk.
    private func sync(_ path: String) throws(JournalError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw JournalError(path: path, errno: errno) }
        defer { close(descriptor) }
        // Some file systems can't sync folders and need not.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw JournalError(path: path, errno: errno) }
    }
}
