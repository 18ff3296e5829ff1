import Columnar

extension DataFiles {
    /// Opens the files as delimited text. Files that turn out to be empty, such as compressed parts without rows, are
    /// skipped if there are others.
    /// - Returns: the files to read, and the columns of each, in types that agree unless files contradict one another:
    ///   a file without a value in a column does not determine its type.
    func openedAsCSV(_ options: CSVReadOptions) async throws -> (files: DataFiles, schemas: [Schema]) {
        let isOne = files.count == 1
        let readers = try await files.concurrentMap { file -> CSVReader? in
            do {
                return try await CSVReader.open(input(file), options: options)
            } catch CSVError.emptyInput where !isOne {
                return nil
            }
        }
        let kept = readers.indices.filter { readers[$0] != nil }
        guard !kept.isEmpty else {
            throw DataSetError.nothingFound(
                location: location.description, detail: "none of the \(files.count) files found has content")
        }
        return (
            DataFiles(
                location: location, files: kept.map { files[$0] }, format: format,
                partitions: partitions.selecting(kept)),
            try Self.agreeing(readers.compactMap { $0 })
        )
    }

    private static func agreeing(_ readers: [CSVReader]) throws -> [Schema] {
        var states: [String: CSVTypeInference.State] = [:]
        for reader in readers {
            guard let inferred = reader.inferred else { return readers.map(\.schema) }
            for (field, state) in zip(reader.schema.fields, inferred) {
                states[field.name, default: CSVTypeInference.State()].join(state)
            }
        }
        return try readers.map { reader in
            try Schema(
                zip(reader.schema.fields, reader.inferred ?? []).map { field, own in
                    let all = states[field.name] ?? own
                    // The file's type agrees with all others, or the comparison reports it. Words such as `n` may be
                    // text: their type is kept.
                    let agrees =
                        own.kind == .none || own.kind == all.kind || all.isOfNumbers
                        || (own.kind == .boolean && all.kind == .string)
                    return Field(field.name, agrees ? all.kind.type : field.type)
                })
        }
    }
}
