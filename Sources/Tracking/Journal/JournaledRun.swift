public import StorageIO

/// A run that logs to a ``TrackingJournal``: its calls return once the entry is in the journal.
///
/// All calls throw ``TrackingError``: with code ``TrackingError/Code/invalidValue`` for what MLflow would refuse, and
/// with code ``TrackingError/Code/noSpace`` or ``TrackingError/Code/unavailable`` when the journal could not keep the
/// entry; then it is not in the journal at all.
public struct JournaledRun: Sendable {
    let journal: TrackingJournal
    let number: UInt64
    /// Names the run before its destination knows it: 32 hexadecimal digits. Databases use it as the run's id; an
    /// MLflow server chooses an id itself, see ``id(within:)``.
    public let token: String

    /// The run's id at its destination, once it is known there.
    /// - Throws: ``TrackingError`` with code ``TrackingError/Code/unavailable`` when it is not known before the
    ///   timeout.
    public func id(within time: Duration? = nil) async throws(TrackingError) -> String {
        if let known = journal.destinationID(of: self) { return known }
        _ = await journal.flush(within: time)
        guard let known = journal.destinationID(of: self) else {
            let status = journal.status
            var message = "is not at its destination yet"
            if status.rejected > 0 {
                message += "; \(status.rejected) entries were refused: see \(journal.rejectedFile)"
            }
            if let error = status.lastError { message += ": \(error)" }
            throw TrackingError(.unavailable, "run \(token)", message)
        }
        return known
    }

    /// Logs one value of a metric.
    ///
    /// - Parameters:
    ///   - value: May be NaN or infinite; see ``Metric/value``.
    ///   - step: Position in the run's own count.
    ///   - timestamp: When it was measured; now by default.
    public func log(
        metric key: String, _ value: Double, step: Int64 = 0, timestamp: Timestamp? = nil
    ) throws(TrackingError) {
        try log([Metric(key: key, value: value, timestamp: timestamp ?? .now, step: step)])
    }

    /// Logs values of several metrics for one step.
    public func log(metrics: [String: Double], step: Int64 = 0, timestamp: Timestamp? = nil) throws(TrackingError) {
        let time = timestamp ?? .now
        try log(metrics.map { Metric(key: $0.key, value: $0.value, timestamp: time, step: step) })
    }

    /// Logs any number of metric values.
    public func log(_ metrics: [Metric]) throws(TrackingError) {
        for metric in metrics { try EntityLimits.check(metric: metric) }
        for part in metrics.parts(of: 100_000) { try append(.metrics(run: number, Array(part))) }
    }

    /// Logs parameters; see ``Run/log(parameters:)``. Another value for a key that has one is refused by the
    /// destination, which ``TrackingJournal/status`` reports.
    public func log(parameters: [String: any CustomStringConvertible]) throws(TrackingError) {
        let texts = parameters.mapValues(\.description)
        for (key, value) in texts { try EntityLimits.check(parameter: key, value) }
        try append(.parameters(run: number, texts))
    }

    /// Logs one parameter; see ``log(parameters:)``.
    public func log(parameter key: String, _ value: some CustomStringConvertible) throws(TrackingError) {
        try log(parameters: [key: value])
    }

    /// Sets tags, replacing earlier values.
    public func setTags(_ tags: [String: String]) throws(TrackingError) {
        for (key, value) in tags { try EntityLimits.check(runTag: key, value) }
        try append(.tags(run: number, tags))
    }

    /// Sets a tag, replacing an earlier value.
    public func setTag(_ key: String, _ value: String) throws(TrackingError) { try setTags([key: value]) }

    /// Records data sets that the run has read.
    public func log(inputs: [DatasetInput]) throws(TrackingError) {
        for input in inputs { try EntityLimits.check(input: input) }
        try append(.inputs(run: number, inputs))
    }

    /// Keeps a text as a file of the run, in UTF-8.
    public func log(text: String, as path: String) throws(TrackingError) {
        try log(artifact: Array(text.utf8), as: path)
    }

    /// Keeps bytes as a file of the run; at most 64 MiB, which go through the journal.
    public func log(artifact bytes: [UInt8], as path: String) throws(TrackingError) {
        try ArtifactPath.check(path)
        try append(.content(run: number, bytes, path: path))
    }

    /// Keeps the files of a location for the run, as they are now: they are copied to the journal's folder, and removed
    /// there once they are delivered. The originals may be overwritten or removed as soon as the call returns.
    /// - Parameters:
    ///   - location: A folder, or a URL that `stores` knows.
    ///   - path: A folder of the run; its root by default.
    /// - Throws: ``TrackingError``: with code ``TrackingError/Code/notFound`` where there are no files, with code
    ///   ``TrackingError/Code/invalidValue`` for more than ``JournalOptions/copyLimit``.
    public func log(
        artifactsAt location: String, as path: String? = nil, stores: ObjectStoreRegistry = ObjectStoreRegistry()
    ) async throws(TrackingError) {
        if let path { try ArtifactPath.check(path) }
        let source: StorageLocation
        do {
            source = try stores.resolve(location)
        } catch {
            throw TrackingError(.invalidValue, TrackingClient.displayedURI(location), "\(error)")
        }
        let copies = JournalCopies(files: journal.writer.files)
        let name = try await copies.make(of: source, limit: journal.copyLimit)
        do {
            try append(.copies(run: number, JournaledCopy(name: name, origin: source.description, path: path)))
        } catch {
            copies.remove(name)
            throw error
        }
    }

    /// Logs parameters of any length: a value that is longer than MLflow takes is cut, and all of it is kept in the file
    /// `parameters.json` of the run.
    public func log(anyLength parameters: [String: String]) throws(TrackingError) {
        let cut = LongParameters(parameters)
        try log(parameters: cut.values)
        if let file = cut.file { try log(artifact: file, as: LongParameters.path) }
    }

    /// Makes files of the run a version of a registered model, and the model if it is new.
    /// - Parameters:
    ///   - path: Of the files, in the run's artifacts.
    ///   - alias: Is pointed at the new version.
    public func register(
        _ model: String, path: String, alias: String? = nil, tags: [String: String] = [:]
    ) throws(TrackingError) {
        try EntityLimits.check(modelName: model)
        try ArtifactPath.check(path)
        if let alias { try EntityLimits.check(alias: alias) }
        for (key, value) in tags { try EntityLimits.check(registryTag: key, value) }
        try append(
            .register(run: number, JournaledRegistration(model: model, path: path, alias: alias, tags: tags)))
    }

    /// Ends the run.
    /// - Parameter endTime: Now by default.
    public func end(_ status: RunStatus = .finished, endTime: Timestamp? = nil) throws(TrackingError) {
        guard status.isTerminal else {
            throw TrackingError(.invalidValue, "run \(token)", "cannot end as \(status.rawValue)")
        }
        try append(.end(run: number, status, time: endTime ?? .now))
    }

    private func append(_ entry: JournalEntry) throws(TrackingError) { try journal.writer.append(entry) }
}
