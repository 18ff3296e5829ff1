import ModelKit

extension FeatureMatrix {
    /// Turns rows of values, one after the other, into columns.
    init(rows: [Float], rowCount: Int, names: [String]) throws(ModelError) {
        let columns = names.indices.map { column in
            [Float](unsafeUninitializedCapacity: rowCount) { target, initialized in
                for row in 0..<rowCount { target.initializeElement(at: row, to: rows[row * names.count + column]) }
                initialized = rowCount
            }
        }
        try self.init(names: names, columns: columns)
    }
}
