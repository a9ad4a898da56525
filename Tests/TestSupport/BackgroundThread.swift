#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Does long work on a thread of its own with the least priority, so that tests that wait for time keep theirs.
///
/// On the pool's few threads it would hold up every other test of the process. Not cancelled with the task.
package func onBackgroundThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        BackgroundThread.start { continuation.resume(returning: body()) }
    }
}

/// Carries a closure to a thread.
final class BackgroundThread: Sendable {
    private let body: @Sendable () -> Void

    private init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    static func start(_ body: @escaping @Sendable () -> Void) {
        let argument = Unmanaged.passRetained(BackgroundThread(body)).toOpaque()
        #if canImport(Darwin)
        var thread: pthread_t?
        let code = pthread_create(&thread, nil, { BackgroundThread.perform($0) }, argument)
        if let thread { pthread_detach(thread) }
        #else
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, { BackgroundThread.perform($0) }, argument)
        if code == 0 { pthread_detach(thread) }
        #endif
        precondition(code == 0, "no thread can be made: \(code)")
    }

    private static func perform(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        // Linux gives priorities to threads one by one; zero is the calling one.
        #if canImport(Glibc)
        setpriority(.init(PRIO_PROCESS.rawValue), 0, 19)
        #else
        setpriority(PRIO_PROCESS, 0, 19)
        #endif
        Unmanaged<BackgroundThread>.fromOpaque(argument).takeRetainedValue().body()
        return nil
    }
}
