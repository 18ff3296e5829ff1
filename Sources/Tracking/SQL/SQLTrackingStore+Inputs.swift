import Essentials

extension SQLTrackingStore {
    func log(_ inputs: [DatasetInput], toRun id: String) async throws {
        try await database.write { session in
            try checkActive(session, run: id)
            let rows = try session.query("SELECT experiment_id FROM runs WHERE run_uuid = ?", [.text(id)])
            guard let experiment = rows.first?.values[0] else { return }
            for input in inputs {
                let dataset = try identifier(session, of: input, inExperiment: experiment)
                try use(session, dataset: dataset, by: id, tags: input.allTags)
            }
        }
    }

    /// The identifier of a data set, made if it is new to the experiment.
    private func identifier(
        _ session: any SQLSession, of input: DatasetInput, inExperiment experiment: SQLValue
    ) throws -> SQLValue {
        try session.execute(
            """
            INSERT INTO datasets (dataset_uuid, experiment_id, name, digest, dataset_source_type, dataset_source,
            dataset_schema, dataset_profile) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            [
                .text(Identifier.random()), experiment, .text(input.name), .text(input.digest),
                .text(input.sourceType), .text(input.source), SQLValue(input.schema), SQLValue(input.profile),
            ])
        let rows = try session.query(
            "SELECT dataset_uuid FROM datasets WHERE experiment_id = ? AND name = ? AND digest = ?",
            [experiment, .text(input.name), .text(input.digest)])
        guard let row = rows.first else {
            throw TrackingError(.notFound, "data set '\(input.name)'", "was removed while it was being logged")
        }
        return row.values[0]
    }

    private func use(_ session: any SQLSession, dataset: SQLValue, by run: String, tags: [String: String]) throws {
        try session.execute(
            """
            INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id)
            VALUES (?, 'DATASET', ?, 'RUN', ?) ON CONFLICT DO NOTHING
            """, [.text(Identifier.random()), dataset, .text(run)])
        let rows = try session.query(
            """
            SELECT input_uuid FROM inputs
            WHERE source_type = 'DATASET' AND source_id = ? AND destination_type = 'RUN' AND destination_id = ?
            """, [dataset, .text(run)])
        guard let input = rows.first?.values[0] else { return }
        for (key, value) in tags.sorted(by: { $0.key < $1.key }) {
            try session.execute(
                """
                INSERT INTO input_tags (input_uuid, name, value) VALUES (?, ?, ?)
                ON CONFLICT (input_uuid, name) DO UPDATE SET value = excluded.value
                """, [input, .text(key), .text(value)])
        }
    }

    /// The data sets of runs by run, in the order of their names.
    /// - Parameter ids: a list that ends with its closing bracket.
    static func inputsQuery(ofRuns ids: SQLFragment) -> SQLFragment {
        SQLFragment(
            """
            SELECT inputs.destination_id, inputs.input_uuid, datasets.name, datasets.digest,
            datasets.dataset_source_type, datasets.dataset_source, datasets.dataset_schema, datasets.dataset_profile
            FROM inputs JOIN datasets ON datasets.dataset_uuid = inputs.source_id
            WHERE inputs.source_type = 'DATASET' AND inputs.destination_type = 'RUN' AND inputs.destination_id IN (
            """) + ids + SQLFragment(" ORDER BY datasets.name, datasets.digest")
    }

    /// - Parameter found: the rows of ``inputsQuery(ofRuns:)``.
    func inputs(_ session: any SQLSession, _ found: [SQLRow]) throws -> [String: [DatasetInput]] {
        var tags: [String: [String: String]] = [:]
        for part in found.parts(of: 500) {
            let query =
                SQLFragment("SELECT input_uuid, name, value FROM input_tags WHERE input_uuid IN (")
                + .list(part.map { $0.values[1] }) + SQLFragment(")")
            tags.merge(try texts(session, query)) { first, _ in first }
        }
        var inputs: [String: [DatasetInput]] = [:]
        for row in found {
            inputs[row.text(0), default: []].append(
                DatasetInput(
                    name: row.text(2), digest: row.text(3), sourceType: row.text(4), source: row.text(5),
                    schema: row.optionalText(6), profile: row.optionalText(7), allTags: tags[row.text(1)] ?? [:]))
        }
        return inputs
    }
}
