import Canvas
import Testing

@Suite("Canvas")
struct PlaceTests {}
