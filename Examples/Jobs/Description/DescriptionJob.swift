import Features
import Columnar
package import DataPrep
import JobSupport
package import StorageIO

/// Describes a location and proposes a schema: the first pass over the data profiles the columns, the second one what the proposed roles
/// are about. Writes the schema and a report if requested.
package struct DescriptionJob: Sendable {
    private let input: String
    private let overrides: SchemaOverrides
    private let schemaOutput: String?
    private let report: String?
    private let threads: Int
    private let stores: ObjectStoreRegistry
    private let progress: WorkProgressHandler

    /// - Parameters:
    ///   - schemaOutput: the file for the schema, as JSON.
    ///   - report: the file for the profile, as HTML.
    package init(
        input: String, overrides: SchemaOverrides = SchemaOverrides(), schemaOutput: String? = nil,
        report: String? = nil, threads: Int, stores: ObjectStoreRegistry,
        progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.input = input
        self.overrides = overrides
        self.schemaOutput = schemaOutput
        self.report = report
        self.threads = threads
        self.stores = stores
        self.progress = progress
    }

    package func run() async throws -> DataDescription {
        try await stores.checkOutputs([schemaOutput, report], against: [input])
        let dataSet = try await DataSet.open(input, stores: stores)
        try overrides.check(dataSet.schema.names)
        let columns = try await profile(dataSet, DataProfileRequest(), pass: 1)
        guard columns.rows > 0 else { throw JobError.unusableData(location: input, reason: "there are no rows") }
        let schema = try SchemaProposal(columns, overrides: overrides).schema
        let amount = schema.column(.amount).flatMap { columns.column(named: $0.name) }
        let request = DataProfileRequest(schema, amountIsText: amount?.numbers == nil)
        let profile = try await profile(dataSet, request, pass: 2)
        // Once more, since this profile knows which columns give the label away.
        let proposal = try SchemaProposal(profile, overrides: overrides)
        if let schemaOutput { try await write(proposal.schema.json, to: schemaOutput) }
        if let report { try await write(Array(profile.html().utf8), to: report) }
        return DataDescription(profile: profile, proposal: proposal, schemaOutput: schemaOutput)
    }

    private func profile(
        _ dataSet: DataSet, _ request: DataProfileRequest, pass: Int
    ) async throws -> DataProfile {
        try await DataProfiler(request, threads: threads) { [progress] state in
            progress(
                WorkProgress(done: state.done, total: state.total, unit: state.unit, detail: "pass \(pass) of 2"))
        }.profile(dataSet)
    }

    private func write(_ bytes: [UInt8], to output: String) async throws {
        let location = try stores.resolve(output)
        try await location.store.put(bytes, to: location.key())
    }
}
