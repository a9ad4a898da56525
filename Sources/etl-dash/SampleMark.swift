import FoundationEssentials
import RunJournal

/// A file in a run's folder that says the run is over the sample, whose site lives only as long as a command.
enum SampleMark {
    private static let name = "sample-site"

    /// What notes where the sample's site was when the run was planned, by its name.
    static func file(site: URL) -> [String: [UInt8]] { [name: Array(site.absoluteString.utf8)] }

    /// The site that the run's feeds point at; nil when the run is not over the sample.
    static func site(of folder: RunFolder) -> URL? {
        guard let text = try? Data(contentsOf: URL(filePath: "\(folder.path)/\(name)")) else { return nil }
        return URL(string: String(decoding: text, as: UTF8.self))
    }
}
