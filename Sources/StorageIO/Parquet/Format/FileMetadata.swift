extension ParquetFormat {
    /// The footer (`FileMetaData`).
    struct FileMetadata: Sendable {
        var version: Int32 = 1
        var schema: [SchemaElement] = []
        var rowCount: Int64 = 0
        var rowGroups: [RowGroup] = []
        var keyValues: [KeyValue] = []
        var createdBy: String?
        /// How many columns declare the order of their statistics.
        var columnOrderCount = 0
    }

    /// A node of the schema tree, which is stored in depth-first order.
    struct SchemaElement: Sendable {
        var type: Int32?
        var typeLength: Int32?
        var repetition: Int32?
        var name = ""
        var childCount: Int32?
        var convertedType: Int32?
        var scale: Int32 = 0
        var precision: Int32 = 0
        var logicalType: LogicalType?
    }

    struct KeyValue: Sendable {
        var key = ""
        var value: String?
    }

    struct RowGroup: Sendable {
        var columns: [ColumnChunk] = []
        var byteCount: Int64 = 0
        var rowCount: Int64 = 0
        var fileOffset: Int64?
        var compressedByteCount: Int64?
        var ordinal: Int32?
    }

    struct ColumnChunk: Sendable {
        var filePath: String?
        var fileOffset: Int64 = 0
        var metadata: ColumnMetadata?
        var isEncrypted = false
    }

    struct ColumnMetadata: Sendable {
        var type: Int32 = 0
        var encodings: [Int32] = []
        var path: [String] = []
        var codec: Int32 = 0
        var valueCount: Int64 = 0
        var uncompressedByteCount: Int64 = 0
        var compressedByteCount: Int64 = 0
        var dataPageOffset: Int64 = 0
        var dictionaryPageOffset: Int64?
        var statistics: Statistics?
    }

    struct Statistics: Sendable {
        /// In an order that early writers did not agree on, except for signed numbers.
        var legacyMaximum: [UInt8]?
        var legacyMinimum: [UInt8]?
        var nullCount: Int64?
        var distinctCount: Int64?
        var maximum: [UInt8]?
        var minimum: [UInt8]?
        var isMaximumExact: Bool?
        var isMinimumExact: Bool?
    }
}
