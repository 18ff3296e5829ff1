extension SQLTrackingStore {
    func loggedModels(inExperiment id: String) async throws -> [LoggedModel] {
        guard database.hasLoggedModels, let number = Int64(id) else { return [] }
        return try await database.read { session in
            try session.query(
                """
                SELECT model_id, name FROM logged_models
                WHERE experiment_id = ? AND (lifecycle_stage IS NULL OR lifecycle_stage <> 'deleted')
                ORDER BY creation_timestamp_ms, model_id
                """, [.integer(number)]
            ).map { LoggedModel(id: $0.text(0), name: $0.text(1)) }
        }
    }
}
