import CLibPQ

/// The values of one statement as libpq takes them; its memory is reused for the next statement.
struct ParameterBuffer {
    /// The protocol's limit.
    static let maximumCount = 65_535

    private var bytes: [UInt8] = []
    /// Where each value starts in `bytes`; -1 for `NULL`.
    private var starts: [Int] = []
    private var lengths: [CInt] = []
    private var formats: [CInt] = []
    private var pointers: [UnsafePointer<CChar>?] = []

    /// About how many bytes are sent for the values.
    var byteCount: Int { bytes.count + 8 * starts.count }

    /// - Throws: ``PostgreSQLError`` of the kind `invalidValue` for text with a NUL character, and for too many or too long
    ///   values.
    mutating func set(_ values: [PostgreSQLValue]) throws {
        guard values.count <= Self.maximumCount else {
            throw PostgreSQLError(
                .invalidValue, "a statement takes at most \(Self.maximumCount) values, not \(values.count)")
        }
        bytes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
        for (index, value) in values.enumerated() { try append(value, index) }
    }

    private mutating func append(_ value: PostgreSQLValue, _ index: Int) throws {
        let start = bytes.count
        var format: CInt = 0
        switch value {
        case .null:
            starts.append(-1)
            lengths.append(0)
            formats.append(0)
            return
        case .boolean(let value): TextFormat.append(value, to: &bytes)
        case .integer(let value): TextFormat.append(value, to: &bytes)
        case .real(let value): TextFormat.append(value, to: &bytes)
        case .text(let value):
            guard !value.utf8.contains(0) else {
                throw PostgreSQLError(.invalidValue, "value $\(index + 1) is text with a NUL character")
            }
            bytes.append(contentsOf: value.utf8)
        case .bytes(let value):
            format = 1
            bytes.append(contentsOf: value)
        }
        // The protocol's messages hold less than 1 GiB.
        guard bytes.count < 1 << 30 else {
            throw PostgreSQLError(.invalidValue, "the values up to $\(index + 1) take 1 GiB or more")
        }
        starts.append(start)
        lengths.append(CInt(bytes.count - start))
        formats.append(format)
        bytes.append(0)
    }

    /// Calls `body` with the number of values, the values, their lengths and their formats.
    mutating func withPointers<Result>(
        _ body: (
            CInt, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<CInt>?, UnsafePointer<CInt>?
        ) -> Result
    ) -> Result {
        let starts = starts, lengths = lengths, formats = formats
        return bytes.withUnsafeBytes { memory in
            pointers.removeAll(keepingCapacity: true)
            for start in starts {
                pointers.append(
                    start < 0 ? nil : memory.baseAddress?.advanced(by: start).assumingMemoryBound(to: CChar.self))
            }
            return pointers.withUnsafeBufferPointer { values in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(CInt(values.count), values.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}
