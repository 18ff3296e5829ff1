import Parallelism

/// Stable sorting of 64-bit keys that carry a payload each: least-significant-digit radix sort of one part per thread,
/// then merging. Uses about as much additional memory as its input.
enum KeyedSort {
    private static let digitBits = 11
    private static let digitCount = 6
    private static let bucketCount = 1 << digitBits
    /// Below this size, starting a thread costs more than it saves.
    private static let smallestPart = 1 << 15

    /// Sorts by ascending key; equal keys stay in their order.
    static func sort<Payload: BitwiseCopyable & Sendable>(
        keys: inout [UInt64], payloads: inout [Payload], threads: Int
    ) {
        let count = keys.count
        precondition(payloads.count == count)
        guard count > 1 else { return }
        var parts = 1
        while parts * 2 <= threads, count / (parts * 2) >= smallestPart { parts *= 2 }
        let spareKeys = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        let sparePayloads = UnsafeMutablePointer<Payload>.allocate(capacity: count)
        defer {
            spareKeys.deallocate()
            sparePayloads.deallocate()
        }
        keys.withUnsafeMutableBufferPointer { keys in
            payloads.withUnsafeMutableBufferPointer { payloads in
                guard let keyBase = keys.baseAddress, let payloadBase = payloads.baseAddress else { return }
                let data = Run(keys: keyBase, payloads: payloadBase)
                let spare = Run(keys: spareKeys, payloads: sparePayloads)
                let bounds = (0...parts).map { count * $0 / parts }
                parallelFor(count: parts, threads: threads) { part in
                    let length = bounds[part + 1] - bounds[part]
                    radixSort(data.advanced(bounds[part]), spare.advanced(bounds[part]), length)
                }
                merge(data, spare, bounds: bounds, threads: threads)
            }
        }
    }

    /// Keys and payloads side by side.
    ///
    /// Safe to send because threads get parts that do not overlap.
    private struct Run<Payload: BitwiseCopyable>: @unchecked Sendable {
        let keys: UnsafeMutablePointer<UInt64>
        let payloads: UnsafeMutablePointer<Payload>

        func advanced(_ offset: Int) -> Run { Run(keys: keys + offset, payloads: payloads + offset) }

        func copy(from other: Run, _ count: Int) {
            keys.update(from: other.keys, count: count)
            payloads.update(from: other.payloads, count: count)
        }
    }

    /// Sorts `count` elements of `data` in place with the help of `spare`.
    private static func radixSort<Payload>(_ data: Run<Payload>, _ spare: Run<Payload>, _ count: Int) {
        guard count > 1 else { return }
        var histograms = [UInt32](repeating: 0, count: digitCount * bucketCount)
        histograms.withUnsafeMutableBufferPointer { histograms in
            for index in 0..<count {
                var key = data.keys[index]
                for digit in 0..<digitCount {
                    histograms[digit * bucketCount + Int(truncatingIfNeeded: key) & (bucketCount - 1)] &+= 1
                    key >>= UInt64(digitBits)
                }
            }
            var from = data, to = spare
            for digit in 0..<digitCount {
                let offsets = UnsafeMutableBufferPointer(
                    rebasing: histograms[digit * bucketCount..<(digit + 1) * bucketCount])
                let shift = UInt64(digit * digitBits)
                // A digit that all keys share does not change the order.
                if offsets[Int(truncatingIfNeeded: from.keys[0] >> shift) & (bucketCount - 1)] == count { continue }
                var total: UInt32 = 0
                for bucket in 0..<bucketCount {
                    let size = offsets[bucket]
                    offsets[bucket] = total
                    total &+= size
                }
                for index in 0..<count {
                    let key = from.keys[index]
                    let bucket = Int(truncatingIfNeeded: key >> shift) & (bucketCount - 1)
                    let position = Int(offsets[bucket])
                    offsets[bucket] &+= 1
                    to.keys[position] = key
                    to.payloads[position] = from.payloads[index]
                }
                swap(&from, &to)
            }
            if from.keys != data.keys { data.copy(from: from, count) }
        }
    }

    /// Merges neighbouring sorted parts, pair by pair, until one is left.
    private static func merge<Payload>(
        _ data: Run<Payload>, _ spare: Run<Payload>, bounds: [Int], threads: Int
    ) {
        var from = data, to = spare
        var bounds = bounds
        let count = bounds[bounds.count - 1]
        while bounds.count > 2 {
            let pairs = (bounds.count - 1) / 2
            let slices = max(1, threads / pairs)
            let source = from, target = to, ends = bounds
            parallelFor(count: pairs * slices, threads: threads) { job in
                let pair = job / slices, slice = job % slices
                let low = ends[pair * 2], middle = ends[pair * 2 + 1], high = ends[pair * 2 + 2]
                let start = (high - low) * slice / slices, end = (high - low) * (slice + 1) / slices
                mergeSlice(
                    source.advanced(low), middle - low, source.advanced(middle), high - middle, target.advanced(low),
                    start..<end)
            }
            bounds = stride(from: 0, to: bounds.count, by: 2).map { bounds[$0] }
            swap(&from, &to)
        }
        if from.keys != data.keys { data.copy(from: from, count) }
    }

    /// Writes the elements of `range` of the merged order of two sorted runs.
    private static func mergeSlice<Payload>(
        _ left: Run<Payload>, _ leftCount: Int, _ right: Run<Payload>, _ rightCount: Int, _ target: Run<Payload>,
        _ range: Range<Int>
    ) {
        var leftIndex = leftShare(left, leftCount, right, rightCount, of: range.lowerBound)
        var rightIndex = range.lowerBound - leftIndex
        for position in range {
            let takesLeft =
                rightIndex == rightCount
                || (leftIndex < leftCount && left.keys[leftIndex] <= right.keys[rightIndex])
            if takesLeft {
                target.keys[position] = left.keys[leftIndex]
                target.payloads[position] = left.payloads[leftIndex]
                leftIndex += 1
            } else {
                target.keys[position] = right.keys[rightIndex]
                target.payloads[position] = right.payloads[rightIndex]
                rightIndex += 1
            }
        }
    }

    /// How many of the first `taken` merged elements come from the left run.
    private static func leftShare<Payload>(
        _ left: Run<Payload>, _ leftCount: Int, _ right: Run<Payload>, _ rightCount: Int, of taken: Int
    ) -> Int {
        var low = max(0, taken - rightCount), high = min(taken, leftCount)
        while low < high {
            let middle = (low + high) / 2
            // The left element goes first on a tie, so it belongs to the share unless a right element is smaller.
            if left.keys[middle] <= right.keys[taken - middle - 1] { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
