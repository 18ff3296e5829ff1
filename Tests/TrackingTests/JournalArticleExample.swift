import Tracking

/// Logs a training to a tracking store that need not be reachable.
func train(rounds: Int, journalFolder: String, uri: String) async throws -> Bool {
    let journal = try TrackingJournal(folder: journalFolder) { try await TrackingClient.open(uri) }
    let run = try journal.startRun(experiment: "antifraud-experiment", name: "depth 5")
    for round in 0..<rounds {
        try run.log(metric: "train/loss", 1 / Double(round + 1), step: Int64(round))
    }
    try run.end()
    // False: not everything has arrived yet. It stays in the folder, for TrackingJournal.replay.
    return await journal.close(within: .seconds(30))
}
