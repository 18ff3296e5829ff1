public import Features
/// A `TransactionSchema` that a profile suggests, with the reason for each decision.
///
///     let profile = try await DataProfiler().profile(dataSet)
///     let proposal = try SchemaProposal(profile)
///     let described = try await DataProfiler(DataProfileRequest(proposal.schema)).profile(dataSet)
///
/// Roles follow from names (in English and other languages), types, how many different values there are, the order of the rows and
/// the ranges of values; a column that is the only candidate for a role gets it. Columns that give the label away are ignored: for the
/// profile's findings of that kind, propose again from a profile that knows the label.
public struct SchemaProposal: Sendable, Hashable {
    /// The proposed schema, which is valid. A column without a name, or whose name differs from another one's only in case, is not in
    /// it, and is carried along.
    public var schema: TransactionSchema
    /// Every column of the profile, in its order, with the reason for its role.
    public var columns: [ColumnProposal]
    /// What the data do not decide, and somebody who knows them should.
    public var questions: [SchemaQuestion]

    /// Proposes a schema.
    /// - Parameters:
    ///   - profile: Of any data set; values are not read again. One that was decoded has no sample of its texts, so that times and
    ///     numbers in text are not recognized.
    ///   - overrides: Decisions that are made already.
    ///   - name: What the schema calls the transactions; nil for nothing.
    /// - Throws: ``SchemaProposalError`` for overrides that name no column, contradict each other, or do not suit the column's
    ///   values; ``SchemaProposalError/noColumns`` for a profile without columns that have a name.
    public init(
        _ profile: DataProfile, overrides: SchemaOverrides = SchemaOverrides(), name: String? = nil
    ) throws(SchemaProposalError) {
        var search = RoleSearch(profile, overrides: try ResolvedOverrides(overrides, in: profile.columns.map(\.name)))
        try search.run()
        columns = search.proposals
        questions = search.questions
        schema = TransactionSchema(name: name, columns: search.schemaColumns)
        guard !schema.columns.isEmpty else { throw .noColumns }
        do {
            try schema.validate()
        } catch {
            throw .invalidSchema(error)
        }
    }

    /// The proposal for a column; nil if there is none with that name.
    public func column(named name: String) -> ColumnProposal? { columns.first { $0.name == name } }
}

/// Something that the data do not decide.
public struct SchemaQuestion: Sendable, Hashable, Codable {
    /// The column it is about; nil for the table as a whole.
    public var column: String?
    /// A sentence for people, which says what was assumed.
    public var text: String
}
