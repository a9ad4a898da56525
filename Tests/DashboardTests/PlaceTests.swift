import Dashboard
import Testing

@Suite("Dashboard")
struct PlaceTests {}
