import Coordination
import Flashpoints
import FoundationEssentials
import RunEngine
import TestSupport
import Testing

@testable import etl_dash

@Suite("Plans")
struct PlanTests {
    private func forecast(_ batch: PlannedBatch, workers: Int, pace: Pace? = nil) -> Forecast {
        Forecast(
            batch: batch,
            workers: workers,
            strategy: .even,
            limits: ChunkLimits(),
            pace: pace ?? batch.pace ?? Pace(seconds: 0.5, origin: "as --pace says")
        )
    }

    @Test("The worked example is the seed's: 120 s, 30 s, 4x")
    func example() {
        #expect(
            forecast(.workedExample, workers: 4).text == """
                12 flashpoints of weight 12 from the worked example, split even over 4 workers
                  Worker 1: 3 flashpoints [0:3] in 1 job, 30 s
                  Worker 2: 3 flashpoints [3:6] in 1 job, 30 s
                  Worker 3: 3 flashpoints [6:9] in 1 job, 30 s
                  Worker 4: 3 flashpoints [9:12] in 1 job, 30 s

                At 10 s for a unit of weight, as the example has it:
                  Sequential: 12 × 10 s = 120 s
                  Parallel: max(30 s, 30 s, 30 s, 30 s) = 30 s
                  Speedup: 120 s / 30 s = 4x, efficiency 1

                """
        )
    }

    @Test("A table is planned as the batch that it is")
    func table() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "news.csv")
            try Data("url,flashpoint_id\nu,a\nv,a\nw,b\n".utf8).write(to: file)
            let batch = try await PlannedBatch(path: file.path)
            #expect(batch.items.map(\.weight) == [2, 1])
            #expect((0..<2).map { batch.catalogue.id($0) } == ["a", "b"])
        }
    }

    @Test("The sample's plan shows its uneven shares")
    func sample() throws {
        #expect(
            forecast(try .sample(), workers: 4).text == """
                12 flashpoints of weight 120 from the sample, split even over 4 workers
                  Worker 1: 3 flashpoints [0:3] in 1 job, 20 s
                  Worker 2: 3 flashpoints [3:6] in 1 job, 14.5 s
                  Worker 3: 3 flashpoints [6:9] in 1 job, 13 s
                  Worker 4: 3 flashpoints [9:12] in 1 job, 12.5 s

                At 0.5 s for a unit of weight, as --pace says:
                  Sequential: 60 s
                  Parallel: max(20 s, 14.5 s, 13 s, 12.5 s) = 20 s
                  Speedup: 60 s / 20 s = 3x, efficiency 0.75

                """
        )
    }

    @Test("The engine in virtual time prints the seed's log lines and takes 30 s")
    func simulation() throws {
        let forecast = forecast(.workedExample, workers: 4)
        let (events, answer) = try Simulation.play(forecast.runPlan(date: "2025-01-01")) { _ in 10 }
        var fold = LogLines(level: .info)
        let lines = events.flatMap { fold.lines(for: $0) }.filter { $0.worker == 1 }.map(\.text)
        #expect(
            lines == [
                "INFO: Worker 1 starting with 3 flashpoints",
                "INFO: Worker 1 completed flashpoint test_flashpoint_0",
                "INFO: Worker 1 completed flashpoint test_flashpoint_1",
                "INFO: Worker 1 completed flashpoint test_flashpoint_2",
                "INFO: Worker 1 completed all 3 flashpoints",
            ]
        )
        #expect(
            forecast.simulated(answer) == "Simulated: 12 of 12 flashpoints in 30 s of virtual time, speedup 4x\n"
        )
    }

    @Test("Advice follows cores, and names idle workers, the heaviest flashpoint and the better strategy")
    func advice() throws {
        let sample = WorkerAdvice(
            forecast: forecast(try .sample(), workers: 4),
            cores: 2,
            isOnEndpoint: false,
            connections: 4
        ).text
        #expect(
            sample.contains("2 cores: CPU-bound work wants 2 workers, I/O-bound work, as fetching pages is, 4 to 8")
        )
        #expect(sample.contains("no number of workers gets beyond 4.62x: flashpoint veyra-strait alone takes 13 s"))
        #expect(sample.contains("--strategy balanced would take 15.5 s instead of 20 s"))
        #expect(sample.contains("Each worker opens up to 4 database connections"))
        let idle = WorkerAdvice(
            forecast: forecast(.workedExample, workers: 16),
            cores: 1,
            isOnEndpoint: true,
            connections: 1
        ).text
        #expect(idle.contains("4 workers have nothing to do; --workers 12 is enough"))
        #expect(idle.contains("on an endpoint each worker is a machine of its own"))
        #expect(!idle.contains("balanced"))
    }

    @Test("A file is planned without leaving anything behind")
    func file() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "news.json").path(percentEncoded: false)
            try Data(#"[{"id":"a","feeds":[{"url":"http://x/1"},{"url":"http://x/2"}]},{"id":"b","feeds":[]}]"#.utf8)
                .write(to: URL(filePath: path))
            let batch = try await PlannedBatch(path: path)
            #expect(batch.items.map(\.weight) == [2, 1])
            #expect(batch.catalogue.id(1) == "b")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
        }
    }
}
