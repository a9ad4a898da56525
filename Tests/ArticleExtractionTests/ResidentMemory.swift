import FoundationEssentials

/// What this process holds in memory, as the kernel says.
enum ResidentMemory {
    /// Zero where there is no `/proc`.
    static var bytes: Int {
        guard let data = try? Data(contentsOf: URL(filePath: "/proc/self/statm")) else { return 0 }
        let fields = String(decoding: data, as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4_096 : 0
    }
}
