import Essentials
import Logging

/// An entry that the destination refuses for good, kept whole so that nothing is lost: one JSON object per line of
/// `NAME.rejected`.
struct JournalRejection: Sendable {
    /// In words.
    var entry: String
    var reason: String
    /// The run's id at the destination, or its token where it could not be started.
    var run: String?
    var values: RunBatch?
    var inputs: [DatasetInput]?
    /// A small file's bytes.
    var content: [UInt8]?
    /// The name of the journal's copy of files.
    var copy: String?

    init(_ batch: RunBatch, of run: String?, _ reason: String) {
        entry = run.map { "run \($0): \(batch.summary)" } ?? batch.summary
        self.reason = reason
        self.run = run
        values = batch
    }

    init(_ entry: JournalEntry, of run: String?, _ reason: String) {
        self.entry = entry.summary
        self.reason = reason
        self.run = run
        switch entry {
        case .start(_, let start): self.run = start.token
        case .inputs(_, let inputs): self.inputs = inputs
        case .content(_, let content, _): self.content = content
        case .copies(_, let copy): self.copy = copy.name
        case .attach, .metrics, .parameters, .tags, .files, .register, .end: break
        }
    }

    func report(to logger: Logger) { logger.error("refused by the tracking destination: \(entry): \(reason)") }

    /// One line.
    func json() throws(TrackingError) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        do {
            return try encoder.encode(Line(self)) + Data([UInt8(ascii: "\n")])
        } catch {
            throw TrackingError(.invalidValue, entry, "cannot be written as JSON: \(error)")
        }
    }

    private struct Line: Encodable {
        struct Point: Encodable {
            var key: String
            var value: Double
            var timestamp: Timestamp
            var step: Int64
        }

        struct Text: Encodable {
            var key: String
            var value: String
        }

        struct Input: Encodable {
            var name, digest, sourceType, source: String
            var schema, profile: String?
            var tags: [String: String]
        }

        var entry: String
        var reason: String
        var run: String?
        var metrics: [Point]?
        var parameters: [Text]?
        var tags: [Text]?
        var inputs: [Input]?
        /// Base64.
        var content: Data?

        init(_ rejection: JournalRejection) {
            entry = rejection.entry
            reason = rejection.reason
            run = rejection.run
            metrics = rejection.values?.metrics.map {
                Point(key: $0.key, value: $0.value, timestamp: $0.timestamp, step: $0.step)
            }
            parameters = rejection.values?.parameters.map { Text(key: $0.key, value: $0.value) }
            tags = rejection.values?.tags.map { Text(key: $0.key, value: $0.value) }
            inputs = rejection.inputs?.map {
                Input(
                    name: $0.name, digest: $0.digest, sourceType: $0.sourceType, source: $0.source,
                    schema: $0.schema, profile: $0.profile, tags: $0.allTags)
            }
            content = rejection.content.map { Data($0) }
        }
    }
}
