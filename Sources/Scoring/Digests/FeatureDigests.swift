public import Columnar

/// The digests of a table's rows, in their order.
public struct FeatureDigests: RandomAccessCollection, Sendable, Hashable {
    /// What a table of scores calls the column of digests.
    public static let columnName = "feature_digest"

    package let hashes: [UInt64]
    private let checks: [UInt8]
    private let featureCount: Int

    init(hashes: [UInt64], checks: [UInt8], featureCount: Int) {
        self.hashes = hashes
        self.checks = checks
        self.featureCount = featureCount
    }

    /// The first row.
    public var startIndex: Int { 0 }
    /// After the last row.
    public var endIndex: Int { hashes.count }

    /// The digest of a row.
    public subscript(row: Int) -> FeatureDigest { FeatureDigest(hash: hashes[row], checks: Array(checks(row))) }

    package func checks(_ row: Int) -> ArraySlice<UInt8> { checks[row * featureCount..<(row + 1) * featureCount] }

    func slice(_ rows: Range<Int>) -> FeatureDigests {
        FeatureDigests(
            hashes: Array(hashes[rows]),
            checks: Array(checks[rows.lowerBound * featureCount..<rows.upperBound * featureCount]),
            featureCount: featureCount)
    }

    /// The digests as text. They must stay below 2 GiB together: split larger tables.
    public var column: Column {
        let length = FeatureDigest.textLength(featureCount: featureCount)
        let bytes = [UInt8](unsafeUninitializedCapacity: length * count) { text, written in
            for row in indices {
                FeatureDigest.append(hash: hashes[row], checks: checks(row)) {
                    text.initializeElement(at: written, to: $0)
                    written += 1
                }
            }
        }
        return .text(ByteArrays(offsets: (0...count).map { Int32($0 * length) }, bytes: bytes))
    }
}
