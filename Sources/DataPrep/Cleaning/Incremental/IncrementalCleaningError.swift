/// Why an incremental run failed. The data set is unchanged.
public enum IncrementalCleaningError: Error, Sendable, Hashable {
    /// The output has to be a folder.
    case noFolder(output: String)
    /// Rejected rows go to a folder, in a file for each run.
    case noRejectFolder(rejects: String)
    /// The plan has a setting that incremental cleaning does not support.
    case unsupportedPlan(reason: String)
    /// The data set was cleaned by another plan.
    case changedPlan(folder: String, difference: String)
    /// A file that an earlier run has cleaned is no longer the same.
    case changedInput(input: String, change: String)
    /// A file that an earlier run has cleaned no longer exists.
    case vanishedInput(input: String, reason: String)
    /// The folder's data files are not those that the earlier runs have written.
    case changedDataSet(folder: String, reason: String)
    /// The state of the earlier runs is damaged.
    case damagedState(object: String, reason: String)
    /// A newer version of this program has written the state.
    case newerState(object: String, version: Int, known: Int)
    /// Another run is working on the same data set.
    case running(folder: String, holder: String)
    /// Another run has taken the data set over, because this one had not renewed its lock for long.
    case takenOver(folder: String)
    /// The folder belongs to incremental cleaning.
    case incrementalDataSet(folder: String)
}

extension IncrementalCleaningError: CustomStringConvertible {
    /// One line for people, with the remedy.
    public var description: String {
        let rebuild = "clean all files again with --rebuild"
        switch self {
        case .noFolder(let output):
            return "\(output): incremental cleaning adds files to a folder; end the output with '/'"
        case .noRejectFolder(let rejects):
            return
                "\(rejects): each incremental run adds a file of rejected rows to a folder; end the location with '/'"
        case .unsupportedPlan(let reason): return "the plan cannot be used for incremental cleaning: \(reason)"
        case .changedPlan(let folder, let difference):
            return
                "\(folder): the data set was cleaned by another plan (\(difference)); use the earlier plan, or \(rebuild)"
        case .changedInput(let input, let change):
            return "\(input): an earlier run has cleaned this file, and it has changed since (\(change)); "
                + "restore it, or \(rebuild)"
        case .vanishedInput(let input, let reason):
            return "\(input): an earlier run has cleaned this file, and \(reason); restore it, or \(rebuild)"
        case .changedDataSet(let folder, let reason):
            return "\(folder): \(reason); restore the folder, or \(rebuild)"
        case .damagedState(let object, let reason):
            return "\(object): the state of the earlier runs is damaged: \(reason); restore it, or \(rebuild)"
        case .newerState(let object, let version, let known):
            return "\(object): the state was written by a newer version of this program (version \(version), "
                + "known up to \(known)); use that version, or \(rebuild)"
        case .running(let folder, let holder): return "\(folder): another run is at work: \(holder)"
        case .takenOver(let folder):
            return "\(folder): another run has taken over, because this one had not renewed its lock for long; "
                + "nothing was added"
        case .incrementalDataSet(let folder):
            return "\(folder): the folder holds a data set of incremental cleaning; add to it with --incremental, "
                + "or choose another output"
        }
    }
}
