import Columnar

extension DataFiles {
    /// Infers the columns of the files as if they were one file, unless the options have a schema: programs leave out
    /// members that are null.
    /// - Returns: the columns, each of which may hold null; the number of rows, unless they have not been read.
    func openedAsJSONLines(_ options: JSONLinesReadOptions) async throws -> (schema: Schema, rowCount: Int64?) {
        if let schema = options.schema { return (try JSONLinesReader.readable(schema), nil) }
        let parts = try await files.concurrentMap { file in
            try await JSONLinesInference.inferring(input(file), options: options)
        }
        var whole = JSONLinesInference()
        for (part, file) in zip(parts, files) { try whole.merge(part, file: input(file).name) }
        let fields = whole.fields
        guard !fields.isEmpty else {
            if files.count == 1 { throw JSONLinesError.emptyInput(file: input(files[0]).name) }
            throw DataSetError.nothingFound(
                location: location.description, detail: "none of the \(files.count) files found has content")
        }
        return (try Schema(fields), Int64(whole.rowCount))
    }
}
