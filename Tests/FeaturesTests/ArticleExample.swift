import Features

func riskOfATerminal(_ transactions: [Transaction], next: Transaction) throws -> Float {
    let pipeline = FeaturePipeline(.windows)
    var history = pipeline.makeState()
    for transaction in transactions { history.record(transaction) }

    var features = [Float](repeating: 0, count: pipeline.count)
    features.withUnsafeMutableBufferPointer { pipeline.compute(next, state: history, into: $0) }
    guard let risk = pipeline.names.firstIndex(of: "terminal_id_risk_7day_window") else { return 0 }
    return features[risk]
}
