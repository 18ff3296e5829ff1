/// A column of text as numbers of different texts.
package struct CodedTexts: Sendable {
    /// The text of each row; of null rows any number.
    package let codes: [UInt32]
    /// A one bit for each row that has a text; nil if all have one.
    package let validity: Bitmap?
    /// The texts by number. Not all need to be used, but each is there once.
    package let entries: ByteArrays

    /// - Precondition: codes of rows with a text are numbers of entries.
    package init(codes: [UInt32], validity: Bitmap?, entries: ByteArrays) {
        self.codes = codes
        self.validity = validity
        self.entries = entries
    }

    /// The most bytes that a text has.
    package var longest: Int {
        (0..<entries.count).reduce(0) { max($0, Int(entries.offsets[$1 + 1] - entries.offsets[$1])) }
    }

    /// Some of the rows as a column.
    package func column(_ rows: Range<Int>) -> Column {
        let texts = codes.withUnsafeBufferPointer { codes in
            entries.offsets.withUnsafeBufferPointer { starts in
                entries.bytes.withUnsafeBufferPointer { source in
                    CodedTexts.texts(rows, codes, starts, source, validity)
                }
            }
        }
        return .text(texts, validity: validity.map { $0.take(Array(rows)) })
    }

    private static func texts(
        _ rows: Range<Int>, _ codes: UnsafeBufferPointer<UInt32>, _ starts: UnsafeBufferPointer<Int32>,
        _ source: UnsafeBufferPointer<UInt8>, _ validity: Bitmap?
    ) -> ByteArrays {
        func range(_ row: Int) -> Range<Int> {
            guard validity.map({ $0[row] }) ?? true else { return 0..<0 }
            let code = Int(codes[row])
            return Int(starts[code])..<Int(starts[code + 1])
        }
        let offsets = [Int32](unsafeUninitializedCapacity: rows.count + 1) { offsets, count in
            var size: Int32 = 0
            offsets.initializeElement(at: 0, to: 0)
            for (index, row) in rows.enumerated() {
                size += Int32(range(row).count)
                offsets.initializeElement(at: index + 1, to: size)
            }
            count = rows.count + 1
        }
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(offsets[rows.count])) { target, count in
            for row in rows {
                let range = range(row)
                _ = target[count...].update(fromContentsOf: source[range])
                count += range.count
            }
        }
        return ByteArrays(offsets: offsets, bytes: bytes)
    }

    /// Some of the rows.
    package func slice(_ rows: Range<Int>) -> CodedTexts {
        CodedTexts(codes: Array(codes[rows]), validity: validity.map { $0.take(Array(rows)) }, entries: entries)
    }
}

/// Some rows of a table whose columns of text may be coded.
package struct CodedBatch: Sendable {
    package enum Values: Sendable {
        case plain(Column)
        case coded(CodedTexts)

        package var validity: Bitmap? {
            switch self {
            case .plain(let column): column.validity
            case .coded(let texts): texts.validity
            }
        }

        /// The rows as a plain column.
        package var column: Column {
            switch self {
            case .plain(let column): column
            case .coded(let texts): texts.column(texts.codes.indices)
            }
        }
    }

    package let schema: Schema
    package let columns: [Values]
    package let rowCount: Int

    /// - Precondition: the columns are those of the schema and have so many rows.
    package init(schema: Schema, columns: [Values], rowCount: Int) {
        self.schema = schema
        self.columns = columns
        self.rowCount = rowCount
    }

    package init(_ batch: RecordBatch) {
        self.init(schema: batch.schema, columns: batch.columns.map { .plain($0) }, rowCount: batch.rowCount)
    }

    /// The rows as a table of plain columns.
    /// - Throws: ``ColumnarError`` where a field does not allow nulls.
    package func plain() throws(ColumnarError) -> RecordBatch {
        try RecordBatch(schema: schema, columns: columns.map(\.column))
    }

    /// Some of the rows.
    package func slice(_ rows: Range<Int>) -> CodedBatch {
        let columns = columns.map { values -> Values in
            switch values {
            case .plain(let column): .plain(column.slice(rows))
            case .coded(let texts): .coded(texts.slice(rows))
            }
        }
        return CodedBatch(schema: schema, columns: columns, rowCount: rows.count)
    }
}
