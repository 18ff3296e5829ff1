import Parallelism

/// Writes rows for a copy, value by value, in the order of its columns.
///
/// Used within the body of ``PostgreSQLConnection/copy(into:schema:columns:write:)`` only. Each row has to be ended; a row with too
/// few or too many values is an error.
public struct PostgreSQLCopyWriter: ~Copyable {
    private static let chunk = 64 << 10

    private var bytes: [UInt8] = []
    private let columnCount: Int
    private var valuesInRow = 0
    /// Rows that were ended.
    public private(set) var rowCount = 0
    private let flag: CancellationFlag?
    private let send: (UnsafeRawBufferPointer) throws -> Void

    init(columnCount: Int, flag: CancellationFlag?, send: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.columnCount = columnCount
        self.flag = flag
        self.send = send
        bytes.reserveCapacity(Self.chunk + 4096)
    }

    /// Writes `NULL`.
    public mutating func appendNull() {
        begin()
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(ascii: "N"))
    }

    /// Writes a `boolean`.
    public mutating func append(_ value: Bool) {
        begin()
        TextFormat.append(value, to: &bytes)
    }

    /// Writes an integer.
    public mutating func append(_ value: Int64) {
        begin()
        TextFormat.append(value, to: &bytes)
    }

    /// Writes a number.
    public mutating func append(_ value: Double) {
        begin()
        TextFormat.append(value, to: &bytes)
    }

    /// Writes text, or a value of any type as PostgreSQL writes it.
    /// - Throws: ``PostgreSQLError`` of the kind `invalidValue` for text with a NUL character.
    public mutating func append(_ value: String) throws {
        begin()
        var value = value
        let hasNUL = value.withUTF8 { text in
            bytes.reserveCapacity(bytes.count + text.count)
            var start = 0
            for index in 0..<text.count {
                let byte = text[index], replacement: UInt8
                switch byte {
                case 0: return true
                case UInt8(ascii: "\\"): replacement = byte
                case UInt8(ascii: "\t"): replacement = UInt8(ascii: "t")
                case UInt8(ascii: "\n"): replacement = UInt8(ascii: "n")
                case UInt8(ascii: "\r"): replacement = UInt8(ascii: "r")
                default: continue
                }
                bytes.append(contentsOf: text[start..<index])
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(replacement)
                start = index + 1
            }
            bytes.append(contentsOf: text[start...])
            return false
        }
        guard !hasNUL else {
            throw PostgreSQLError(
                .invalidValue, "value \(valuesInRow) of the row is text with a NUL character", index: rowCount)
        }
    }

    /// Writes a `bytea`.
    public mutating func append(bytes value: [UInt8]) {
        begin()
        bytes.append(contentsOf: "\\\\x".utf8)
        for byte in value {
            bytes.append(Self.digit(byte >> 4))
            bytes.append(Self.digit(byte & 15))
        }
    }

    /// Writes a value.
    /// - Throws: see ``append(_:)-(String)``.
    public mutating func append(_ value: PostgreSQLValue) throws {
        switch value {
        case .null: appendNull()
        case .boolean(let value): append(value)
        case .integer(let value): append(value)
        case .real(let value): append(value)
        case .text(let value): try append(value)
        case .bytes(let value): append(bytes: value)
        }
    }

    /// Ends a row. Waits for the server when it falls behind.
    /// - Throws: ``PostgreSQLError`` of the kind `invalidValue` for a row that has not as many values as there are columns; the
    ///   connection's failures; `CancellationError`.
    public mutating func endRow() throws {
        guard valuesInRow == columnCount else {
            throw PostgreSQLError(
                .invalidValue, "the row has \(valuesInRow) values for \(columnCount) columns", index: rowCount)
        }
        // However slowly rows come.
        try flag?.check()
        bytes.append(UInt8(ascii: "\n"))
        valuesInRow = 0
        rowCount += 1
        if bytes.count >= Self.chunk { try sendRest() }
    }

    /// - Throws: also for a row that was not ended.
    mutating func finish() throws {
        guard valuesInRow == 0 else {
            throw PostgreSQLError(.invalidValue, "the last row was not ended", index: rowCount)
        }
        try sendRest()
    }

    private mutating func sendRest() throws {
        try bytes.withUnsafeBytes { try send($0) }
        bytes.removeAll(keepingCapacity: true)
    }

    private mutating func begin() {
        if valuesInRow > 0 { bytes.append(UInt8(ascii: "\t")) }
        valuesInRow += 1
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
