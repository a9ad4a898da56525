import NIOCore
import NIOPosix

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Learns that the parent is gone: it holds the other end of a pipe and never writes, so the pipe ends with it.
package enum ParentWatch {
    /// Returns at the end of file of a pipe or socket, standard input unless told otherwise.
    ///
    /// The event loop watches the descriptor, so no thread is blocked; bytes that come are dropped. The descriptor
    /// becomes non-blocking: call this only in a process that was told to watch, never on a terminal that others read.
    /// Throws `CancellationError` when cancelled, and an `IOError` for a descriptor that can't be watched, such as a
    /// regular file.
    package static func waitForEndOfFile(on descriptor: CInt = 0) async throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw IOError(errnoCode: errno, reason: "fstat of descriptor \(descriptor)")
        }
        // NIO ends the process over a descriptor that can't be polled, such as /dev/null.
        guard [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT) else {
            throw IOError(errnoCode: EINVAL, reason: "descriptor \(descriptor) is no pipe and no socket")
        }
        // The channel closes what it is given; the original stays the caller's.
        let copy = dup(descriptor)
        guard copy >= 0 else { throw IOError(errnoCode: errno, reason: "dup of descriptor \(descriptor)") }
        let channel: any Channel
        do {
            channel = try await NIOPipeBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .takingOwnershipOfDescriptor(input: copy)
                .get()
        } catch {
            close(copy)
            throw error
        }
        try await withTaskCancellationHandler {
            try await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
        try Task.checkCancellation()
    }
}
