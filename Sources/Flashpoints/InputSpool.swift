import FoundationEssentials

/// What a run keeps of each flashpoint: everything but its body.
package struct FlashpointRow: Sendable, Hashable {
    /// Position in the batch, from 0.
    package var index: Int
    package var id: String
    /// The content hash.
    package var hash: String
    /// The planning weight, ``Flashpoint/cost``.
    package var weight: Double
    /// Where its JSON begins in the spool.
    package var offset: Int
    /// Bytes of its JSON, without the line's end.
    package var length: Int
    /// Line of the user's file where it began; nil when it came from a program.
    package var line: Int?

    package init(index: Int, id: String, hash: String, weight: Double, offset: Int, length: Int, line: Int?) {
        self.index = index
        self.id = id
        self.hash = hash
        self.weight = weight
        self.offset = offset
        self.length = length
        self.line = line
    }
}

/// Writes a batch to the run's folder, one flashpoint a line, so that the run needs neither the file nor the pipe again.
package struct InputSpool: ~Copyable, Sendable {
    /// Name of the file in the run's folder.
    package static let fileName = "input.jsonl"

    private var file: OutputFile
    /// Flashpoints taken so far.
    package private(set) var count = 0

    /// Creates the spool in a run's folder.
    ///
    /// - Throws: `FileError` when it can't be created or is there already.
    package init(folder: String) throws(FileError) {
        self.init(file: try OutputFile(path: "\(folder)/\(Self.fileName)"))
    }

    /// Writes to `file`.
    package init(file: consuming OutputFile) {
        self.file = file
    }

    /// Appends one flashpoint and tells where it went.
    ///
    /// Ids are not compared here: ``InputReader`` has done that, and ``write(_:to:)``.
    ///
    /// - Throws: `FileError` when the disk is full or fails.
    package mutating func append(_ flashpoint: Flashpoint, line: Int? = nil) throws -> FlashpointRow {
        let encoded = try JSONCoding.encode(flashpoint)
        let row = FlashpointRow(
            index: count,
            id: flashpoint.id,
            hash: ContentHash.of(encoded: encoded),
            weight: flashpoint.cost,
            offset: file.length,
            length: encoded.count,
            line: line
        )
        try file.append(encoded)
        try file.append(CollectionOfOne(UInt8.newline))
        count += 1
        return row
    }

    /// Syncs the spool to disk; nothing can be appended afterwards.
    package consuming func finish() throws(FileError) {
        try file.finish()
    }
}

extension InputSpool {
    /// Spools everything that `reader` gives, and hands the rows over in batches of at most 1,000.
    ///
    /// The rows of a batch may be given before its lines are on disk; all are when the function returns. After an error
    /// the folder holds half a spool, to be removed with it.
    ///
    /// - Returns: The number of flashpoints.
    /// - Throws: `InputError`, `FileError`, `CancellationError`, and what `rows` throws.
    @concurrent
    @discardableResult
    package static func write(
        _ reader: InputReader,
        to folder: String,
        rows: @Sendable ([FlashpointRow]) async throws -> Void
    ) async throws -> Int {
        var reader = reader
        var spool = try InputSpool(folder: folder)
        var batch: [FlashpointRow] = []
        while let item = try await reader.next() {
            batch.append(try spool.append(item.flashpoint, line: item.line))
            if batch.count == 1_000 {
                try await rows(batch)
                batch.removeAll(keepingCapacity: true)
            }
        }
        if !batch.isEmpty { try await rows(batch) }
        let count = spool.count
        try spool.finish()
        return count
    }

    /// Spools flashpoints that a program holds in memory.
    ///
    /// - Throws: `InputError` for an empty batch, an empty or repeated id, an empty URL or a weight that is no number
    ///   above 0; `FileError`.
    @concurrent
    package static func write(_ flashpoints: [Flashpoint], to folder: String) async throws -> [FlashpointRow] {
        try validate(flashpoints)
        var spool = try InputSpool(folder: folder)
        var rows: [FlashpointRow] = []
        rows.reserveCapacity(flashpoints.count)
        for flashpoint in flashpoints {
            try Task.checkCancellation()
            rows.append(try spool.append(flashpoint))
        }
        try spool.finish()
        return rows
    }

    /// Holds a batch made by a program to the rules of a batch that was read.
    package static func validate(_ flashpoints: [Flashpoint]) throws(InputError) {
        let source = "the flashpoints given"
        guard !flashpoints.isEmpty else {
            throw InputError(source: source, problem: "the batch is empty; at least one flashpoint is needed")
        }
        var ledger = IDLedger()
        for (index, flashpoint) in flashpoints.enumerated() {
            var error = InputError(source: source, index: index, problem: "must not be empty")
            if flashpoint.id.isEmpty {
                error.field = "id"
                throw error
            }
            if let feed = flashpoint.feeds.firstIndex(where: \.url.isEmpty) {
                error.field = "feeds[\(feed)].url"
                throw error
            }
            if let weight = flashpoint.weight, !(weight > 0 && weight.isFinite) {
                error.field = "weight"
                error.problem = "must be a number above 0"
                throw error
            }
            if let earlier = ledger.note(flashpoint.id, at: index) {
                error.field = "id"
                error.problem =
                    "\(flashpoint.id.debugDescription) is the id of flashpoint \(earlier) too; ids must be unique"
                throw error
            }
        }
    }
}
