import Essentials

/// MLflow's time: whole milliseconds since 1970-01-01T00:00:00Z.
enum Clock {
    static func now() -> Int64 { Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)) }
}
