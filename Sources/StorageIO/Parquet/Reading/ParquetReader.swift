public import Columnar
import Parallelism

/// Reads Parquet files (apache/parquet-format 2.12) of flat columns.
///
/// | stored as | read as |
/// | --- | --- |
/// | BOOLEAN | `boolean` |
/// | INT32, INT64 and their signed widths, times of day | `int32`, `int64` |
/// | UINT_8, UINT_16; UINT_32, UINT_64 | `int32`; `int64` |
/// | FLOAT, FLOAT16; DOUBLE | `float32`; `float64` |
/// | DECIMAL without decimal places, however stored | `int64` |
/// | other DECIMAL | `float64`: the nearest number |
/// | DATE, TIMESTAMP | `date`, `timestamp` of the same unit and kind |
/// | INT96 | `timestamp(microseconds, UTC)`, as in Spark; finer digits are dropped |
/// | STRING, ENUM, JSON | `string`, the bytes as they are |
/// | any other BYTE_ARRAY or FIXED_LEN_BYTE_ARRAY | `binary` |
///
/// Whole numbers (UINT_64, DECIMAL) of which the file's statistics show one outside `int64` are `float64`, the nearest
/// number. Without statistics, a UINT_64 column is scanned when the file is opened; in a DECIMAL such a number is an
/// error.
///
/// Nested columns (groups, lists, maps), encrypted ones and those that share a name are listed in
/// ``unreadableColumns``; the other columns can be read by naming them. Files whose footer is encrypted, and LZO, are
/// refused. A page's checksum is verified if it has one; 0 counts as none.
public struct ParquetReader: Sendable {
    /// The columns that can be read.
    public let schema: Schema
    /// Why the other columns cannot be read, by name.
    public var unreadableColumns: [String: String] { unreadable.mapValues(\.message) }
    /// Rows of all row groups. (Some writers record another number for the file; it is ignored.)
    public let rowCount: Int64
    /// The row groups, in the file's order.
    public let rowGroups: [ParquetRowGroup]
    /// The writer's key-value metadata.
    public let keyValueMetadata: [String: String]
    /// The program that wrote the file, as it identifies itself.
    public let createdBy: String?

    let input: any RandomAccessInput
    let columns: [ParquetColumn]
    /// The leaves of all columns, also of nested ones.
    let leaves: [ParquetLeaf]
    private let unreadable: [String: ParquetFault]
    /// The columns that can be read, but have no value in any row.
    let nullColumns: Set<String>
    let chunks: [[ParquetFormat.ColumnChunk]]
    /// How many bytes after a column chunk may still belong to it.
    let chunkPadding: Int64

    /// Reads a file's footer: one request of the last 64 KiB, and a second for a larger footer. A column of UINT_64
    /// without statistics is also read, to know whether its numbers fit `int64`.
    /// - Throws: ``ParquetError``, or what the input throws.
    public static func open(_ input: any RandomAccessInput) async throws -> ParquetReader {
        let footer = try await ParquetFooter.read(input)
        let reader = try ParquetReader(input, footer)
        let wide = try await reader.wideColumns()
        return wide.isEmpty ? reader : try ParquetReader(input, footer, wide: wide)
    }

    /// Columns of UINT_64 with a number too large for `int64`, without statistics that say so.
    private func wideColumns() async throws -> Set<String> {
        var wide: Set<String> = []
        for column in columns where column.conversion == .unsigned64 {
            for (index, group) in rowGroups.enumerated() where group.rowCount > 0 {
                guard group.statistics[column.name]?.maximum == nil else { continue }
                do {
                    _ = try await read(rowGroup: index, columns: [column.name])
                } catch let error as ParquetError {
                    // Other errors of the column are reported when it is read.
                    if error.code == .outOfRange { wide.insert(column.name) }
                    break
                }
            }
        }
        return wide
    }

    private init(
        _ input: any RandomAccessInput, _ footer: ParquetFormat.FileMetadata, wide: Set<String> = []
    ) throws(ParquetError) {
        do {
            var columns = try ParquetColumns(footer.schema)
            if let index = footer.rowGroups.firstIndex(where: { $0.columns.count != columns.leafCount }) {
                throw ParquetFault(
                    .corrupt,
                    "row group \(index) has \(footer.rowGroups[index].columns.count) columns, the schema "
                        + "\(columns.leafCount)")
            }
            columns.adapt(to: footer.rowGroups, wide: wide)
            let hasColumnOrder = footer.columnOrderCount == columns.leafCount
            var rowGroups: [ParquetRowGroup] = []
            var total: Int64 = 0
            for (index, group) in footer.rowGroups.enumerated() {
                guard group.rowCount >= 0, let rowCount = Int(exactly: group.rowCount),
                    case let (sum, overflow) = total.addingReportingOverflow(group.rowCount), !overflow
                else { throw ParquetFault(.corrupt, "row group \(index) has \(group.rowCount) rows") }
                total = sum
                let statistics = columns.readable.map { column in
                    (
                        column.name,
                        ParquetColumnStatistics(
                            group.columns[column.leaf].metadata?.statistics, column: column,
                            hasColumnOrder: hasColumnOrder)
                    )
                }
                rowGroups.append(
                    ParquetRowGroup(
                        rowCount: rowCount, byteCount: group.compressedByteCount ?? group.byteCount,
                        statistics: Dictionary(statistics) { first, _ in first }))
            }
            do {
                schema = try Schema(columns.readable.map { Field($0.name, $0.type, isNullable: $0.isOptional) })
            } catch { throw ParquetFault(.unsupported, "\(error)") }
            self.input = input
            self.rowGroups = rowGroups
            self.columns = columns.readable
            leaves = ParquetLeaf.all(footer.schema)
            unreadable = columns.unreadable
            nullColumns = Set(
                columns.readable.lazy.filter { column in
                    column.isNullTyped
                        || rowGroups.allSatisfy { $0.statistics[column.name]?.nullCount == Int64($0.rowCount) }
                }.map(\.name))
            rowCount = total
            chunks = footer.rowGroups.map(\.columns)
            keyValueMetadata = Dictionary(footer.keyValues.map { ($0.key, $0.value ?? "") }) { _, last in last }
            createdBy = footer.createdBy
            chunkPadding = ParquetFooter.leavesDictionaryHeadersOut(footer.createdBy) ? 100 : 0
        } catch let fault as ParquetFault {
            throw ParquetError(fault.code, file: input.name, message: fault.message)
        } catch {
            throw ParquetError(.corrupt, file: input.name, message: "\(error)")
        }
    }

    /// One row group.
    /// - Parameters:
    ///   - names: the names of the requested columns, in order; nil for all.
    ///   - threads: on how many threads columns are decoded at the same time.
    /// - Throws: ``ParquetError``, what the input throws, or `CancellationError`.
    public func read(rowGroup: Int, columns names: [String]? = nil, threads: Int = 1) async throws -> RecordBatch {
        try await decode(fetch(plan(rowGroup: rowGroup, columns: names)), threads: threads)
    }

    /// What has to be read for some columns of a row group.
    func plan(rowGroup: Int, columns names: [String]?) throws(ParquetError) -> (plan: RowGroupPlan, schema: Schema) {
        guard rowGroups.indices.contains(rowGroup) else {
            throw ParquetError(
                .invalidRequest, file: input.name, message: "there is no row group \(rowGroup) of \(rowGroups.count)")
        }
        let (schema, columns) = try select(names)
        return (try RowGroupPlan(self, rowGroup: rowGroup, columns: columns), schema)
    }

    /// A row group's columns as they are stored.
    struct FetchedRowGroup: Sendable {
        var plan: RowGroupPlan
        var schema: Schema
        var buffers: [[UInt8]]
    }

    func fetch(_ planned: (plan: RowGroupPlan, schema: Schema)) async throws -> FetchedRowGroup {
        FetchedRowGroup(
            plan: planned.plan, schema: planned.schema, buffers: try await planned.plan.fetch(from: input))
    }

    func decode(_ fetched: FetchedRowGroup, threads: Int) async throws -> RecordBatch {
        let decoded = try await onDedicatedThread(named: "parquet-read") { cancellation in
            try fetched.plan.decode(fetched.buffers, threads: threads, cancellation)
        }
        return try RecordBatch(schema: fetched.schema, columns: decoded)
    }

    /// All row groups, in order, as one batch each (none for a row group without rows). Decoding runs ahead of the
    /// consumer by one row group, fetching by one more.
    public func batches(columns: [String]? = nil, threads: Int = 1) -> AsyncThrowingStream<RecordBatch, any Error> {
        let producer = BatchProducer(self, columns: columns, threads: threads)
        return AsyncThrowingStream { try await producer.next() }
    }

    /// - Throws: why the column, which the file has, cannot be read.
    package func requireReadable(_ name: String) throws(ParquetError) {
        if let fault = unreadable[name] {
            throw ParquetError(fault.code, file: input.name, column: name, message: fault.message)
        }
    }

    /// The schema of some columns, and their positions.
    func select(_ names: [String]?) throws(ParquetError) -> (Schema, [ParquetColumn]) {
        guard let names else {
            if let (name, fault) = unreadable.min(by: { $0.key < $1.key }) {
                throw ParquetError(fault.code, file: input.name, column: name, message: fault.message)
            }
            return (schema, columns)
        }
        var selected: [ParquetColumn] = []
        for name in names {
            try requireReadable(name)
            guard let index = schema.index(of: name) else {
                throw ParquetError(
                    .invalidRequest, file: input.name, column: name,
                    message: "there is no such column (columns: \(schema.names.joined(separator: ", ")))")
            }
            selected.append(columns[index])
        }
        do {
            return (try schema.selecting(names), selected)
        } catch {
            throw ParquetError(.invalidRequest, file: input.name, message: "\(error)")
        }
    }
}
