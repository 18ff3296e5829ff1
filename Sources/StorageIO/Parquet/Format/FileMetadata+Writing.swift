extension ParquetFormat.FileMetadata {
    func write(to writer: inout ThriftCompactWriter) {
        writer.structure { writer in
            writer.field(1, version)
            writer.field(2, structures: schema) { $1.writeFields(to: &$0) }
            writer.field(3, rowCount)
            writer.field(4, structures: rowGroups) { $1.writeFields(to: &$0) }
            if !keyValues.isEmpty {
                writer.field(5, structures: keyValues) { writer, pair in
                    writer.field(1, pair.key)
                    writer.field(2, pair.value)
                }
            }
            writer.field(6, createdBy)
            // Each column's order: member 1, the order that its type defines.
            writer.field(7, structures: Array(0..<columnOrderCount)) { writer, _ in writer.field(1, structure: { _ in })
            }
        }
    }
}

extension ParquetFormat.SchemaElement {
    fileprivate func writeFields(to writer: inout ThriftCompactWriter) {
        writer.field(1, type)
        writer.field(3, repetition)
        writer.field(4, name)
        writer.field(5, childCount)
        writer.field(6, convertedType)
        if let logicalType { writer.field(10) { logicalType.write(to: &$0) } }
    }
}

extension ParquetFormat.RowGroup {
    fileprivate func writeFields(to writer: inout ThriftCompactWriter) {
        writer.field(1, structures: columns) { writer, chunk in
            writer.field(2, chunk.fileOffset)
            if let metadata = chunk.metadata { writer.field(3) { metadata.writeFields(to: &$0) } }
        }
        writer.field(2, byteCount)
        writer.field(3, rowCount)
        writer.field(5, fileOffset)
        writer.field(6, compressedByteCount)
    }
}

extension ParquetFormat.ColumnMetadata {
    fileprivate func writeFields(to writer: inout ThriftCompactWriter) {
        writer.field(1, type)
        writer.field(2, list: encodings)
        writer.field(3, list: path)
        writer.field(4, codec)
        writer.field(5, valueCount)
        writer.field(6, uncompressedByteCount)
        writer.field(7, compressedByteCount)
        writer.field(9, dataPageOffset)
        writer.field(11, dictionaryPageOffset)
        if let statistics { writer.field(12) { statistics.writeFields(to: &$0) } }
    }
}

extension ParquetFormat.Statistics {
    fileprivate func writeFields(to writer: inout ThriftCompactWriter) {
        writer.field(1, legacyMaximum)
        writer.field(2, legacyMinimum)
        writer.field(3, nullCount)
        writer.field(5, maximum)
        writer.field(6, minimum)
        writer.field(7, isMaximumExact)
        writer.field(8, isMinimumExact)
    }
}
