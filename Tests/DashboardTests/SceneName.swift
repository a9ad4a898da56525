import Canvas
import Coordination
import Flashpoints

@testable import Dashboard

/// What the screen is to be looked at in.
enum SceneName: String, CaseIterable, Sendable {
    case sample, preparing, crowd, ended, stale, interrupted, attached, stop, refused, frozen
    case diskFull, asked, again, diagnosed
    case confirm, leave, help, failures, logZoom, worker, search, filter, wide, chunks

    func model(_ size: Size, _ profile: Profile) throws -> Model {
        switch self {
        case .sample:
            return Scenes.model(
                Scenes.sample,
                at: 12.3,
                endpoint: "this machine",
                price: nil,
                size: size,
                profile: profile
            )
        case .preparing:
            var model = Scenes.model([], at: 0, endpoint: "this machine", price: nil, size: size, profile: profile)
            let text = "Reading /data/2025-10-02/news.json: 1,203 flashpoints"
            _ = model.update(.report(.preparing(text)), now: Scenes.start)
            return model
        case .crowd: return Scenes.model(Scenes.crowd(64), at: 192, size: size, profile: profile)
        case .ended: return Scenes.model(Scenes.ended, at: 200, size: size, profile: profile)
        case .stale:
            let silence = Event.Body.endpointUnreachable(
                since: Scenes.start + 150_000,
                cause: "api.runpod.ai: connection refused"
            )
            return Scenes.model(Scenes.busy + [(192.0, silence)], at: 232, size: size, profile: profile)
        case .interrupted:
            let role = Dashboard.Role.attached
            var model = Scenes.model(Scenes.busy, at: 192, role: role, size: size, profile: profile)
            _ = model.update(.report(.standing(.interrupted)), now: Scenes.start + 500_000)
            return model
        case .attached, .stop:
            let role = Dashboard.Role.attached
            var model = Scenes.model(Scenes.busy, at: 192, role: role, size: size, profile: profile)
            _ = model.update(.report(.standing(.driven(pid: 4711))), now: Scenes.start + 192_000)
            if self == .stop { _ = model.update(.input(.key(.character("Q"))), now: Scenes.start + 192_000) }
            return model
        case .refused:
            let refusal = Event.Body.attemptRefused(
                AttemptRef(worker: 8, chunk: 8, attempt: 1),
                Failure(.config, "401: the key …k9f2 is not valid for endpoint 8f3k2m1x")
            )
            return Scenes.model(Scenes.busy + [(191.5, refusal)], at: 192, size: size, profile: profile)
        case .diskFull:
            let trouble = Event.Body.diskFull(why: "12 MB are free and 64 MB are wanted at /home/ann")
            return Scenes.model(Scenes.busy + [(191.5, trouble)], at: 192, size: size, profile: profile)
        case .asked:
            let why =
                "10 failures in a row are alike (timeout in summarise: no answer from the model in 60 s); look for the "
                + "cause in the log before more is paid for it"
            return Scenes.model(Scenes.busy + [(191.5, .runPaused(why: why))], at: 192, size: size, profile: profile)
        case .again:
            let second = AttemptRef(worker: 2, chunk: 2, attempt: 1)
            let history: [(t: Double, body: Event.Body)] = [
                (191.2, .runRetried(generation: 2)),
                (191.3, .attemptUncancelled(second, job: "7d10b4c0-u1", why: "no answer within 60 s")),
                (191.4, .attemptUnknown(AttemptRef(worker: 8, chunk: 8, attempt: 1), why: "the connection was reset")),
            ]
            return Scenes.model(Scenes.busy + history, at: 192, size: size, profile: profile)
        case .diagnosed: return Scenes.model(diagnosed, at: 262, size: size, profile: profile)
        case .frozen:
            var model = Scenes.model(Scenes.sample, at: 12.3, size: size, profile: profile)
            _ = model.update(.input(.key(.character("z"))), now: Scenes.start + 12_300)
            return model
        case .confirm:
            return pressing([.character(" "), .character("j"), .character(" "), .character("c")], size, profile)
        case .leave: return pressing([.character("q")], size, profile)
        case .help: return pressing([.character("?")], size, profile)
        case .failures:
            return pressing([.character("x"), .character("f"), .character("F")], size, profile) {
                $0.screen = .failures
            }
        case .logZoom: return pressing([.character("L")], size, profile)
        case .worker: return pressing([.character("j"), .character("j"), .character("j"), Key(.enter)], size, profile)
        case .search:
            let keys = [Key.character("L"), .character("/")] + "worker 5".map { Key.character($0) }
            return pressing(keys, size, profile)
        case .filter:
            let keys = [Key.character("/")] + "failed>0".map { Key.character($0) } + [Key(.enter)]
            return pressing(keys, size, profile)
        case .wide:
            return Scenes.model(wideHistory, at: 60, size: size, profile: profile)
        case .chunks:
            return Scenes.model(chunkHistory, at: 60, size: size, profile: profile)
        }
    }

    /// The busy run after some keys, each half a second after the one before.
    private func pressing(
        _ keys: [Key],
        _ size: Size,
        _ profile: Profile,
        _ change: (inout Model) -> Void = { _ in }
    ) -> Model {
        var model = Scenes.model(Scenes.busy, at: 192, size: size, profile: profile)
        for (place, key) in keys.enumerated() {
            _ = model.update(.input(.key(key)), now: Scenes.start + 192_000 + Int64(place))
        }
        change(&model)
        return model
    }

    /// The busy run whose last jobs wait for workers that crash, and a job that was lost with its worker.
    private var diagnosed: [(t: Double, body: Event.Body)] {
        var crash = HealthCounters()
        crash.unhealthy = 3
        crash.inQueue = 2
        let died = AttemptEnd(.lost, status: "FAILED", message: "job timed out after 1 retries")
        let eighth = AttemptRef(worker: 8, chunk: 8, attempt: 1)
        let history: [(t: Double, body: Event.Body)] = [
            (200, .attemptAccepted(eighth, job: "9b1f00c2-u1")),
            (205, .attemptEnded(AttemptRef(worker: 2, chunk: 2, attempt: 1), died)),
        ]
        return Scenes.busy + history + stride(from: 210.0, through: 260, by: 10).map { ($0, .endpointHealth(crash)) }
    }

    /// Ids in several scripts, one with what would turn the writing direction.
    private var wideHistory: [(t: Double, body: Event.Body)] {
        var history: [(t: Double, body: Event.Body)] = [(0, Scenes.header([2, 2, 2, 2]))]
        let ids = ["東京の港湾ストライキ", "นโยบายพลังงาน", "\u{202E}إضراب الموانئ", "👩‍👩‍👧 family 🇩🇪"]
        for worker in 1...4 {
            var work = Scenes.Work(worker: worker, first: 2 * worker - 2, share: 2, ids: ids[worker - 1])
            work.submit(at: 0)
            work.accept(at: 0.4, job: "job-\(worker)")
            work.begin(at: 3, instance: "機械-\(worker)")
            work.process(0..<1, from: 3, every: 20)
            work.stay(1, since: 24, "要約", 3, 9)
            history += work.history
        }
        return history
    }

    /// Shares of five chunks each.
    private var chunkHistory: [(t: Double, body: Event.Body)] {
        var history: [(t: Double, body: Event.Body)] = [(0, Scenes.header([1_000, 1_000], chunks: [5, 5]))]
        for worker in 1...2 {
            var work = Scenes.Work(worker: worker, first: 1_000 * worker - 1_000, share: 200)
            work.submit(at: 0)
            work.accept(at: 0.4, job: "job-\(worker)")
            work.begin(at: 3, instance: "inst-\(worker)")
            work.process(0..<130, from: 3, every: 0.4)
            history += work.history
        }
        return history
    }
}
