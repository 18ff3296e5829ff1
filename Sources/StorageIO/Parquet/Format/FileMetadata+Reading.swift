extension ParquetFormat.FileMetadata {
    init(reading reader: inout ThriftCompactReader) throws(ParquetFault) {
        var result = Self()
        try reader.readStruct { (reader, number, type) throws(ParquetFault) in
            switch (number, type) {
            case (1, .int32): result.version = try reader.readInt32()
            case (2, .list):
                result.schema = try reader.readList(of: .structure) { (reader) throws(ParquetFault) in
                    try ParquetFormat.SchemaElement(reading: &reader)
                }
            case (3, .int64): result.rowCount = try reader.readInt64()
            case (4, .list):
                result.rowGroups = try reader.readList(of: .structure) { (reader) throws(ParquetFault) in
                    try ParquetFormat.RowGroup(reading: &reader)
                }
            case (5, .list):
                result.keyValues = try reader.readList(of: .structure) { (reader) throws(ParquetFault) in
                    try ParquetFormat.KeyValue(reading: &reader)
                }
            case (6, .binary): result.createdBy = try reader.readString()
            case (7, .list):
                result.columnOrderCount = try reader.readList(of: .structure) { (reader) throws(ParquetFault) in
                    try reader.skip(.structure)
                }.count
            default: try reader.skip(type)
            }
        }
        self = result
    }
}

extension ParquetFormat.SchemaElement {
    init(reading reader: inout ThriftCompactReader) throws(ParquetFault) {
        var result = Self()
        try reader.readStruct { (reader, number, type) throws(ParquetFault) in
            switch (number, type) {
            case (1, .int32): result.type = try reader.readInt32()
            case (2, .int32): result.typeLength = try reader.readInt32()
            case (3, .int32): result.repetition = try reader.readInt32()
            case (4, .binary): result.name = try reader.readString()
            case (5, .int32): result.childCount = try reader.readInt32()
            case (6, .int32): result.convertedType = try reader.readInt32()
            case (7, .int32): result.scale = try reader.readInt32()
            case (8, .int32): result.precision = try reader.readInt32()
            case (10, .structure): result.logicalType = try ParquetFormat.LogicalType.read(from: &reader)
            default: try reader.skip(type)
            }
        }
        self = result
    }
}

extension ParquetFormat.KeyValue {
    init(reading reader: inout ThriftCompactReader) throws(ParquetFault) {
        var result = Self()
        try reader.readStruct { (reader, number, type) throws(ParquetFault) in
            switch (number, type) {
            case (1, .binary): result.key = try reader.readString()
            case (2, .binary): result.value = try reader.readString()
            default: try reader.skip(type)
            }
        }
        self = result
    }
}

extension ParquetFormat.RowGroup {
    init(reading reader: inout ThriftCompactReader) throws(ParquetFault) {
        var result = Self()
        try reader.readStruct { (reader, number, type) throws(ParquetFault) in
            switch (number, type) {
            case (1, .list):
                result.columns = try reader.readList(of: .structure) { (reader) throws(ParquetFault) in
                    try ParquetFormat.ColumnChunk(reading: &reader)
                }
            case (2, .int64): result.byteCount = try reader.readInt64()
            case (3, .int64): result.rowCount = try reader.readInt64()
            case (5, .int64): result.fileOffset = try reader.readInt64()
            case (6, .int64): result.compressedByteCount = try reader.readInt64()
            default: try reader.skip(type)
            }
        }
        self = result
    }
}

extension ParquetFormat.ColumnChunk {
    init(reading reader: inout ThriftCompactReader) throws(ParquetFault) {
        var result = Self()
        try reader.readStruct { (reader, number, type) throws(ParquetFault) in
            switch (number, type) {
            case (1, .binary): result.filePath = try reader.readString()
            case (2, .int64): result.fileOffset = try reader.readInt64()
            case (3, .structure): result.metadata = try ParquetFormat.ColumnMetadata(reading: &reader)
            case (8, .structure), (9, .binary):
                result.isEncrypted = true
                try reader.skip(type)
            default: try reader.skip(type)
            }
        }
        self = result
    }
}

extension ParquetFormat.ColumnMetadata {
    init(reading reader: inout ThriftCompactReader) throws(ParquetFault) {
        var result = Self()
        try reader.readStruct { (reader, number, type) throws(ParquetFault) in
            switch (number, type) {
            case (1, .int32): result.type = try reader.readInt32()
            case (2, .list):
                result.encodings = try reader.readList(of: .int32) { (reader) throws(ParquetFault) in
                    try reader.readInt32()
                }
            case (3, .list):
                result.path = try reader.readList(of: .binary) { (reader) throws(ParquetFault) in
                    try reader.readString()
                }
            case (4, .int32): result.codec = try reader.readInt32()
            case (5, .int64): result.valueCount = try reader.readInt64()
            case (6, .int64): result.uncompressedByteCount = try reader.readInt64()
            case (7, .int64): result.compressedByteCount = try reader.readInt64()
            case (9, .int64): result.dataPageOffset = try reader.readInt64()
            case (11, .int64): result.dictionaryPageOffset = try reader.readInt64()
            case (12, .structure): result.statistics = try ParquetFormat.Statistics(reading: &reader)
            default: try reader.skip(type)
            }
        }
        self = result
    }
}

extension ParquetFormat.Statistics {
    init(reading reader: inout ThriftCompactReader) throws(ParquetFault) {
        var result = Self()
        try reader.readStruct { (reader, number, type) throws(ParquetFault) in
            switch (number, type) {
            case (1, .binary): result.legacyMaximum = try reader.readBinary()
            case (2, .binary): result.legacyMinimum = try reader.readBinary()
            case (3, .int64): result.nullCount = try reader.readInt64()
            case (4, .int64): result.distinctCount = try reader.readInt64()
            case (5, .binary): result.maximum = try reader.readBinary()
            case (6, .binary): result.minimum = try reader.readBinary()
            case (7, .booleanTrue): result.isMaximumExact = true
            case (7, .booleanFalse): result.isMaximumExact = false
            case (8, .booleanTrue): result.isMinimumExact = true
            case (8, .booleanFalse): result.isMinimumExact = false
            default: try reader.skip(type)
            }
        }
        self = result
    }
}
