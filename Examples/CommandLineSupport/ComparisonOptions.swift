package import ArgumentParser

/// How two models are compared on labelled rows.
package struct ComparisonOptions: ParsableArguments {
    @Option(
        help:
            "The column that holds 1 for a fraud and 0 for none; the candidate's, 'tx_fraud' unless it was trained on another."
    )
    package var label: String?

    @Flag(help: "Compare on all rows, also those that the models were trained on; the result is marked then.")
    package var includeTrainingRows = false

    @Option(help: "Bootstrap samples for the paired interval.")
    package var samples = 1_000

    @Option(help: "Seed of the bootstrap.")
    package var seed: UInt64 = 42

    @Option(help: "An HTML page to write.", completion: .file())
    package var report: String?

    package init() {}

    package mutating func validate() throws {
        guard samples >= 100 else { throw ValidationError("--samples must be at least 100.") }
    }
}
