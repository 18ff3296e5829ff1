import Columnar

extension DataFiles {
    /// Opens the files as delimited text. Files that turn out to hold nothing, as compressed parts without rows do, are left
    /// out where there are others.
    /// - Returns: the files to read, and for each the columns it has, in types that agree where files do not contradict one
    ///   another: a file that has no value in a column says nothing of its type.
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
                location: location.description, detail: "none of the \(files.count) files found holds anything")
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
                    // What the file has agrees with all others, or is left for the comparison to name. Words such as `n`
                    // may be text: they stay what they are.
                    let agrees =
                        own.kind == .none || own.kind == all.kind || all.isOfNumbers
                        || (own.kind == .boolean && all.kind == .string)
                    return Field(field.name, agrees ? all.kind.type : field.type)
                })
        }
    }
}
