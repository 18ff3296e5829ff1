/// Why a job failed, beyond the libraries' own errors.
package enum JobError: Error, Sendable, Hashable {
    /// The data do not allow what was requested.
    case unusableData(location: String, reason: String)
    /// Settings that contradict one another.
    case contradictorySettings(String)
    /// A service reports that it is unhealthy.
    case unhealthyService(url: String, status: Int)
    /// Two ways to compute the same score gave different results.
    case inconsistentScores(String)
    /// Some objects could not be copied; the report names them.
    case incompleteTransfer(failures: Int)
    /// Some rows were not sent; all others were.
    case refusedTransactions(count: Int)
    /// Some objects at a location could not be counted; the result names them.
    case incompleteCount(Int)
    /// Some runs or models could not be copied; the report names them.
    case incompleteTrackingCopy(failures: Int)
}

extension JobError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unusableData(let location, let reason): "\(location): \(reason)"
        case .contradictorySettings(let message), .inconsistentScores(let message): message
        case .unhealthyService(let url, let status): "\(url): status \(status) instead of 200"
        case .incompleteTrackingCopy(let failures): "\(failures) runs or models could not be copied"
        case .refusedTransactions(let count): "\(count) rows were not sent: their amount is not a finite number"
        case .incompleteCount(let left): "\(left) objects could not be counted"
        case .incompleteTransfer(let failures): "\(failures) objects could not be copied or removed"
        }
    }
}
