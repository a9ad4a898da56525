package import Coordination
import Flashpoints
import FoundationEssentials

/// What can be asked of the process that drives a run, over its control socket.
package enum ControlRequest: Sendable, Hashable {
    case command(Command)
    /// Submit nothing more and leave; the run can be resumed.
    case stop
    /// Say who drives the run.
    case ping
}

/// What the driver answers.
package enum ControlReply: Sendable, Hashable {
    /// What became of a command, or of the wish to stop.
    case receipt(Receipt)
    /// Who drives the run.
    case driver(ControlDriver)
    /// The request can't be meant so; says why and what would be right.
    case refused(String)
}

/// Who drives a run, as the driver itself says.
package struct ControlDriver: Sendable, Hashable {
    package var run: String
    package var pid: Int32
    /// Whether an operator sits at it.
    package var hasScreen: Bool

    package init(run: String, pid: Int32, hasScreen: Bool) {
        self.run = run
        self.pid = pid
        self.hasScreen = hasScreen
    }
}

/// The lines of JSON that both sides speak: one request, one reply.
///
/// ```
/// {"v":1,"command":"retryWorker","worker":2,"indices":[3,4]}   {"v":1,"receipt":"accepted"}
/// {"v":1,"command":"cancelRun"}                                {"v":1,"receipt":"tooLate","why":"the run has ended"}
/// {"v":1,"command":"ping"}                                     {"v":1,"pid":4711,"run":"20250101-k3f9","who":"screen"}
/// ```
enum ControlLine {
    static let version = 1
    /// Bytes of a line without its end, at most.
    static let limit = 64 * 1_024

    /// Names of the requests, as they are written.
    private enum Name: String, CaseIterable {
        case cancelWorker, retryWorker, retryRun, cancelRun, pause, proceed, stop, ping
    }

    private struct Request: Codable {
        var v: Int?
        var command: String?
        var worker: Int?
        var indices: [Int]?
    }

    private struct Reply: Codable {
        var v: Int
        var receipt: String?
        var why: String?
        var pid: Int32?
        var run: String?
        var who: String?
        var error: String?
    }

    // MARK: - Requests

    static func encode(_ request: ControlRequest) -> [UInt8] {
        var line = Request(v: version)
        let name: Name
        switch request {
        case .command(.cancelWorker(let worker)): (name, line.worker) = (.cancelWorker, worker)
        case .command(.retryWorker(let worker, let indices)):
            (name, line.worker, line.indices) = (.retryWorker, worker, indices)
        case .command(.retryRun): name = .retryRun
        case .command(.cancelRun): name = .cancelRun
        case .command(.pause): name = .pause
        case .command(.proceed): name = .proceed
        case .stop: name = .stop
        case .ping: name = .ping
        }
        line.command = name.rawValue
        return bytes(line)
    }

    /// Reads a line; the failure is a sentence for whoever wrote it.
    static func request(_ line: [UInt8]) -> Result<ControlRequest, Refusal> {
        let request: Request
        do {
            request = try JSONCoding.decode(Request.self, from: Data(line))
        } catch {
            return .failure(Refusal(#"that is no request; one looks like {"v":1,"command":"ping"}"#))
        }
        guard request.v == version else {
            let version = request.v.map { "v is \($0)" } ?? "v is missing"
            return .failure(Refusal("\(version); this etl-dash speaks 1"))
        }
        guard let name = request.command.flatMap(Name.init(rawValue:)) else {
            let wanted = Name.allCases.map(\.rawValue).joined(separator: ", ")
            let given = request.command.map { "there is no command \($0.debugDescription)" } ?? "command is missing"
            return .failure(Refusal("\(given); there are \(wanted)"))
        }
        switch name {
        case .cancelWorker, .retryWorker:
            guard let worker = request.worker else {
                return .failure(Refusal("worker is missing; give its number, from 1"))
            }
            if name == .cancelWorker { return .success(.command(.cancelWorker(worker))) }
            return .success(.command(.retryWorker(worker, indices: request.indices)))
        case .retryRun: return .success(.command(.retryRun))
        case .cancelRun: return .success(.command(.cancelRun))
        case .pause: return .success(.command(.pause))
        case .proceed: return .success(.command(.proceed))
        case .stop: return .success(.stop)
        case .ping: return .success(.ping)
        }
    }

    /// Why a line is no request.
    struct Refusal: Error, Hashable {
        let why: String

        init(_ why: String) { self.why = why }
    }

    // MARK: - Replies

    static func encode(_ reply: ControlReply) -> [UInt8] {
        var line = Reply(v: version)
        switch reply {
        case .receipt(.accepted): line.receipt = "accepted"
        case .receipt(.tooLate(let why)): (line.receipt, line.why) = ("tooLate", why)
        case .receipt(.unknown(let why)): (line.receipt, line.why) = ("unknown", why)
        case .driver(let driver):
            (line.pid, line.run, line.who) = (driver.pid, driver.run, driver.hasScreen ? "screen" : "headless")
        case .refused(let why): line.error = why
        }
        return bytes(line)
    }

    /// - Returns: Nothing where the line is no reply of this version.
    static func reply(_ line: [UInt8]) -> ControlReply? {
        guard let reply = try? JSONCoding.decode(Reply.self, from: Data(line)), reply.v == version else { return nil }
        if let error = reply.error { return .refused(error) }
        if let pid = reply.pid, let run = reply.run {
            return .driver(ControlDriver(run: run, pid: pid, hasScreen: reply.who == "screen"))
        }
        return switch reply.receipt {
        case "accepted": .receipt(.accepted)
        case "tooLate": .receipt(.tooLate(reply.why ?? ""))
        case "unknown": .receipt(.unknown(reply.why ?? ""))
        default: nil
        }
    }

    private static func bytes(_ line: some Encodable) -> [UInt8] {
        guard let data = try? JSONCoding.encode(line) else {
            preconditionFailure("a line of numbers and texts can always be encoded")
        }
        return Array(data) + [UInt8(ascii: "\n")]
    }
}
