import FoundationEssentials
import Testing

/// RunPod's own SDK for Python, 1.12.0, which these tests run against.
enum PythonSDK {
    /// A Python that can import it, from `ETL_DASH_SDK_PYTHON`; without one the tests that need it are skipped.
    static let python = ProcessInfo.processInfo.environment["ETL_DASH_SDK_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }

    static let isThere: ConditionTrait = .enabled(
        if: python != nil,
        "ETL_DASH_SDK_PYTHON names no Python that can import RunPod's SDK (pip install runpod==1.12.0)"
    )

    /// What keeps its worker from looking at the machine and from dialling a server on the Internet.
    static let quietly = [
        "RUNPOD_SKIP_AUTO_SYSTEM_CHECKS": "true", "RUNPOD_SKIP_GPU_CHECK": "true", "RUNPOD_LOG_LEVEL": "DEBUG",
    ]

    /// The programs that run with it.
    static func script(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scripts/\(name)").path
    }
}

/// Keeps one nursery for all tests of a suite.
struct NurseryTrait: SuiteTrait, TestScoping {
    @concurrent func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard let python = PythonSDK.python else { return try await function() }
        try await Nursery.with(python: python) { nursery in
            try await Nursery.$shared.withValue(nursery) { try await function() }
        }
    }
}

extension Trait where Self == NurseryTrait {
    static var nursery: NurseryTrait { NurseryTrait() }
}
