/// Compares a file's imports with the table.
enum ImportChecker {
    /// What is wrong with the imports of a file of `target`, as `file:line: …`.
    static func violations(in source: String, file: String, target: String) -> [String] {
        guard ImportTable.rows[target] != nil else { return ["\(file): the table of imports has no row for \(target)"] }
        let ours = ImportTable.reachable(from: target)
        let outside = ImportTable.outside(of: target)
        return ImportScanner.imports(in: source).compactMap { declaration in
            if ours.contains(declaration.module) || outside.contains(declaration.module) { return nil }
            let place = "\(file):\(declaration.line): "
            if declaration.module == "Foundation" {
                return declaration.hasComment
                    ? nil : place + "import FoundationEssentials, or say why all of Foundation"
            }
            return place + "\(target) must not import \(declaration.module)"
        }
    }
}
