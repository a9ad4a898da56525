/// Runs `body` over all elements, at most `width` at the same time, and gives the results in the elements' order.
///
/// `finished` is called after each, from the calling task. When `body` throws, the others are cancelled and awaited.
func mapConcurrently<Element: Sendable, Value: Sendable>(
    _ elements: [Element],
    width: Int,
    finished: (_ count: Int) -> Void = { _ in },
    _ body: @escaping @Sendable (Element) async throws -> Value
) async throws -> [Value] {
    try await withThrowingTaskGroup(of: (Int, Value).self) { group in
        var results = [Value?](repeating: nil, count: elements.count)
        var next = 0
        func addNext() {
            guard next < elements.count else { return }
            let place = next
            let element = elements[place]
            next += 1
            group.addTask { (place, try await body(element)) }
        }
        for _ in 0..<max(1, width) { addNext() }
        var count = 0
        while let (place, value) = try await group.next() {
            results[place] = value
            count += 1
            finished(count)
            addNext()
        }
        return results.compactMap { $0 }
    }
}
