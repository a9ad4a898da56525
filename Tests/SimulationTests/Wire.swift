import Coordination
import Flashpoints

/// Records as they stand in a stream.
enum Wire {
    static func json(_ record: StreamRecord) -> JSONValue {
        switch record {
        case .start(let index, let id): ["event": "start", "index": .integer(Int64(index)), "id": .string(id)]
        case .progress(let index, let stage, let done, let of):
            [
                "event": "progress", "index": .integer(Int64(index)), "stage": .string(stage),
                "done": .integer(Int64(done)), "of": .integer(Int64(of)),
            ]
        case .log(let level, let message):
            ["event": "log", "level": .string(level), "message": .string(message)]
        case .result(let result): json(result)
        case .heartbeat(let residentMB, let cpuSeconds):
            ["event": "heartbeat", "rss_mb": .integer(Int64(residentMB)), "cpu_sec": .number(cpuSeconds)]
        case .end(let end):
            [
                "event": "end", "ok": .bool(end.ok), "date": .string(end.date), "trigger": .string(end.trigger),
                "cleanup": .bool(end.cleanup), "workers": .integer(Int64(end.workers)),
                "duration_sec": .number(end.seconds), "processed": .integer(Int64(end.processed)),
                "failed": .integer(Int64(end.failed)),
            ]
        // No worker of the simulation is a coordinator.
        case .coordinated: .null
        }
    }

    private static func json(_ result: FlashpointResult) -> JSONValue {
        var members: [String: JSONValue] = [
            "event": "result", "index": .integer(Int64(result.index)), "id": .string(result.id),
            "duration_sec": .number(result.seconds),
        ]
        members["hash"] = result.hash.map { .string($0) }
        switch result.outcome {
        case .success(let value):
            members["ok"] = true
            members["result"] = value
        case .failure(let failure):
            members["ok"] = false
            members["failure"] = json(failure)
        }
        return .object(members)
    }

    static func json(_ failure: Failure) -> JSONValue {
        ["class": .string(failure.kind.rawValue), "message": .string(failure.message)]
    }
}
