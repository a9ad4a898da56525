package import Flashpoints

extension StreamRecord {
    /// The record that a JSON value is, read without going through text; `nil` when it is none of ours.
    package init?(json: JSONValue) {
        guard let event = json["event"]?.stringValue else { return nil }
        if let worker = json["worker"]?.intValue {
            guard let body = CoordinatedRecord.Body(event, json) else { return nil }
            self = .coordinated(CoordinatedRecord(worker: worker, body))
        } else {
            self.init(event, json)
        }
    }

    fileprivate init?(_ event: String, _ json: JSONValue) {
        switch event {
        case "start":
            guard let index = json["index"]?.intValue, let id = json["id"]?.stringValue else { return nil }
            self = .start(index: index, id: id)
        case "progress":
            guard let index = json["index"]?.intValue, let stage = json["stage"]?.stringValue,
                let done = json["done"]?.intValue, let of = json["of"]?.intValue
            else { return nil }
            self = .progress(index: index, stage: stage, done: done, of: of)
        case "log":
            guard let level = json["level"]?.stringValue, let message = json["message"]?.stringValue else { return nil }
            self = .log(level: level, message: message)
        case "result":
            guard let result = FlashpointResult(json: json) else { return nil }
            self = .result(result)
        case "heartbeat":
            guard let residentMB = json["rss_mb"]?.intValue, let cpuSeconds = json["cpu_sec"]?.doubleValue else {
                return nil
            }
            self = .heartbeat(residentMB: residentMB, cpuSeconds: cpuSeconds)
        case "end":
            guard let end = ChunkEnd(json: json) else { return nil }
            self = .end(end)
        default: return nil
        }
    }
}

extension CoordinatedRecord.Body {
    fileprivate init?(_ event: String, _ json: JSONValue) {
        switch event {
        case "attempt":
            switch json["state"]?.stringValue {
            case "accepted":
                guard let job = json["job"]?.stringValue else { return nil }
                self = .accepted(job: job)
            case "started":
                self = .started(instance: json["instance"]?.stringValue, delayMS: json["delay_ms"]?.intValue)
            case "ended":
                guard let status = json["status"]?.stringValue else { return nil }
                self = .ended(
                    status: status,
                    executionMS: json["execution_ms"]?.intValue,
                    message: json["message"]?.stringValue
                )
            default: return nil
            }
        case "cancelled":
            guard let index = json["index"]?.intValue, let id = json["id"]?.stringValue else { return nil }
            self = .cancelled(index: index, id: id)
        default:
            guard let record = StreamRecord(event, json) else { return nil }
            self = .record(record)
        }
    }
}

extension FlashpointResult {
    fileprivate init?(json: JSONValue) {
        guard let index = json["index"]?.intValue, let id = json["id"]?.stringValue, let ok = json["ok"]?.boolValue
        else { return nil }
        let failure = json["failure"]
        let outcome: Result<JSONValue, Failure> =
            ok
            ? .success(json["result"] ?? .null)
            : .failure(
                Failure(
                    FailureClass(lenient: failure?["class"]?.stringValue),
                    stage: failure?["stage"]?.stringValue,
                    failure?["message"]?.stringValue ?? "no message"
                )
            )
        self.init(
            index: index,
            id: id,
            hash: json["hash"]?.stringValue,
            outcome: outcome,
            seconds: json["duration_sec"]?.doubleValue ?? 0
        )
    }
}

extension ChunkEnd {
    fileprivate init?(json: JSONValue) {
        guard let ok = json["ok"]?.boolValue, let date = json["date"]?.stringValue,
            let trigger = json["trigger"]?.stringValue, let cleanup = json["cleanup"]?.boolValue,
            let workers = json["workers"]?.intValue, let seconds = json["duration_sec"]?.doubleValue,
            let processed = json["processed"]?.intValue, let failed = json["failed"]?.intValue
        else { return nil }
        self.init(
            ok: ok,
            date: date,
            trigger: trigger,
            cleanup: cleanup,
            workers: workers,
            seconds: seconds,
            processed: processed,
            failed: failed
        )
    }
}

extension ItemResult {
    /// The result as a record of our own worker tells it.
    package init(_ result: FlashpointResult) {
        self.init(
            index: result.index,
            id: result.id,
            hash: result.hash,
            outcome: result.outcome,
            seconds: result.seconds
        )
    }
}
