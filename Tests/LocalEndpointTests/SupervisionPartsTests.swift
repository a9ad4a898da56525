import Testing

@testable import LocalEndpoint

@Suite("Lines and restarts")
struct SupervisionPartsTests {
    @Test("Bytes become lines wherever they are cut")
    func lines() {
        var lines = OutputLines()
        #expect(lines.take("ab".utf8) == [])
        #expect(lines.take("c\r\n\nd".utf8) == ["abc", ""])
        #expect(lines.finish() == "d")
        #expect(lines.finish() == nil)
    }

    @Test("A line beyond the limit is cut and its rest dropped")
    func longLine() {
        var lines = OutputLines(limit: 4)
        #expect(lines.take("123456".utf8) == [])
        #expect(lines.take("789\nnext\n".utf8) == ["1234…", "next"])
    }

    @Test("Bytes that are not UTF-8 are repaired")
    func repaired() {
        var lines = OutputLines()
        #expect(lines.take([0x61, 0xFF, 0x0A]) == ["a\u{FFFD}"])
    }

    @Test("The ceiling of the wait doubles from 0.2 s to 10 s, and the wait is drawn below it")
    func backoff() {
        var policy = RestartPolicy()
        let waits = (0..<9).map { _ in policy.ended(after: .seconds(1), random: 1) }
        #expect(waits.map { $0 / .milliseconds(100) } == [2, 4, 8, 16, 32, 64, 100, 100, 100])
        var jittered = RestartPolicy()
        #expect(jittered.ended(after: .zero, random: 0.5) == .milliseconds(100))
        #expect(jittered.ended(after: .zero, random: 0) == .zero)
    }

    @Test("Three short lives in a row are a crash loop, a long one ends it")
    func crashLoop() {
        var policy = RestartPolicy()
        for _ in 0..<2 { _ = policy.ended(after: .seconds(9), random: 1) }
        #expect(!policy.isCrashLooping)
        _ = policy.ended(after: .zero, random: 1)
        #expect(policy.isCrashLooping)
        #expect(policy.ended(after: .seconds(10), random: 1) == .milliseconds(200))
        #expect(!policy.isCrashLooping)
    }

    @Test("A worker's places in line are those of its latest coming")
    func line() {
        var line = WaitingLine<String>()
        for name in ["a", "b", "c"] { line.append(name) }
        line.remove("a")
        line.append("a")
        line.insert("d") { $0 == "b" }
        #expect(line.elements == ["d", "b", "c", "a"])
        #expect(line.popFirst() == "d")
        line.insert("e") { $0 == "c" }
        line.insert("f") { _ in false }
        #expect(line.count == 5)
        #expect((0..<6).map { _ in line.popFirst() } == ["b", "e", "c", "a", "f", nil])
    }

    @Test("Deadlines come due earliest first, one for each subject, and a later one doesn't replace an earlier")
    func deadlines() {
        var deadlines = Deadlines<Int>()
        for subject in 0..<200 { deadlines.set(subject, at: .seconds((subject * 37) % 200 + 300)) }
        for subject in 0..<200 { deadlines.set(subject, at: .seconds((subject * 37) % 200 + 1)) }
        deadlines.set(0, at: .seconds(900))
        deadlines.remove(1)
        #expect(deadlines.next() == .seconds(1))
        #expect(deadlines.popDue(at: .zero) == nil)
        var due: [Int] = []
        while let (subject, at) = deadlines.popDue(at: .seconds(200)) {
            due.append((subject * 37) % 200)
            #expect(at == .seconds((subject * 37) % 200 + 1))
        }
        #expect(due == (0..<200).filter { $0 != 37 })
        #expect(deadlines.next() == nil)
    }
}
