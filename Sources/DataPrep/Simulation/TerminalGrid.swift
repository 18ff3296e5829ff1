/// Terminals in the square of 100 by 100, sorted into square cells, so that one near a customer is drawn without a list
/// of terminals for each customer.
struct TerminalGrid: Sendable {
    private let radius: Double
    private let side: Int
    private let cellsPerUnit: Double
    /// Where each cell's terminals start in the arrays below, row by row; one more for the end.
    private let starts: [Int32]
    private let x: [Double]
    private let y: [Double]
    private let identifiers: [Int32]

    init(options: HandbookOptions) {
        radius = options.radius
        let byRadius = (200 / options.radius).rounded(.up)
        let byCount = Double(options.terminals).squareRoot() * 2
        side = Int(max(1, min(byRadius, byCount)))
        cellsPerUnit = Double(side) / 100

        var x: [Double] = [], y: [Double] = []
        for terminal in 0..<options.terminals {
            var generator = KeyedGenerator(seed: options.seed, .terminalPosition, terminal)
            x.append(generator.uniform(0, 100))
            y.append(generator.uniform(0, 100))
        }
        let (side, cellsPerUnit) = (side, cellsPerUnit)
        func cell(_ terminal: Int) -> Int {
            Self.cell(y[terminal], cellsPerUnit, side) * side + Self.cell(x[terminal], cellsPerUnit, side)
        }
        var starts = [Int32](repeating: 0, count: side * side + 1)
        for terminal in 0..<options.terminals { starts[cell(terminal) + 1] += 1 }
        for index in 1..<starts.count { starts[index] += starts[index - 1] }
        var next = starts
        var identifiers = [Int32](repeating: 0, count: options.terminals)
        for terminal in 0..<options.terminals {
            let cell = cell(terminal)
            identifiers[Int(next[cell])] = Int32(terminal)
            next[cell] += 1
        }
        self.starts = starts
        self.identifiers = identifiers
        self.x = identifiers.map { x[Int($0)] }
        self.y = identifiers.map { y[Int($0)] }
    }

    /// The terminals in the cells that a customer's circle touches.
    struct Neighbourhood {
        fileprivate let centreX: Double
        fileprivate let centreY: Double
        fileprivate let firstColumn: Int
        fileprivate let lastColumn: Int
        fileprivate let rows: ClosedRange<Int>
        /// All terminals of these cells, within the circle or not.
        fileprivate let candidates: Int
    }

    func neighbourhood(x: Double, y: Double) -> Neighbourhood {
        let firstColumn = Self.cell(x - radius, cellsPerUnit, side)
        let lastColumn = Self.cell(x + radius, cellsPerUnit, side)
        let rows = Self.cell(y - radius, cellsPerUnit, side)...Self.cell(y + radius, cellsPerUnit, side)
        var candidates = 0
        for row in rows {
            candidates += Int(starts[row * side + lastColumn + 1]) - Int(starts[row * side + firstColumn])
        }
        return Neighbourhood(
            centreX: x, centreY: y, firstColumn: firstColumn, lastColumn: lastColumn, rows: rows, candidates: candidates
        )
    }

    /// Whether any terminal is nearer than the radius.
    func hasTerminal(_ near: Neighbourhood) -> Bool {
        near.rows.contains { row in
            (Int(starts[row * side + near.firstColumn])..<Int(starts[row * side + near.lastColumn + 1]))
                .contains { isNear($0, near) }
        }
    }

    /// One of the terminals nearer than the radius, all equally likely; there is one.
    @inline(__always)
    func randomTerminal(_ near: Neighbourhood, _ generator: inout KeyedGenerator) -> Int32 {
        while true {
            var position = generator.index(below: near.candidates)
            var row = near.rows.lowerBound
            while true {
                let start = Int(starts[row * side + near.firstColumn])
                let count = Int(starts[row * side + near.lastColumn + 1]) - start
                if position < count {
                    position += start
                    break
                }
                position -= count
                row += 1
            }
            if isNear(position, near) { return identifiers[position] }
        }
    }

    @inline(__always)
    private func isNear(_ position: Int, _ near: Neighbourhood) -> Bool {
        let dx = x[position] - near.centreX, dy = y[position] - near.centreY
        return dx * dx + dy * dy < radius * radius
    }

    @inline(__always)
    private static func cell(_ coordinate: Double, _ cellsPerUnit: Double, _ side: Int) -> Int {
        min(side - 1, max(0, Int(coordinate * cellsPerUnit)))
    }
}
