/// Checks of settings that name the setting, the value and the range.
enum SettingRange {
    static func require(
        _ name: String, _ value: Int, atLeast least: Int, atMost most: Int = .max
    ) throws(ModelError) {
        guard value >= least, value <= most else {
            let range = most == .max ? "at least \(least)" : "from \(least) to \(most)"
            throw .invalidSetting("\(name) is \(value); it must be \(range)")
        }
    }

    /// Above 0 and at most 1.
    static func requireShare(_ name: String, _ value: Double) throws(ModelError) {
        guard value > 0, value <= 1 else {
            throw .invalidSetting("\(name) is \(value); it must be above 0 and at most 1")
        }
    }

    static func requireNotNegative(_ name: String, _ value: Double) throws(ModelError) {
        guard value >= 0, value.isFinite else {
            throw .invalidSetting("\(name) is \(value); it must be finite and at least 0")
        }
    }

    static func requirePositive(_ name: String, _ value: Double) throws(ModelError) {
        guard value > 0, value.isFinite else {
            throw .invalidSetting("\(name) is \(value); it must be finite and above 0")
        }
    }
}
