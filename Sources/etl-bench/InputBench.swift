import ArgumentParser
import Flashpoints

/// Reads a batch as `run` does and spools it; the batch is made up while it is read.
struct InputBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "input", abstract: "Read and spool a batch.")

    @Option(help: "Flashpoints in the batch.")
    var flashpoints = 100_000

    @Option(help: "Feeds of each.")
    var feeds = 10

    func run() async throws {
        let (total, each) = (flashpoints, feeds)
        let position = Position()
        let (_, empty) = await Measurement.of {}
        let (bytes, measured) = try await Measurement.of {
            try await withBenchFolder { folder in
                let reader = InputReader(source: "a made-up batch") {
                    guard let index = position.next(below: total) else { return nil }
                    let line = Array(Self.line(index, feeds: each).utf8)
                    position.add(line.count)
                    return line
                }
                try await InputSpool.write(reader, to: folder) { _ in }
                return position.bytes
            }
        }
        print("before: peak \(empty.peakMB.rounded()) MB")
        print(measured.line("\(total) flashpoints of \(each) feeds (\(bytes / 1_000_000) MB)", count: total))
    }

    private static func line(_ index: Int, feeds: Int) -> String {
        let list = (0..<feeds).map { feed in
            #"{"url":"https://news-\#(feed).example/\#(index)/story","title":"What happened at place \#(index)","domain":"news-\#(feed).example"}"#
        }
        return #"{"id":"flashpoint-\#(index)","title":"Place \#(index)","feeds":[\#(list.joined(separator: ","))]}"#
            + "\n"
    }
}
