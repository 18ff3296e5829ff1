/// Whether an experiment or a run is deleted. Deleted ones stay stored until `mlflow gc` removes them.
public enum LifecycleStage: String, Sendable, Hashable {
    /// In use.
    case active
    /// Hidden; can be restored.
    case deleted
}

/// Which stages a search shows.
public enum LifecycleView: Sendable, Hashable {
    /// What is in use.
    case active
    /// What has been deleted.
    case deleted
    /// Both.
    case all

    var stages: [LifecycleStage] {
        switch self {
        case .active: [.active]
        case .deleted: [.deleted]
        case .all: [.active, .deleted]
        }
    }
}
