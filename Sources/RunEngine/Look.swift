/// One request that looks at a job.
package enum Look: Sendable, Hashable {
    /// `status-sync`, answered at the job's end or after the hold.
    case end(hold: Duration)
    /// `stream`, answered when there is news, at the job's end, or after the hold.
    case news(hold: Duration)
    /// `status`, answered at once.
    case state
}

/// What a look showed.
package struct Sight: Sendable, Hashable {
    package enum Phase: Sendable, Hashable {
        case queued, running, ended
    }

    package enum News: Sendable, Hashable {
        case none
        /// Heartbeats alone: the worker lives, and nothing has moved.
        case pulse
        case some
        /// The worker's last record, or a result of each flashpoint: the job ends at any moment.
        case last
    }

    package var phase: Phase
    package var news: News
    /// From the request to its answer.
    package var took: Duration

    package init(_ phase: Phase, news: News = .none, took: Duration) {
        self.phase = phase
        self.news = news
        self.took = took
    }
}
