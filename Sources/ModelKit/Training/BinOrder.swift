/// The rows of a feature in ascending order of their bins, missing values left out.
struct BinOrder: Sendable {
    /// Row numbers; the highest bit marks the last row of a bin.
    let rows: [UInt32]
    /// Where the rows of each code start; the last entry is the end.
    let starts: [Int]

    static let lastOfBin: UInt32 = 1 << 31

    /// - Parameter sorted: rows in ascending order of their values.
    init(_ sorted: [UInt32], of column: [Float], bins: FeatureBins) {
        var rows = sorted
        var starts = [0]
        var bin = 0, code = 0
        for index in rows.indices {
            let value = column[Int(sorted[index])]
            if value > bins.upperBounds[bin] {
                rows[index - 1] |= Self.lastOfBin
                while value > bins.upperBounds[bin] { bin += 1 }
                while value > bins.codeBounds[code] {
                    code += 1
                    starts.append(index)
                }
            }
        }
        if let last = rows.indices.last { rows[last] |= Self.lastOfBin }
        while starts.count <= bins.codeBounds.count { starts.append(rows.count) }
        self.rows = rows
        self.starts = starts
    }
}
