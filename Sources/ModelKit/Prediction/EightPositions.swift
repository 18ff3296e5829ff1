/// Positions in a tree that move together, which hides memory latency.
struct EightPositions {
    private var positions: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)

    @inline(__always)
    init(
        _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: UInt32
    ) {
        positions = (a, b, c, d, e, f, g, h)
    }

    @inline(__always)
    mutating func advance(_ next: (UInt32) -> UInt32) {
        positions.0 = next(positions.0)
        positions.1 = next(positions.1)
        positions.2 = next(positions.2)
        positions.3 = next(positions.3)
        positions.4 = next(positions.4)
        positions.5 = next(positions.5)
        positions.6 = next(positions.6)
        positions.7 = next(positions.7)
    }

    @inline(__always)
    func forEach(_ body: (UInt32) -> Void) {
        body(positions.0)
        body(positions.1)
        body(positions.2)
        body(positions.3)
        body(positions.4)
        body(positions.5)
        body(positions.6)
        body(positions.7)
    }
}
