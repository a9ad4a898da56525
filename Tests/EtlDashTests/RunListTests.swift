import Coordination
import Flashpoints
import FoundationEssentials
import RunJournal
import Testing

@testable import etl_dash

@Suite("The list of runs")
struct RunListTests {
    private func listed(
        _ run: String,
        ok: Int = 12,
        failed: Int = 0,
        cancelled: Int = 0,
        total: Int = 12,
        hasEnded: Bool = true,
        endpoint: String? = "https://api.runpod.ai/v2/e1",
        driver: Int32? = nil,
        bill: RunBill? = nil
    ) -> RunStore.ListedRun {
        let header = RunHeader(
            run: run,
            date: "2025-01-01",
            trigger: "manual",
            cleanup: true,
            workers: 4,
            strategy: .even,
            flashpoints: total,
            shares: [3, 3, 3, 3]
        )
        var glance = RunGlance(
            header: header,
            createdAt: 1_735_732_800_000,
            counts: RunGlance.Counts(ok: ok, failed: failed, cancelled: cancelled),
            seconds: 83,
            sequentialSeconds: 171.9,
            endpoint: endpoint
        )
        if hasEnded {
            glance.answer = RunAnswer(
                date: "2025-01-01",
                trigger: "manual",
                cleanup: true,
                workers: 4,
                durationSeconds: 83,
                run: run,
                flashpoints: total,
                succeeded: ok,
                failed: failed,
                cancelled: cancelled,
                wallSeconds: 83,
                speedup: Speedup(shareWeights: [1])
            )
            glance.answer?.bill = bill
        }
        return RunStore.ListedRun(
            folder: RunFolder(run: run, path: "/runs/\(run)"),
            glance: .success(glance),
            driver: driver.map { RunLock.Holder(pid: $0) }
        )
    }

    private func damaged(_ run: String) -> RunStore.ListedRun {
        let folder = RunFolder(run: run, path: "/runs/\(run)")
        return RunStore.ListedRun(folder: folder, glance: .failure(JournalError(path: folder.journalPath, .foreign)))
    }

    private var mixed: RunList {
        RunList(
            RunStore.Listing(
                runs: [
                    listed("20250104-aaaa", ok: 3, failed: 1, hasEnded: false, driver: 4_711),
                    listed("20250103-bbbb", ok: 1, cancelled: 2, hasEnded: false, endpoint: nil),
                    listed("20250102-cccc", endpoint: "http://127.0.0.1:1/v2/local#x"), damaged("20250101-dddd"),
                ],
                more: 2
            )
        )
    }

    @Test("As a table it tells how each run stands, then what is damaged and how to go on")
    func table() {
        #expect(
            mixed.table(width: nil) == """
                RUN            WHEN, UTC         DATE        STATE         WORKERS     OK  FAILED  CANCELLED  LEFT  TIME  SPEEDUP  WHERE
                20250104-aaaa  2025-01-01 12:00  2025-01-01  running 4711        4   3/12       1          0     8  1:23     2.07  e1
                20250103-bbbb  2025-01-01 12:00  2025-01-01  interrupted         4   1/12       0          2     9  1:23     2.07  -
                20250102-cccc  2025-01-01 12:00  2025-01-01  ended               4  12/12       0          0     0  1:23        -  this machine
                20250101-dddd  damaged: /runs/20250101-dddd/journal.sqlite is not a journal of etl-dash; it is left as it is, \
                so move it away or set ETL_DASH_HOME
                … and 2 more; --limit 6 lists all
                Go on with an interrupted one: etl-dash resume 20250103-bbbb

                """
        )
    }

    @Test("In 80 columns, and in fewer, the table fits", arguments: [80, 60, 40])
    func width(columns: Int) {
        let rows = mixed.table(width: columns).split(separator: "\n").prefix(4)
        #expect(rows.allSatisfy { $0.count <= max(columns, 40) }, "\(rows.map(\.count))")
        #expect(rows[0].hasPrefix("RUN"))
        #expect(rows.count == 4)
    }

    @Test("What no run has makes no column")
    func noZeros() {
        let text = RunList(RunStore.Listing(runs: [listed("20250102-cccc")], more: 0)).table(width: nil)
        #expect(!text.contains("FAILED") && !text.contains("CANCELLED") && !text.contains("LEFT"))
        #expect(!text.contains("resume"))
    }

    @Test("What a run cost is told where one of them had a price, as an estimate")
    func cost() throws {
        let bill = RunBill(billedSeconds: 2_210, coldStartSeconds: 41, lostSeconds: 0, costEstimate: 0.4199)
        let runs = [listed("20250102-cccc", bill: bill), listed("20250101-bbbb")]
        let list = RunList(RunStore.Listing(runs: runs, more: 0))
        let rows = list.table(width: nil).split(separator: "\n")
        #expect(rows[0].hasSuffix("COST  WHERE"))
        #expect(rows[1].hasSuffix(" ~$0.42  e1"))
        #expect(rows[2].hasSuffix("      -  e1"))
        let json = try JSONCoding.decode(JSONValue.self, from: Data(try list.json()))
        #expect(json.arrayValue?[0]["cost_estimate"] == 0.4199)
        #expect(json.arrayValue?[0]["billed_sec"] == 2_210)
        #expect(json.arrayValue?[1]["cost_estimate"] == nil)
    }

    @Test("As JSON it says the same, damaged runs and processes included")
    func json() throws {
        let list = try JSONCoding.decode(JSONValue.self, from: Data(try mixed.json()))
        let runs = try #require(list.arrayValue)
        #expect(runs.compactMap { $0["state"]?.stringValue } == ["running", "interrupted", "ended", "damaged"])
        #expect(runs[0]["pid"] == 4_711)
        #expect(runs[0]["left"] == 8)
        #expect(runs[0]["speedup"] == 2.071)
        #expect(runs[1]["cancelled"] == 2)
        #expect(runs[2]["endpoint"] == "this machine")
        #expect(runs[2]["created"] == "2025-01-01T12:00:00.000Z")
        #expect(runs[3]["problem"]?.stringValue?.contains("is not a journal of etl-dash") == true)
        let lines = try mixed.jsonLines().map { try JSONCoding.decode(JSONValue.self, from: Data($0)) }
        #expect(lines == runs)
    }
}
