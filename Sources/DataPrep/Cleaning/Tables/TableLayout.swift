import Columnar
import Features
import StorageIO

/// The columns of a cleaning by a schema: the schema's, and those beside it that the inputs have.
struct TableLayout: Sendable {
    let schema: TransactionSchema
    /// The columns of the output: the schema's in its order, then the others.
    let output: Schema
    /// One for each column of the schema.
    let readers: [ColumnReader]
    let label: (index: Int, values: LabelValues)?
    /// The position of the amount.
    let amount: Int?
    let inputs: [TableInput]

    /// Finds the columns of the inputs.
    /// - Throws: `SchemaError` in the input's name; ``CleaningError/wrongColumnType(input:name:expected:actual:)`` where inputs
    ///   have columns beside the schema of the same name and different types.
    init(
        _ schema: TransactionSchema, _ inputs: [any RandomAccessInput], _ partitions: PartitionColumns?,
        options: CleaningOptions
    ) async throws {
        try schema.validate()
        self.schema = schema
        let readers = schema.columns.map { ColumnReader($0, missingMarkers: schema.missingMarkers) }
        self.readers = readers
        var probes: [(probe: TableProbe, match: SchemaMatch)?] = []
        var others: [Field] = []
        for (index, source) in inputs.enumerated() {
            let input = CleaningInput(source: source, index: index, partitions: partitions)
            guard let probe = try await TableProbe(input, options: options) else {
                probes.append(nil)
                continue
            }
            let match = try TableLayout.match(schema, readers, probe, of: source.name)
            for position in match.others { try TableLayout.join(probe.fields[position], to: &others, of: source.name) }
            probes.append((probe, match))
        }
        output = try Schema(schema.tableSchema().fields + others)
        label =
            schema.columns.enumerated().lazy.compactMap { index, column in
                LabelValues(column).map { (index, $0) }
            }.first
        amount = schema.columns.firstIndex { $0.role == .amount }
        let fields = output.fields
        self.inputs = probes.map { found in
            guard let (probe, match) = found else { return .empty }
            let positions =
                match.positions
                + fields.dropFirst(readers.count).map { field in
                    match.others.first { probe.fields[$0].name == field.name }
                }
            return TableInput(
                kind: probe.kind, table: probe.readFields(for: positions.prefix(readers.count)), positions: positions)
        }
    }

    private static func match(
        _ schema: TransactionSchema, _ readers: [ColumnReader], _ probe: TableProbe, of input: String
    ) throws -> SchemaMatch {
        do {
            let match = try schema.match(Schema(probe.fields))
            // Values of JSON, as of text, are judged one by one.
            guard probe.kind == .parquet else { return match }
            for (reader, position) in zip(readers, match.positions) {
                guard let position, !reader.canRead(probe.fields[position].type) else { continue }
                throw SchemaError.unreadableColumn(
                    column: reader.column.name, type: reader.column.type.kind.rawValue,
                    stored: probe.fields[position].type)
            }
            return match
        } catch let error as SchemaError {
            throw SchemaError.inFile(input, error)
        }
    }

    private static func join(_ field: Field, to others: inout [Field], of input: String) throws(CleaningError) {
        let type = field.type == .binary ? .string : field.type
        guard let index = others.firstIndex(where: { $0.name == field.name }) else {
            others.append(Field(field.name, type))
            return
        }
        guard let common = others[index].type.common(with: type) else {
            throw .wrongColumnType(
                input: input, name: field.name, expected: "\(others[index].type)", actual: "\(field.type)")
        }
        others[index].type = common
    }
}

/// Where an input has the columns of a cleaning.
struct TableInput: Sendable {
    enum Kind: Sendable {
        case text, jsonLines, parquet
    }

    let kind: Kind
    /// Its columns in the types in which they are read.
    let table: [Field]
    /// The position in the input of each column of the output.
    let positions: [Int?]

    static let empty = TableInput(kind: .text, table: [], positions: [])

    /// The names of the input's columns that are read, in its order.
    var wanted: [String] {
        let used = Set(positions.compactMap { $0 })
        return table.indices.filter(used.contains).map { table[$0].name }
    }
}

/// The columns of one input.
struct TableProbe {
    let kind: TableInput.Kind
    let fields: [Field]

    /// nil for an input without content.
    init?(_ input: CleaningInput, options: CleaningOptions) async throws {
        let ofFolders = input.partitions?.fields ?? []
        func joined(_ own: [Field]) -> [Field] {
            own.filter { field in !ofFolders.contains { $0.name == field.name } } + ofFolders
        }
        if try await input.isParquet() {
            kind = .parquet
            fields = joined(try await ParquetReader.open(input.source).schema.fields)
        } else if try await input.isJSONLines() {
            kind = .jsonLines
            let reading = JSONLinesReadOptions(blockBytes: options.blockBytes, threads: options.threads)
            do {
                fields = joined(try await JSONLinesReader.open(input.source, options: reading).schema.fields)
            } catch JSONLinesError.emptyInput {
                return nil
            }
        } else {
            kind = .text
            let chunks = ByteChunks(input.source, chunkBytes: options.blockBytes)
            guard let line = try await TextBlocks(chunks, file: input.source.name).firstLine() else { return nil }
            await chunks.cancel()
            let header = CSVHeader(line: line, layout: TextLayout(firstLine: line, quotesSpanLines: true))
            // Columns of folders are only in tables.
            fields = try header.columnNames(file: input.source.name).map { Field($0, .string) }
        }
    }

    /// The types in which the columns are read: of JSON the schema's columns as text, so that their values are judged as those of
    /// text files.
    func readFields(for ofSchema: some Sequence<Int?>) -> [Field] {
        guard kind == .jsonLines else { return fields }
        let texts = Set(ofSchema.compactMap { $0 })
        return fields.indices.map { texts.contains($0) ? Field(fields[$0].name, .string) : fields[$0] }
    }
}
