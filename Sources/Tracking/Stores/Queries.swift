/// A search whose result comes in pages.
package protocol PagedQuery: Sendable {
    /// The most elements of a page.
    var pageSize: Int { get set }
    /// Nil for the first page.
    var pageToken: String? { get set }
}

/// What a search of runs is to find. The next page is requested by the same query with the page's token.
package struct RunQuery: PagedQuery {
    /// The experiments to look in; nil for all.
    package var experimentIDs: [String]?
    package var filter: SearchFilter
    /// Such as `metrics.auc DESC`; ties go to the latest start time, then to the id.
    package var orderBy: [String] = []
    package var view: LifecycleView = .active
    package var fields: RunFields = .all
    package var pageSize = 1000
    package var pageToken: String?

    package init(experimentIDs: [String]?, filter: SearchFilter = "") {
        self.experimentIDs = experimentIDs
        self.filter = filter
    }
}

/// What a search of experiments, registered models or model versions is to find.
package struct EntityQuery: PagedQuery {
    package var filter: SearchFilter
    package var orderBy: [String] = []
    package var view: LifecycleView = .active
    package var pageSize = 1000
    package var pageToken: String?

    package init(filter: SearchFilter = "") { self.filter = filter }
}

/// A run that is to be started.
package struct RunCreation: Sendable {
    package var experimentID: String
    package var name: String
    package var userID: String
    package var startTime: Timestamp
    package var tags: [String: String]
    /// Makes the creation idempotent: 32 hexadecimal digits of the caller's. A second creation with the same token
    /// returns the run that the first one created, so that a caller that lost the response can repeat the call. Stores
    /// use it as the run's id if they can.
    package var token: String?

    package init(
        experimentID: String, name: String, userID: String = "", startTime: Timestamp, tags: [String: String] = [:],
        token: String? = nil
    ) {
        self.token = token
        self.experimentID = experimentID
        self.name = name
        self.userID = userID
        self.startTime = startTime
        self.tags = tags
    }
}
