import Features
package import DataPrep

/// What a data set looks like, and the schema that is proposed for it.
package struct DataDescription: Sendable, Encodable {
    /// A column of the proposal.
    private struct Column: Encodable {
        var name: String
        var role: String
        var type: String
        var reason: String
        var confidence: ColumnProposal.Confidence

        init(_ column: ColumnProposal) {
            name = column.name
            role = column.role.rawValue
            type = column.type.rawValue
            reason = column.reason
            confidence = column.confidence
        }
    }

    private enum CodingKeys: CodingKey {
        case profile, schema, columns, questions, schemaOutput
    }

    package let profile: DataProfile
    package let proposal: SchemaProposal
    private let schemaOutput: String?

    init(profile: DataProfile, proposal: SchemaProposal, schemaOutput: String?) {
        self.profile = profile
        self.proposal = proposal
        self.schemaOutput = schemaOutput
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(profile, forKey: .profile)
        try container.encode(proposal.schema, forKey: .schema)
        try container.encode(proposal.columns.map(Column.init), forKey: .columns)
        try container.encode(proposal.questions, forKey: .questions)
        try container.encodeIfPresent(schemaOutput, forKey: .schemaOutput)
    }

    /// For a terminal: the proposal, and what to do next.
    package var text: String { proposal.describe(profile) + "\n\n" + next.joined(separator: "\n") }

    private var next: [String] {
        var lines: [String] = []
        if !proposal.questions.isEmpty || proposal.columns.contains(where: { $0.confidence == .low }) {
            lines.append(
                "next    decide what is not sure with --id, --time, --time-format, --amount, --label, --key and --exclude"
            )
        }
        guard let schemaOutput else {
            lines.append("next    write the schema with --schema-output schema.json")
            return lines
        }
        lines.append("schema  \(schemaOutput)")
        lines.append("next    read it, and correct by hand what is wrong: Documentation/YourData.md has every member")
        return lines
    }
}
