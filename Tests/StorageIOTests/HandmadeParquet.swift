/// A Parquet file of one row group and required columns, assembled byte by byte with the habits of other writers.
struct HandmadeParquet {
    struct Column {
        var name: String
        /// Parquet's number of the physical type.
        var type: Int64 = 2
        var convertedType: Int64?
        /// PLAIN, as many values as the file has rows.
        var values: [UInt8]
        var checksum: Int64?
        var hasCryptoMetadata = false
    }

    var rowCount: Int
    var columns: [Column]
    /// The bytes of `ColumnMetaData.key_value_metadata`.
    var keyValueMetadata: [UInt8]?
    /// Whether the footer says that columns are encrypted, and is signed.
    var isSigned = false

    var bytes: [UInt8] {
        var file = Array("PAR1".utf8)
        var chunks: [[UInt8]] = []
        for column in columns {
            let offset = file.count
            var header = Thrift()
            header.int(1, 0)
            header.int(2, Int64(column.values.count))
            header.int(3, Int64(column.values.count))
            if let checksum = column.checksum { header.int(4, checksum) }
            header.structure(5) { page in
                for (field, value) in [(1, Int64(rowCount)), (2, 0), (3, 3), (4, 3)] { page.int(field, value) }
            }
            file += header.bytes + [0] + column.values
            chunks.append(chunk(column, offset: offset, size: file.count - offset))
        }
        var footer = Thrift()
        footer.int(1, 1)
        footer.list(2, [root] + columns.map(element))
        footer.long(3, Int64(rowCount))
        var group = Thrift()
        group.list(1, chunks)
        group.long(2, Int64(file.count))
        group.long(3, Int64(rowCount))
        footer.list(4, [group.bytes + [0]])
        if isSigned { footer.structure(8) { $0.structure(1) { _ in } } }
        let content = footer.bytes + [0] + (isSigned ? [UInt8](repeating: 0xEE, count: 28) : [])
        let count = UInt32(content.count)
        return file + content + (0..<4).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) } + Array("PAR1".utf8)
    }

    private var root: [UInt8] {
        var element = Thrift()
        element.text(4, "schema")
        element.int(5, Int64(columns.count))
        return element.bytes + [0]
    }

    private func element(_ column: Column) -> [UInt8] {
        var element = Thrift()
        element.int(1, column.type)
        element.int(3, 0)
        element.text(4, column.name)
        if let type = column.convertedType { element.int(6, type) }
        return element.bytes + [0]
    }

    private func chunk(_ column: Column, offset: Int, size: Int) -> [UInt8] {
        var chunk = Thrift()
        chunk.long(2, Int64(offset))
        chunk.structure(3) { metadata in
            metadata.int(1, column.type)
            metadata.raw(2, type: 9, [0x15, 0])
            metadata.raw(3, type: 9, [0x18] + Thrift.text(column.name))
            metadata.int(4, 0)
            for (field, value) in [(5, rowCount), (6, size), (7, size)] { metadata.long(field, Int64(value)) }
            if let keyValueMetadata { metadata.raw(8, type: 9, keyValueMetadata) }
            metadata.long(9, Int64(offset))
        }
        if column.hasCryptoMetadata { chunk.structure(8) { $0.structure(1) { _ in } } }
        return chunk.bytes + [0]
    }
}

/// The fields of a struct in Thrift's compact protocol, without the closing zero.
private struct Thrift {
    private(set) var bytes: [UInt8] = []
    private var last = 0

    mutating func raw(_ field: Int, type: UInt8, _ value: [UInt8]) {
        bytes.append(UInt8(field - last) << 4 | type)
        bytes += value
        last = field
    }

    mutating func int(_ field: Int, _ value: Int64) { raw(field, type: 5, Self.zigzag(value)) }
    mutating func long(_ field: Int, _ value: Int64) { raw(field, type: 6, Self.zigzag(value)) }
    mutating func text(_ field: Int, _ value: String) { raw(field, type: 8, Self.text(value)) }

    mutating func list(_ field: Int, _ structs: [[UInt8]]) {
        raw(field, type: 9, [UInt8(structs.count) << 4 | 12] + structs.flatMap { $0 })
    }

    mutating func structure(_ field: Int, _ body: (inout Thrift) -> Void) {
        var inner = Thrift()
        body(&inner)
        raw(field, type: 12, inner.bytes + [0])
    }

    static func text(_ value: String) -> [UInt8] { varint(UInt64(value.utf8.count)) + Array(value.utf8) }

    private static func zigzag(_ value: Int64) -> [UInt8] { varint(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
