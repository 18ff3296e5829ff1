import Columnar
import Parallelism
import StorageIO

/// One pass over a data set: the state of every column, each used by one thread at a time.
final class ProfileRun: Sendable {
    private final class Guarded<Value: Sendable>: Sendable {
        private let lock: Lock<Value>

        init(_ value: Value) { lock = Lock(value) }

        func with<Result: Sendable>(_ body: (inout Value) -> Result) -> Result { lock.withLock { body(&$0) } }
    }

    private struct Labels: Sendable {
        var missing = 0
        var frauds = 0
        var sampler = ClassSampler()
    }

    private typealias Role = @Sendable (RecordBatch, [LabelClass]?) -> Void

    private let request: DataProfileRequest
    private let threads: Int
    private let columns: [Guarded<ColumnProfiler>]
    private let reader: (index: Int, reader: LabelReader)?
    private let labels = Guarded(Labels())
    private let time: Guarded<TimeProfiler>?
    private let amount: Guarded<AmountProfiler>?
    private let id: Guarded<IDProfiler>?
    private let roles: [Role]

    /// - Throws: `ColumnarError` for a requested column that does not exist or cannot have that meaning.
    init(_ schema: Schema, _ request: DataProfileRequest, threads: Int) throws(ColumnarError) {
        self.request = request
        self.threads = threads
        columns = schema.fields.map { Guarded(ColumnProfiler($0)) }
        var roles: [Role] = []
        if let label = request.label {
            let index = try schema.requiredIndex(of: label.column)
            reader = (index, try LabelReader(label, schema.fields[index].type))
        } else {
            reader = nil
        }
        if let time = request.time {
            let index = try schema.requiredIndex(of: time.column)
            let profiler = Guarded(try TimeProfiler(time, schema.fields[index].type))
            roles.append { batch, classes in profiler.with { $0.add(batch.columns[index], classes: classes) } }
            self.time = profiler
        } else {
            time = nil
        }
        if let name = request.id {
            let index = try schema.requiredIndex(of: name)
            let profiler = Guarded(IDProfiler(name))
            roles.append { batch, _ in profiler.with { $0.add(batch.columns[index]) } }
            id = profiler
        } else {
            id = nil
        }
        var amount: Guarded<AmountProfiler>?
        if let name = request.amount {
            let index = try schema.requiredIndex(of: name)
            if request.label != nil, let profiler = AmountProfiler(name, schema.fields[index].type) {
                let guarded = Guarded(profiler)
                roles.append { batch, classes in
                    if let classes { guarded.with { $0.add(batch.columns[index], classes: classes) } }
                }
                amount = guarded
            }
        }
        self.amount = amount
        self.roles = roles
    }

    /// Adds rows. Blocks the calling thread until all columns have them.
    func add(_ batch: RecordBatch) {
        let classes = reader.map { $0.reader.classes(batch.columns[$0.index]) }
        let picks = classes.map { classes in
            labels.with { labels in
                labels.missing += classes.count { $0 == .missing }
                labels.frauds += classes.count { $0 == .fraud }
                return labels.sampler.picks(classes)
            }
        }
        parallelFor(count: roles.count + columns.count, threads: threads) { task in
            if task < roles.count {
                roles[task](batch, classes)
            } else {
                let index = task - roles.count
                columns[index].with { $0.add(batch.columns[index], picks: picks ?? []) }
            }
        }
    }

    /// The profile of what was added.
    func profile(_ dataSet: DataSet, rows: Int) -> DataProfile {
        let results = columns.map { $0.with { ($0.profile(), $0.separation) } }
        let profiles = results.map(\.0)
        let files = dataSet.files
        var profile = DataProfile(
            location: files.location.description, format: files.format.rawValue, files: files.files.count,
            bytes: files.files.reduce(0) { $0 + Int64($1.size) }, rows: rows, columns: profiles,
            label: labelProfile(profiles, rows: rows), time: time?.with { $0.profile },
            amount: amount?.with { $0.profile }, id: id?.with { $0.profile }, findings: [], seconds: 0)
        let search = FindingSearch(
            profile: profile, request: request, unavailable: dataSet.unavailableColumns,
            separations: zip(profiles, results).compactMap { column, result in
                result.1.map { (column.name, $0) }
            })
        profile.findings = search.findings
        return profile
    }

    private func labelProfile(_ columns: [ColumnProfile], rows: Int) -> LabelProfile? {
        guard let label = request.label, let column = columns.first(where: { $0.name == label.column }) else {
            return nil
        }
        return labels.with { labels in
            LabelProfile(
                column: label.column, fraudValues: label.fraudValues.sorted(), rows: rows - labels.missing,
                missing: labels.missing, frauds: labels.frauds, values: column.mostFrequent)
        }
    }
}
