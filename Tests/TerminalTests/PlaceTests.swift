import Terminal
import Testing

@Suite("Terminal")
struct PlaceTests {}
