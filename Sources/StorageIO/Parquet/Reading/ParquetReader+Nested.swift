extension ParquetReader {
    /// The numbers of a leaf within groups or one list, row by row; none for a row in which it is null.
    ///
    /// For small files, such as those in which Spark describes models.
    /// - Parameter name: the names from the root, with dots between them; those of a list's inner groups may be left out.
    /// - Throws: ``ParquetError`` for a leaf that there is not, or whose values are not numbers; what the input throws.
    package func numbers(ofLeaf name: String) async throws -> [[Double]] {
        let path = name.split(separator: ".").map(String.init)
        guard let leaf = leaves.first(where: { $0.path.starts(with: path) }) else {
            throw ParquetError(.invalidRequest, file: input.name, column: name, message: "there is no such column")
        }
        var rows: [[Double]] = []
        for (index, group) in rowGroups.enumerated() {
            func error(_ code: ParquetError.Code, _ message: String) -> ParquetError {
                ParquetError(code, file: input.name, column: name, rowGroup: index, message: message)
            }
            let chunk: (metadata: ParquetFormat.ColumnMetadata, codec: ParquetFormat.Codec, range: Range<Int64>)
            do {
                chunk = try locate(leaf, rowGroup: index)
            } catch let fault {
                throw error(fault.code, fault.message)
            }
            let bytes = try await input.read(chunk.range)
            var decoder = NestedNumbersDecoder(leaf: leaf)
            do {
                try bytes.withUnsafeBytes {
                    try decoder.decode($0, codec: chunk.codec, valueCount: Int(chunk.metadata.valueCount))
                }
            } catch let fault as ParquetFault {
                throw error(fault.code, fault.message)
            } catch let problem {
                throw error(.corrupt, "\(problem)")
            }
            guard decoder.rows.count == group.rowCount else {
                throw error(.corrupt, "\(decoder.rows.count) rows, the row group has \(group.rowCount)")
            }
            rows += decoder.rows
        }
        return rows
    }

    private func locate(
        _ leaf: ParquetLeaf, rowGroup: Int
    ) throws(ParquetFault) -> (ParquetFormat.ColumnMetadata, ParquetFormat.Codec, Range<Int64>) {
        guard leaf.maximumRepetition <= 1 else {
            throw ParquetFault(.unsupported, "lists of lists are not supported")
        }
        let chunk = try RowGroupPlan.locate(chunks[rowGroup][leaf.index], size: input.size, padding: chunkPadding)
        guard let type = leaf.physicalType, chunk.0.type == type.rawValue else {
            throw ParquetFault(.corrupt, "the column chunk is of type \(chunk.0.type)")
        }
        guard (0...Int64(NestedNumbersDecoder.mostValues)).contains(chunk.0.valueCount) else {
            throw ParquetFault(.outOfRange, "\(chunk.0.valueCount) nested values")
        }
        return chunk
    }

    /// Whether there is a leaf of this name or beginning of names.
    package func hasLeaf(_ name: String) -> Bool {
        let path = name.split(separator: ".").map(String.init)
        return leaves.contains { $0.path.starts(with: path) }
    }
}
