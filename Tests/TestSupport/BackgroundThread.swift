#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The calling thread, to whom Linux gives priorities one by one.
#if canImport(Glibc)
private let thread = PRIO_PROCESS.rawValue
#else
private let thread = PRIO_PROCESS
#endif

/// Does long work on a thread of its own with the least priority, so that tests that wait for time keep theirs.
///
/// On the pool's few threads it would hold up every other test of the process. Not cancelled with the task.
package func onBackgroundThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        let work = Work {
            setpriority(.init(thread), 0, 19)
            continuation.resume(returning: body())
        }
        let argument = Unmanaged.passRetained(work).toOpaque()
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let code = pthread_create(&thread, nil, { Work.perform($0) }, argument)
        precondition(code == 0, "no thread can be made: \(code)")
        #if canImport(Darwin)
        if let thread { pthread_detach(thread) }
        #else
        pthread_detach(thread)
        #endif
    }
}

/// Carries a closure to a thread.
private final class Work {
    private let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }

    #if canImport(Darwin)
    static func perform(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
    }
    #else
    static func perform(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
    }
    #endif
}
