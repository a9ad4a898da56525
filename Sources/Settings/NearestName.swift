/// The known name that `name` was most likely meant to be: at most `limit` letters off, the first of equals.
func nearestName(to name: String, among names: [String], limit: Int) -> String? {
    names
        .filter { abs($0.utf8.count - name.utf8.count) <= limit }
        .map { (name: $0, distance: editDistance($0, name)) }
        .filter { $0.distance <= limit }
        .min { $0.distance < $1.distance }?
        .name
}

/// How many letters must be put in, taken out or changed to make one text of the other (Levenshtein).
private func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right.utf8)
    var row = Array(0...right.count)
    for (i, letter) in left.utf8.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in right.enumerated() {
            let changed = diagonal + (letter == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(changed, diagonal + 1, row[j] + 1)
        }
    }
    return row[right.count]
}
