import CStorageKernels

/// Integers of a column chunk as DELTA_BINARY_PACKED, if that makes them much smaller: numbers that ascend, or are
/// close together.
struct DeltaPages<Element: FixedWidthValue> {
    /// A sample of the values that predicts the size of all.
    private static var sampleCount: Int { 1_024 }

    private let values: UnsafeBufferPointer<Element>
    /// The predicted size of all values, from samples.
    let byteCount: Int

    /// Nil when the values would take more than half of their plain form.
    init?(_ values: UnsafeBufferPointer<Element>) throws {
        let scratch = ScratchBuffer()
        let bound = parquet_delta_bound(Self.sampleCount)
        guard let out = try scratch.reserve(bound).baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
        var sampled = 0
        var bytes = 0
        for start in [0, values.count / 2, max(0, values.count - Self.sampleCount)] {
            let part = UnsafeBufferPointer(rebasing: values[start..<min(values.count, start + Self.sampleCount)])
            guard let length = Element.encodeDelta(part, into: out) else { return nil }
            sampled += part.count
            bytes += length
        }
        guard bytes * 2 < sampled * MemoryLayout<Element>.size else { return nil }
        self.values = values
        byteCount = values.count * bytes / max(1, sampled)
    }

    /// Whether a dictionary is unlikely to be smaller.
    var isTiny: Bool { byteCount < values.count / 2 }

    /// Writes all data pages.
    func write(to pages: PageWriter, _ present: Present, rows: Int) throws {
        let encoded = ScratchBuffer()
        var isFirst = true
        try present.forEachPage(rows: rows) { page in
            let target = try encoded.reserve(parquet_delta_bound(page.values.count))
            guard let start = target.baseAddress?.assumingMemoryBound(to: UInt8.self),
                let length = Element.encodeDelta(UnsafeBufferPointer(rebasing: values[page.values]), into: start)
            else { return }
            let content = UnsafeRawBufferPointer(rebasing: target[..<length])
            if isFirst { try pages.chooseCodec(sample: content) }
            isFirst = false
            try pages.writeData(page, .deltaBinaryPacked, content)
        }
    }
}
