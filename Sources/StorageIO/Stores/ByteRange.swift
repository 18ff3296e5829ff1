extension Range<Int64> {
    /// The part of a requested byte range that an object has: truncated at its end, empty for a range that starts
    /// there.
    /// - Throws: ``ObjectStoreError/Code/invalidRange`` when it starts before byte 0 or past the end.
    package func withinObject(ofSize size: Int64, location: String) throws(ObjectStoreError) -> Range<Int64> {
        guard lowerBound >= 0, lowerBound <= size else {
            throw ObjectStoreError(
                .invalidRange, location: location,
                message: "bytes \(lowerBound)..<\(upperBound) requested of an object of \(size) bytes")
        }
        return lowerBound..<Swift.min(upperBound, size)
    }
}
