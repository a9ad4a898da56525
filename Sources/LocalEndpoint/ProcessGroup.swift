#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Signals to process groups, and the caller's own group.
package enum ProcessGroup {
    /// Ends the caller's process group at once, the caller included; does not return.
    ///
    /// A caller that leads no group of its own ends alone: the others are whoever started it.
    package static func endOwn() -> Never {
        if getpgrp() == getpid() { kill(0, SIGKILL) }
        kill(getpid(), SIGKILL)
        // SIGKILL is delivered before the call returns; this is for the compiler.
        _exit(128 + SIGKILL)
    }

    /// Ends every process of the group at once.
    static func end(_ leader: pid_t) {
        kill(-leader, SIGKILL)
    }

    /// Whether the child has ended; it stays a zombie, so its number is not given to another process meanwhile.
    static func hasEnded(child: pid_t) -> Bool {
        var information = siginfo_t()
        let result = waitid(P_PID, id_t(child), &information, WEXITED | WNOHANG | WNOWAIT)
        // An error means that there is no such child any more.
        return result != 0 || information.si_signo != 0
    }

    /// Makes the caller the leader of a group of its own, unless it leads one.
    static func lead() {
        if getpgrp() != getpid() { setpgid(0, 0) }
    }

    /// Ends the others of the caller's group; the caller goes over to its parent's group first.
    ///
    /// When it can't, because its parent is in another session, nobody is ended and the answer is false.
    static func endOthers() -> Bool {
        let own = getpgrp()
        let parents = getpgid(getppid())
        guard own == getpid(), parents > 0, parents != own, setpgid(0, parents) == 0 else { return false }
        kill(-own, SIGKILL)
        return true
    }
}
