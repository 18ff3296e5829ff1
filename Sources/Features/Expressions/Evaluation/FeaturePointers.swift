/// The memory of columns of features.
enum FeaturePointers {
    /// Calls a function with the memory of columns that are not empty, which it has only until it returns.
    static func with<Result>(
        _ columns: [[Double]], _ body: (UnsafeBufferPointer<UnsafePointer<Double>>) -> Result
    ) -> Result {
        with(columns[...], [], body)
    }

    private static func with<Result>(
        _ columns: ArraySlice<[Double]>, _ found: [UnsafePointer<Double>],
        _ body: (UnsafeBufferPointer<UnsafePointer<Double>>) -> Result
    ) -> Result {
        guard let column = columns.first else { return found.withUnsafeBufferPointer(body) }
        return column.withUnsafeBufferPointer { values in
            with(columns.dropFirst(), found + (values.baseAddress.map { [$0] } ?? []), body)
        }
    }
}
