/// One thing that was logged. A run is named by a number that is valid within its journal only.
enum JournalEntry: Hashable, Sendable {
    case start(run: UInt64, JournaledStart)
    /// The run exists already.
    case attach(run: UInt64, id: String)
    case metrics(run: UInt64, [Metric])
    case parameters(run: UInt64, [String: String])
    case tags(run: UInt64, [String: String])
    case inputs(run: UInt64, [DatasetInput])
    /// A small file.
    case content(run: UInt64, [UInt8], path: String)
    /// All objects of a location, which are read when they are delivered.
    case files(run: UInt64, location: String, path: String?)
    /// Files as they were when they were logged; see ``JournalCopies``.
    case copies(run: UInt64, JournaledCopy)
    case register(run: UInt64, JournaledRegistration)
    case end(run: UInt64, RunStatus, time: Timestamp)

    var run: UInt64 {
        switch self {
        case .start(let run, _), .attach(let run, _), .metrics(let run, _), .parameters(let run, _),
            .tags(let run, _), .inputs(let run, _), .content(let run, _, _), .files(let run, _, _),
            .copies(let run, _), .register(let run, _), .end(let run, _, _):
            run
        }
    }

    /// What it is, for messages.
    var summary: String {
        switch self {
        case .start(_, let start): "start of run '\(start.name)'"
        case .attach(_, let id): "run \(id)"
        case .metrics(_, let metrics): "\(metrics.count) values of metrics"
        case .parameters(_, let parameters): "parameters \(parameters.keys.sorted().joined(separator: ", "))"
        case .tags(_, let tags): "tags \(tags.keys.sorted().joined(separator: ", "))"
        case .inputs(_, let inputs): "data sets \(inputs.map(\.name).joined(separator: ", "))"
        case .content(_, _, let path): "artifact '\(path)'"
        case .files(_, let location, _): "artifacts from \(location)"
        case .copies(_, let copy): "artifacts from \(copy.origin)"
        case .register(_, let registration): "version of model '\(registration.model)'"
        case .end(_, let status, _): "end as \(status.rawValue)"
        }
    }
}

/// A run that is to be started. Its experiment is created if it does not exist.
struct JournaledStart: Hashable, Sendable {
    var experiment: String
    var name: String
    var user: String
    var startTime: Timestamp
    var tags: [String: String]
    /// See ``RunCreation/token``.
    var token: String
}

/// Files that the journal has copied and is to deliver.
struct JournaledCopy: Hashable, Sendable {
    /// The name of their folder among the journal's copies.
    var name: String
    /// Where they were copied from.
    var origin: String
    /// A folder of the run; nil for its root.
    var path: String?
}

/// A model version that is to be created from files of the run.
struct JournaledRegistration: Hashable, Sendable {
    var model: String
    /// In the run's artifacts.
    var path: String
    var alias: String?
    var tags: [String: String]
}

extension JournalEntry {
    func write(to writer: inout JournalByteWriter) {
        func begin(_ kind: UInt8, _ run: UInt64) {
            writer.bytes.append(kind)
            writer.write(run)
        }
        switch self {
        case .start(let run, let start):
            begin(1, run)
            for text in [start.experiment, start.name, start.user, start.token] { writer.write(text) }
            writer.write(start.startTime.millisecondsSince1970)
            writer.write(start.tags)
        case .attach(let run, let id):
            begin(2, run)
            writer.write(id)
        case .metrics(let run, let metrics):
            begin(3, run)
            writer.write(UInt64(metrics.count))
            for metric in metrics {
                writer.write(metric.key)
                writer.write(metric.value)
                writer.write(metric.timestamp.millisecondsSince1970)
                writer.write(metric.step)
            }
        case .parameters(let run, let parameters):
            begin(4, run)
            writer.write(parameters)
        case .tags(let run, let tags):
            begin(5, run)
            writer.write(tags)
        case .inputs(let run, let inputs):
            begin(6, run)
            writer.write(UInt64(inputs.count))
            for input in inputs {
                for text in [input.name, input.digest, input.sourceType, input.source] { writer.write(text) }
                for text in [input.schema, input.profile, input.context] { writer.write(text) }
                writer.write(input.tags)
            }
        case .content(let run, let content, let path):
            begin(7, run)
            writer.write(path)
            writer.write(content)
        case .files(let run, let location, let path):
            begin(8, run)
            writer.write(location)
            writer.write(path)
        case .register(let run, let registration):
            begin(9, run)
            writer.write(registration.model)
            writer.write(registration.path)
            writer.write(registration.alias)
            writer.write(registration.tags)
        case .end(let run, let status, let time):
            begin(10, run)
            writer.write(status.rawValue)
            writer.write(time.millisecondsSince1970)
        case .copies(let run, let copy):
            begin(11, run)
            writer.write(copy.name)
            writer.write(copy.origin)
            writer.write(copy.path)
        }
    }

    /// Reads one entry that occupies all of the bytes.
    init(_ bytes: ArraySlice<UInt8>) throws(JournalByteReader.Malformed) {
        guard let kind = bytes.first else { throw JournalByteReader.Malformed() }
        var reader = JournalByteReader(bytes.dropFirst())
        let run = try reader.unsigned()
        switch kind {
        case 1:
            let experiment = try reader.text()
            let name = try reader.text()
            let user = try reader.text()
            let token = try reader.text()
            self = .start(
                run: run,
                JournaledStart(
                    experiment: experiment, name: name, user: user, startTime: try reader.timestamp(),
                    tags: try reader.texts(), token: token))
        case 2: self = .attach(run: run, id: try reader.text())
        case 3:
            var metrics: [Metric] = []
            for _ in 0..<(try reader.count()) {
                metrics.append(
                    Metric(
                        key: try reader.text(), value: try reader.real(), timestamp: try reader.timestamp(),
                        step: try reader.signed()))
            }
            self = .metrics(run: run, metrics)
        case 4: self = .parameters(run: run, try reader.texts())
        case 5: self = .tags(run: run, try reader.texts())
        case 6:
            var inputs: [DatasetInput] = []
            for _ in 0..<(try reader.count()) {
                inputs.append(
                    DatasetInput(
                        name: try reader.text(), digest: try reader.text(), sourceType: try reader.text(),
                        source: try reader.text(), schema: try reader.optionalText(),
                        profile: try reader.optionalText(), context: try reader.optionalText(),
                        tags: try reader.texts()))
            }
            self = .inputs(run: run, inputs)
        case 7:
            let path = try reader.text()
            self = .content(run: run, try reader.content(), path: path)
        case 8: self = .files(run: run, location: try reader.text(), path: try reader.optionalText())
        case 9:
            self = .register(
                run: run,
                JournaledRegistration(
                    model: try reader.text(), path: try reader.text(), alias: try reader.optionalText(),
                    tags: try reader.texts()))
        case 10:
            guard let status = RunStatus(rawValue: try reader.text()) else { throw JournalByteReader.Malformed() }
            self = .end(run: run, status, time: try reader.timestamp())
        case 11:
            self = .copies(
                run: run,
                JournaledCopy(name: try reader.text(), origin: try reader.text(), path: try reader.optionalText()))
        default: throw JournalByteReader.Malformed()
        }
        guard reader.isAtEnd else { throw JournalByteReader.Malformed() }
    }
}
