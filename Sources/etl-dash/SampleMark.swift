import FoundationEssentials
import RunJournal

/// A file in a run's folder that says the run is over the sample, whose site lives only as long as a command.
enum SampleMark {
    private static func path(_ folder: RunFolder) -> URL {
        URL(filePath: folder.path, directoryHint: .isDirectory).appending(path: "sample-site")
    }

    /// Notes where the sample's site was when the run was planned.
    static func set(on folder: RunFolder, site: URL) throws {
        try Data(site.absoluteString.utf8).write(to: path(folder))
    }

    /// The site that the run's feeds point at; nil when the run is not over the sample.
    static func site(of folder: RunFolder) -> URL? {
        guard let text = try? Data(contentsOf: path(folder)) else { return nil }
        return URL(string: String(decoding: text, as: UTF8.self))
    }
}
