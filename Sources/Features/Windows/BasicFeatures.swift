/// The features of ``FeatureSet/basic``: names and values in one order, for rows and columns alike.
enum BasicFeatures {
    private static let quarters = 4

    static let names = ["tx_amount", "terminal_id", "hour"] + (0..<quarters).map { "time_of_day_\($0)" }

    /// Calls the body with the position and the value of each feature.
    @inline(__always)
    static func compute(dateTime: Int64, terminalID: Int64, amount: Double, _ body: (_ feature: Int, Float) -> Void) {
        let hour = DayTime(dateTime).hour
        body(0, Float(amount))
        body(1, Float(terminalID))
        body(2, Float(hour))
        for quarter in 0..<quarters { body(3 + quarter, hour * quarters / 24 == quarter ? 1 : 0) }
    }
}
