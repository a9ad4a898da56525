import FoundationEssentials
import Settings
import TestSupport
import Testing

@Suite("Which .env file is read")
struct EnvFileTests {
    private func load(_ envFile: Settings.EnvFile, in folder: URL) throws(SettingsError) -> Settings {
        try Settings.load(environment: [:], envFile: envFile, workingDirectory: folder.path(percentEncoded: false))
    }

    private func problems(_ envFile: Settings.EnvFile, in folder: URL) -> [String] {
        do throws(SettingsError) {
            _ = try load(envFile, in: folder)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test("The one in the working directory need not exist, and may be a folder of that name")
    func implicitFile() async throws {
        try await withTemporaryFolder { folder in
            #expect(try load(.inWorkingDirectory, in: folder).runpodWorkers == 4)
            let nowhere = folder.appending(path: "nowhere")
            #expect(try load(.inWorkingDirectory, in: nowhere).runpodWorkers == 4)
            try FileManager.default.createDirectory(
                at: folder.appending(path: ".env"),
                withIntermediateDirectories: false
            )
            #expect(try load(.inWorkingDirectory, in: folder).runpodWorkers == 4)
        }
    }

    @Test("One that is named must exist, be a file and not be too large")
    func explicitFile() async throws {
        try await withTemporaryFolder { folder in
            #expect(
                problems(.at("other.env"), in: folder) == [
                    "other.env: can't be read: No such file or directory; give a file of NAME=VALUE lines"
                ]
            )
            #expect(
                problems(.at(folder.path(percentEncoded: false)), in: folder).first?.contains("can't be read") == true
            )
            #expect(problems(.at(""), in: folder).first?.contains("empty") == true)
            #expect(problems(.at("/dev/zero"), in: folder).first?.contains("larger than 256 KiB") == true)
            #expect(problems(.at("/dev/null"), in: folder) == [])

            try Data("RUNPOD_WORKERS=x".utf8).write(to: folder.appending(path: "other.env"))
            #expect(problems(.at("other.env"), in: folder).first?.hasPrefix("other.env:1: RUNPOD_WORKERS: ") == true)
            try Data("RUNPOD_WORKERS=7".utf8).write(to: folder.appending(path: "other.env"))
            try Data("RUNPOD_WORKERS=8".utf8).write(to: folder.appending(path: ".env"))
            #expect(try load(.at("other.env"), in: folder).runpodWorkers == 7)
            let absolute = folder.appending(path: "other.env").path(percentEncoded: false)
            #expect(
                try load(.at(absolute), in: folder).provenance(of: .runpodWorkers) == .file(path: absolute, line: 1)
            )
            #expect(try load(.inWorkingDirectory, in: folder).runpodWorkers == 8)
            #expect(try load(.none, in: folder).runpodWorkers == 4)
        }
    }
}
