import Checksums
package import ModelKit
import Parallelism

/// Computes the digests of one model's features.
package struct FeatureDigester: Sendable {
    private let featureCount: Int
    private let names: UInt64

    package init(_ names: [String]) {
        featureCount = names.count
        self.names = Array(names.joined(separator: "\n").utf8).withUnsafeBytes { XXH64.hash($0) }
    }

    package func digest(_ row: UnsafeBufferPointer<Float>) -> FeatureDigest {
        var hash: UInt64 = 0
        let checks = [UInt8](unsafeUninitializedCapacity: featureCount) { checks, count in
            hash = digest(row, into: checks.baseAddress)
            count = featureCount
        }
        return FeatureDigest(hash: hash, checks: checks)
    }

    /// The digests of a table's rows.
    package func digests(_ features: FeatureMatrix, threads: Int) -> FeatureDigests {
        let rowsPerTask = 1 << 12
        let rowCount = features.rowCount
        var checks = [UInt8](repeating: 0, count: rowCount * featureCount)
        var hashes = [UInt64](repeating: 0, count: rowCount)
        hashes.withUnsafeMutableBufferPointer { hashes in
            checks.withUnsafeMutableBufferPointer { checks in
                let target = DigestTarget(hashes: hashes, checks: checks)
                parallelFor(count: (rowCount + rowsPerTask - 1) / rowsPerTask, threads: threads) { task in
                    let rows = task * rowsPerTask..<min(rowCount, (task + 1) * rowsPerTask)
                    digest(features, rows, into: target)
                }
            }
        }
        return FeatureDigests(hashes: hashes, checks: checks, featureCount: featureCount)
    }

    private func digest(_ features: FeatureMatrix, _ rows: Range<Int>, into target: DigestTarget) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: featureCount) { row in
            row.initialize(repeating: 0)
            for position in rows {
                for feature in 0..<featureCount { row[feature] = features.columns[feature][position] }
                target.hashes[position] = digest(
                    UnsafeBufferPointer(row), into: target.checks.baseAddress.map { $0 + position * featureCount })
            }
        }
    }

    private func digest(_ row: UnsafeBufferPointer<Float>, into checks: UnsafeMutablePointer<UInt8>?) -> UInt64 {
        precondition(row.count == featureCount, "a value for each name")
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: featureCount) { patterns in
            for (index, value) in row.enumerated() {
                let pattern = value.isNaN ? 0x7FC0_0000 : value.bitPattern
                patterns.initializeElement(at: index, to: pattern.littleEndian)
                checks?[index] = UInt8(truncatingIfNeeded: (pattern &* 0x9E37_79B1) >> 24)
            }
            return XXH64.hash(UnsafeRawBufferPointer(patterns)) ^ names
        }
    }
}

/// `@unchecked Sendable`: the memory outlives the parallel loop that it is used in, and no two of its iterations write the same part.
private struct DigestTarget: @unchecked Sendable {
    let hashes: UnsafeMutableBufferPointer<UInt64>
    let checks: UnsafeMutableBufferPointer<UInt8>
}
