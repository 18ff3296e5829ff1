extension FeatureMatrix {
    /// Calls `body` with a pointer to each column's values.
    func withColumnPointers(_ body: (UnsafePointer<UnsafePointer<Float>?>) -> Void) {
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: max(1, columns.count)) { pointers in
            func fill(_ index: Int) {
                guard index < columns.count else {
                    if let base = pointers.baseAddress { body(UnsafePointer(base)) }
                    return
                }
                columns[index].withUnsafeBufferPointer {
                    pointers.initializeElement(at: index, to: $0.baseAddress)
                    fill(index + 1)
                }
            }
            fill(0)
        }
    }
}
