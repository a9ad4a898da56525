import ETLPipeline
import Testing

@Suite struct NewsDateTests {
    @Test("a day names its table", arguments: [("2025-01-01", "20250101"), ("2024-02-29", "20240229")])
    func tables(text: String, digits: String) throws {
        #expect(try #require(NewsDate(text)).tableName == "news_clusters_" + digits)
    }

    @Test(
        "what is no day is refused",
        arguments: [
            "", "2025-1-1", "2025-13-01", "2025-00-10", "2025-02-29", "1900-02-29", "2025-04-31", "2025-01-00",
            "20250101", "2025/01/01", "2025-01-01T", "0000-01-01", "２０25-01-1", "2025-01-0x", "x; DROP TAB",
        ]
    )
    func refused(text: String) {
        #expect(NewsDate(text) == nil)
    }
}
