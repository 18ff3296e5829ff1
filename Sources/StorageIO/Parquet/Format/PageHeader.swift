extension ParquetFormat {
    /// The header of a page (`PageHeader`).
    struct PageHeader: Sendable {
        var type: Int32 = -1
        var uncompressedByteCount: Int32 = -1
        var compressedByteCount: Int32 = -1
        var checksum: Int32?
        var data: DataPageHeader?
        var dictionary: DictionaryPageHeader?
        var dataV2: DataPageHeaderV2?
    }

    struct DataPageHeader: Sendable {
        var valueCount: Int32 = -1
        var encoding: Int32 = -1
        var definitionLevelEncoding: Int32 = -1
        var repetitionLevelEncoding: Int32 = -1
    }

    struct DictionaryPageHeader: Sendable {
        var valueCount: Int32 = -1
        var encoding: Int32 = -1
    }

    struct DataPageHeaderV2: Sendable {
        var valueCount: Int32 = -1
        var nullCount: Int32 = -1
        var rowCount: Int32 = -1
        var encoding: Int32 = -1
        var definitionLevelByteCount: Int32 = -1
        var repetitionLevelByteCount: Int32 = -1
        var isCompressed = true
    }
}

extension ParquetFormat.PageHeader {
    init(reading reader: inout ThriftCompactReader) throws(ParquetFault) {
        var result = Self()
        try reader.readStruct { (reader, number, type) throws(ParquetFault) in
            switch (number, type) {
            case (1, .int32): result.type = try reader.readInt32()
            case (2, .int32): result.uncompressedByteCount = try reader.readInt32()
            case (3, .int32): result.compressedByteCount = try reader.readInt32()
            case (4, .int32): result.checksum = try reader.readInt32()
            case (5, .structure): result.data = try ParquetFormat.DataPageHeader(reading: &reader)
            case (7, .structure): result.dictionary = try ParquetFormat.DictionaryPageHeader(reading: &reader)
            case (8, .structure): result.dataV2 = try ParquetFormat.DataPageHeaderV2(reading: &reader)
            default: try reader.skip(type)
            }
        }
        self = result
    }

    func write(to writer: inout ThriftCompactWriter) {
        writer.structure { writer in
            writer.field(1, type)
            writer.field(2, uncompressedByteCount)
            writer.field(3, compressedByteCount)
            writer.field(4, checksum)
            if let data {
                writer.field(5) { writer in
                    writer.field(1, data.valueCount)
                    writer.field(2, data.encoding)
                    writer.field(3, data.definitionLevelEncoding)
                    writer.field(4, data.repetitionLevelEncoding)
                }
            }
            if let dictionary {
                writer.field(7) { writer in
                    writer.field(1, dictionary.valueCount)
                    writer.field(2, dictionary.encoding)
                }
            }
            if let dataV2 {
                writer.field(8) { writer in
                    writer.field(1, dataV2.valueCount)
                    writer.field(2, dataV2.nullCount)
                    writer.field(3, dataV2.rowCount)
                    writer.field(4, dataV2.encoding)
                    writer.field(5, dataV2.definitionLevelByteCount)
                    writer.field(6, dataV2.repetitionLevelByteCount)
                    writer.field(7, dataV2.isCompressed)
                }
            }
        }
    }
}

extension ParquetFormat.DataPageHeader {
    fileprivate init(reading reader: inout ThriftCompactReader) throws(ParquetFault) {
        var result = Self()
        try reader.readStruct { (reader, number, type) throws(ParquetFault) in
            switch (number, type) {
            case (1, .int32): result.valueCount = try reader.readInt32()
            case (2, .int32): result.encoding = try reader.readInt32()
            case (3, .int32): result.definitionLevelEncoding = try reader.readInt32()
            case (4, .int32): result.repetitionLevelEncoding = try reader.readInt32()
            default: try reader.skip(type)
            }
        }
        self = result
    }
}

extension ParquetFormat.DictionaryPageHeader {
    fileprivate init(reading reader: inout ThriftCompactReader) throws(ParquetFault) {
        var result = Self()
        try reader.readStruct { (reader, number, type) throws(ParquetFault) in
            switch (number, type) {
            case (1, .int32): result.valueCount = try reader.readInt32()
            case (2, .int32): result.encoding = try reader.readInt32()
            default: try reader.skip(type)
            }
        }
        self = result
    }
}

extension ParquetFormat.DataPageHeaderV2 {
    fileprivate init(reading reader: inout ThriftCompactReader) throws(ParquetFault) {
        var result = Self()
        try reader.readStruct { (reader, number, type) throws(ParquetFault) in
            switch (number, type) {
            case (1, .int32): result.valueCount = try reader.readInt32()
            case (2, .int32): result.nullCount = try reader.readInt32()
            case (3, .int32): result.rowCount = try reader.readInt32()
            case (4, .int32): result.encoding = try reader.readInt32()
            case (5, .int32): result.definitionLevelByteCount = try reader.readInt32()
            case (6, .int32): result.repetitionLevelByteCount = try reader.readInt32()
            case (7, .booleanFalse): result.isCompressed = false
            default: try reader.skip(type)
            }
        }
        self = result
    }
}
