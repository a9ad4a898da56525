/// How much watching the jobs of an endpoint may cost, and how fresh its news are.
package struct PollPolicy: Sendable, Hashable {
    /// Requests that the endpoint holds at once, at most; 70 % of the published limit for the three operations together.
    package var held = 280
    /// How long the endpoint is asked to hold a request; shorter for a while when something on the way cuts it.
    package var hold: Duration = .seconds(75)
    /// The same while there are more jobs than ``held``, so that places go round.
    package var contestedHold: Duration = .seconds(60)
    /// Plain looks a second for all jobs together; the rest of 140 is for held requests and for what they bring.
    package var sweepRate: Double = 100
    /// Bounds of the pause between two plain looks at a job.
    package var sweep: ClosedRange<Duration> = .seconds(1) ... .seconds(60)
    /// The shortest pause between two plain looks at a job while others are held.
    package var contestedSweep: Duration = .seconds(5)
    /// Pause between two plain looks at a job while the endpoint's counters tell that jobs have ended.
    package var gatedSweep: Duration = .seconds(30)
    /// The longest pause between two looks at a job in the queue.
    package var queueSweep: Duration = .seconds(30)
    /// Seconds between two readings of a job's news, for each job that is followed: so all jobs together cost the same.
    package var newsInterval: Double
    /// Bounds of the time between two readings of a job's news.
    package var news: ClosedRange<Duration>
    /// The longest pause between two readings of a job's news while they are heartbeats alone, where it is more than that
    /// of all jobs: each such reading doubles it, so that a screen lags no more than the job has stood still.
    package var quietNews: Duration
    /// Pause between two readings of a job's news at most where nothing else tells its end, and there are no more jobs
    /// than may be held; what a worker of ours costs with its heartbeats, of which each ends a hold.
    package var openNews: Duration = .seconds(10)
    /// Jobs that are searched for one that has ended, when the endpoint's counters tell so, at most; among more the
    /// search costs more requests than reading their news.
    package var searched = 60
    /// Whether jobs in the queue are held too, which shows their start at once.
    package var holdsQueued: Bool

    /// For an endpoint in the cloud, where a request costs a round trip and a place.
    package static let thrifty = PollPolicy(
        newsInterval: 1.25,
        news: .milliseconds(1_250) ... .seconds(75),
        quietNews: .seconds(45),
        holdsQueued: false
    )

    /// For an endpoint on this machine, whose requests cost next to nothing.
    package static let live = PollPolicy(
        newsInterval: 0.025,
        news: .milliseconds(50) ... .seconds(5),
        quietNews: .zero,
        holdsQueued: true
    )

    private init(newsInterval: Double, news: ClosedRange<Duration>, quietNews: Duration, holdsQueued: Bool) {
        self.newsInterval = newsInterval
        self.news = news
        self.quietNews = quietNews
        self.holdsQueued = holdsQueued
    }
}
