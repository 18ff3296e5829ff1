/// What keeps a job from being done, beyond what the libraries' own errors say.
package enum JobError: Error, Sendable, Hashable {
    /// The data do not allow what was asked for.
    case unusableData(place: String, reason: String)
    /// Settings that contradict one another.
    case contradictorySettings(String)
    /// Two ways to the same score gave different ones.
    case inconsistentScores(String)
}

extension JobError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unusableData(let place, let reason): "\(place): \(reason)"
        case .contradictorySettings(let message), .inconsistentScores(let message): message
        }
    }
}
