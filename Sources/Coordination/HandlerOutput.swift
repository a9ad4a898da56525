package import Flashpoints

/// What the output of a job says about the flashpoints of its attempt, whoever wrote the handler.
///
/// Taken are, in this order:
/// * the `result` records of our own worker, by their index; without those its other records are passed over;
/// * a list, or `{"results": list}`, whose elements carry an `id` (or `flashpoint_id`) or an `index` of the run's input:
///   placed by that, in any order. An id decides over an index. An index alone may be counted from anywhere, so it is
///   believed only where all of the list are of the attempt and none has two verdicts; where they are all from 0 up to
///   the length of the chunk they are positions in it, and otherwise what has no other result has failed for it;
/// * a list as long as the chunk: elements that carry neither are placed by position, unless the ones that do stand
///   elsewhere than at their position. In a list of another length such elements are not taken;
///   Of several elements about one flashpoint the first verdict is taken, else the last: the others are what a generator
///   yielded on the way. A verdict has an `ok`, or a `result`, `failure` or `error` that is not null;
/// * `{"results": object}` whose keys are ids;
/// * any other object: the chunk succeeds as one, and the object is the result of each of its flashpoints; with a
///   `failure` or `error`, or `"ok": false`, it fails as one.
///
/// `null` in a list, or an object with a `failure` or `error` that is not null, is a failed flashpoint. The result of an
/// element is its `result` when it has one, else the element. All else, `{}` and a missing output among it, says nothing.
package struct HandlerOutput: Sendable {
    /// A piece of a job's stream.
    package enum Piece: Sendable, Hashable {
        /// A record of our own worker.
        case record(StreamRecord)
        /// What another handler streamed; empty for what is no result.
        case results([ItemResult])
    }

    private let indices: IndexList
    private let ids: [String]
    private let executionMS: Int?
    private let positions: [String: Int]

    /// - Parameters:
    ///   - indices: The flashpoints of the attempt, as they were submitted.
    ///   - ids: Their ids, in the same order.
    ///   - executionMS: Milliseconds on the worker; shared evenly among flashpoints without seconds of their own.
    package init(indices: IndexList, ids: [String], executionMS: Int?) {
        self.indices = indices
        self.ids = ids
        self.executionMS = executionMS
        positions = Dictionary(zip(ids, indices)) { first, _ in first }
    }

    /// The results in a job's whole output.
    package func results(in output: JSONValue?) -> [ItemResult] {
        switch output {
        case .array(let elements): return results(inList: elements)
        case .object(let members):
            if let record = StreamRecord(json: .object(members)) { return results(in: [record]) }
            if let answer = coordinatorAnswer(members) { return answer }
            switch members["results"] {
            case .array(let elements): return results(inList: elements)
            case .object(let byID): return results(byID: byID)
            default: break
            }
            if members.isEmpty { return [] }
            let element = JSONValue.object(members)
            if let one = labelled(element, by: meaning(ofIndicesIn: [element])) { return [one] }
            let whole = JSONValue.object(members)
            let outcome: Result<JSONValue, Failure> = failure(of: whole).map { .failure($0) } ?? .success(whole)
            return indices.map { result($0, id: nil, outcome, of: .null) }
        case .null, .bool, .integer, .number, .string, nil: return []
        }
    }

    /// What one piece of a job's stream says.
    ///
    /// A piece has no position, so of other handlers only verdicts are taken that say whose they are: what is none may as
    /// well be progress. An index alone says that only where it is the same counted from the run's start and from the
    /// chunk's, since nobody knows yet what the others will be; the job's whole output tells.
    package func piece(_ piece: JSONValue) -> Piece {
        if let record = StreamRecord(json: piece) { return .record(record) }
        let elements = piece["results"]?.arrayValue ?? piece.arrayValue ?? [piece]
        let meaning: IndexMeaning = indices.elementsEqual(0..<indices.count) ? .ofRun : .unknown([])
        return .results(elements.compactMap { isVerdict($0) ? labelled($0, by: meaning) : nil })
    }

    // MARK: - Lists

    private func results(inList list: [JSONValue]) -> [ItemResult] {
        let records = list.compactMap { StreamRecord(json: $0) }
        let told = results(in: records)
        if !told.isEmpty { return told }
        // Another handler may tell its progress in our words and its results in its own.
        let elements = records.isEmpty ? list : list.filter { StreamRecord(json: $0) == nil }
        let isWhole = elements.count == indices.count
        let meaning = meaning(ofIndicesIn: elements)
        var results: [(result: ItemResult, isVerdict: Bool)] = []
        var unlabelled: [(index: Int, element: JSONValue)] = []
        var isInOrder = isWhole
        for (position, element) in elements.enumerated() {
            if carriesLabel(element) {
                guard let labelled = labelled(element, by: meaning) else {
                    if isBare(element) { isInOrder = false }
                    continue
                }
                if isWhole, labelled.index != indices[position] { isInOrder = false }
                results.append((labelled, isVerdict(element)))
            } else if isWhole {
                unlabelled.append((indices[position], element))
            }
        }
        var labelled = withoutProgress(results)
        if case .unknown(let found) = meaning { labelled += misplaced(found, except: Set(labelled.map(\.index))) }
        guard isInOrder else { return labelled }
        let placed = unlabelled.map { result($0.index, id: nil, outcome(of: $0.element), of: $0.element) }
        return (labelled + placed).sorted { $0.index < $1.index }
    }

    /// One result for each flashpoint: the first that is a verdict, else the last, since what a generator yielded
    /// about a flashpoint before is its progress.
    private func withoutProgress(_ results: [(result: ItemResult, isVerdict: Bool)]) -> [ItemResult] {
        var places: [Int: Int] = [:]
        var kept: [(result: ItemResult, isVerdict: Bool)] = []
        for element in results {
            guard let place = places[element.result.index] else {
                places[element.result.index] = kept.count
                kept.append(element)
                continue
            }
            if !kept[place].isVerdict { kept[place] = element }
        }
        return kept.map(\.result)
    }

    private func results(in records: [StreamRecord]) -> [ItemResult] {
        records.compactMap { record in
            guard case .result(let result) = record.relayed?.record else { return nil }
            return ItemResult(result)
        }
    }

    /// The results in the answer of a coordinator; `nil` for what is none.
    ///
    /// They are in input order, and a missing one has failed only when `failures` says so: what was cancelled has no
    /// result either. Where they went by the stream, the answer has none.
    private func coordinatorAnswer(_ members: [String: JSONValue]) -> [ItemResult]? {
        guard members["run"]?.stringValue != nil, let count = members["flashpoints"]?.intValue,
            members["workers"]?.intValue != nil
        else { return nil }
        let listed = members["results"]?.arrayValue
        guard listed != nil || members["results_in"] != nil else { return nil }
        guard count == indices.count else { return [] }
        var failures: [Int: Failure] = [:]
        for entry in members["failures"]?.arrayValue ?? [] {
            guard let position = entry["index"]?.intValue, indices.indices.contains(position) else { continue }
            failures[position] = Failure(
                FailureClass(lenient: entry["class"]?.stringValue),
                stage: entry["stage"]?.stringValue,
                entry["message"]?.stringValue ?? "no message"
            )
        }
        return indices.indices.compactMap { position in
            if let failure = failures[position] {
                return result(indices[position], id: nil, .failure(failure), of: .null)
            }
            guard let listed, listed.indices.contains(position), listed[position] != .null else { return nil }
            return result(indices[position], id: nil, .success(listed[position]), of: .null)
        }
    }

    private func results(byID members: [String: JSONValue]) -> [ItemResult] {
        zip(indices, ids).compactMap { index, id in
            members[id].map { result(index, id: id, outcome(of: $0), of: $0) }
        }
    }

    // MARK: - Indices alone

    /// What an `index` counts that stands without an id and a hash.
    private enum IndexMeaning {
        /// From the first flashpoint of the run.
        case ofRun
        /// From the first one of the chunk.
        case ofChunk
        /// Nobody can tell of these.
        case unknown([Int])
    }

    private func meaning(ofIndicesIn elements: [JSONValue]) -> IndexMeaning {
        var verdicts: [Int: JSONValue] = [:]
        var found: Set<Int> = []
        var isAmbiguous = false
        for element in elements {
            guard isBare(element), let index = element["index"]?.intValue else { continue }
            found.insert(index)
            guard isVerdict(element) else { continue }
            // The same once more does no harm.
            if let other = verdicts[index], other != element { isAmbiguous = true }
            verdicts[index] = element
        }
        if !isAmbiguous, found.allSatisfy(indices.contains) { return .ofRun }
        if !isAmbiguous, found == Set(0..<indices.count) { return .ofChunk }
        return .unknown(found.sorted())
    }

    private func isBare(_ element: JSONValue) -> Bool {
        element["index"]?.intValue != nil && (element["id"] ?? element["flashpoint_id"])?.idText == nil
            && element["hash"]?.stringValue == nil
    }

    /// The failures of flashpoints whose results nobody can place.
    private func misplaced(_ found: [Int], except told: Set<Int>) -> [ItemResult] {
        func list(_ numbers: some Sequence<Int>) -> String {
            let texts = numbers.prefix(9).map(String.init)
            return texts.prefix(8).joined(separator: ", ") + (texts.count > 8 ? ", …" : "")
        }
        let message =
            "the handler's results have an index and no id, and their indices (\(list(found))) are not those of the job's "
            + "flashpoints (\(list(indices))), each once; let each result carry the id of its flashpoint"
        return indices.filter { !told.contains($0) }.map { index in
            result(index, id: nil, .failure(Failure(.contract, message)), of: .null)
        }
    }

    // MARK: - Elements

    /// Whether the element says how a flashpoint ended.
    private func isVerdict(_ element: JSONValue) -> Bool {
        if element["ok"]?.boolValue != nil { return true }
        return ["result", "failure", "error"].contains { (element[$0] ?? .null) != .null }
    }

    private func carriesLabel(_ element: JSONValue) -> Bool {
        element["id"] != nil || element["flashpoint_id"] != nil || element["index"] != nil
    }

    /// The result of an element that says which flashpoint it is about; `nil` when it says none of this attempt.
    private func labelled(_ element: JSONValue, by meaning: IndexMeaning) -> ItemResult? {
        let id = (element["id"] ?? element["flashpoint_id"])?.idText
        if let id, let index = positions[id] { return result(index, id: id, outcome(of: element), of: element) }
        guard var index = element["index"]?.intValue else { return nil }
        if isBare(element) {
            switch meaning {
            case .ofRun: break
            case .ofChunk: index = indices[index]
            case .unknown: return nil
            }
        }
        guard indices.contains(index) else { return nil }
        return result(index, id: id, outcome(of: element), of: element)
    }

    private func outcome(of element: JSONValue) -> Result<JSONValue, Failure> {
        if element == .null { return .failure(Failure(.transient, "the handler returned null")) }
        if let failure = failure(of: element) { return .failure(failure) }
        return .success(element["result"] ?? element)
    }

    private func failure(of element: JSONValue) -> Failure? {
        for key in ["failure", "error"] {
            switch element[key] {
            case nil, .null, .bool(false), .string(""): continue
            case .string(let message): return Failure(.transient, message)
            case .object(let fields):
                return Failure(
                    FailureClass(lenient: fields["class"]?.stringValue),
                    stage: fields["stage"]?.stringValue,
                    fields["message"]?.stringValue ?? fields["error"]?.stringValue ?? "no message"
                )
            case .bool(true), .integer, .number, .array:
                return Failure(.transient, element["message"]?.stringValue ?? "the handler reports an error")
            }
        }
        guard element["ok"] == .bool(false) else { return nil }
        return Failure(.transient, element["message"]?.stringValue ?? "the handler says that it is not ok")
    }

    private func result(
        _ index: Int,
        id: String?,
        _ outcome: Result<JSONValue, Failure>,
        of element: JSONValue
    ) -> ItemResult {
        let measured = element["duration_sec"]?.doubleValue
        let estimated = executionMS.map { Double($0) / 1_000 / Double(max(indices.count, 1)) }
        return ItemResult(
            index: index,
            id: id,
            hash: element["hash"]?.stringValue,
            outcome: outcome,
            seconds: measured ?? estimated,
            isEstimated: measured == nil && estimated != nil
        )
    }
}

extension JSONValue {
    /// A string, or a whole number taken as text.
    fileprivate var idText: String? {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        case .null, .bool, .number, .array, .object: nil
        }
    }
}
