import Columnar
import Features

/// What keeps a pipeline from its result, beyond the errors of the modules that it uses.
public enum PipelineError: Error, Sendable, Hashable {
    /// The data do not allow what was asked for; `reason` says what to do about it.
    case unusableData(location: String, reason: String)
    /// Settings that contradict one another.
    case contradictorySettings(String)
    /// Two ways to the same score gave different ones.
    case inconsistentScores(String)
}

extension PipelineError {
    /// Adds the data's location to errors about columns, which know only the column.
    package static func naming<Result>(_ location: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as TransactionError {
            throw PipelineError.unusableData(location: location, reason: "\(error)")
        } catch let error as ColumnarError {
            throw PipelineError.unusableData(location: location, reason: "\(error)")
        } catch let error as SchemaError {
            throw PipelineError.unusableData(location: location, reason: "\(error)")
        } catch let error as FeatureEngineError {
            throw PipelineError.unusableData(location: location, reason: "\(error)")
        }
    }
}

extension PipelineError: CustomStringConvertible {
    /// One line for a terminal or a log.
    public var description: String {
        switch self {
        case .unusableData(let location, let reason): "\(location): \(reason)"
        case .contradictorySettings(let message), .inconsistentScores(let message): message
        }
    }
}
