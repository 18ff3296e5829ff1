package import StorageIO

/// Adds up what lies in a place and what it costs to keep it.
package struct StorageCostJob: Sendable {
    package struct Settings: Sendable {
        /// A JSON file of prices; nil for the original system's.
        package var prices: String?
        package var replication: Int?
        package var nodes: Int?
        package var readsPerMonth: Double
        /// An HTML page to write.
        package var report: String?

        package init(prices: String?, replication: Int?, nodes: Int?, readsPerMonth: Double, report: String?) {
            self.prices = prices
            self.replication = replication
            self.nodes = nodes
            self.readsPerMonth = readsPerMonth
            self.report = report
        }
    }

    private let settings: Settings
    private let stores: ObjectStores

    package init(_ settings: Settings, stores: ObjectStores) {
        self.settings = settings
        self.stores = stores
    }

    /// What the objects at a place cost.
    package func run(place: String) async throws -> StorageCost {
        let resolved = try stores.resolve(place)
        let objects = try await resolved.contents().objects
        guard !objects.isEmpty else { throw TransferError.nothingFound(resolved.description) }
        let usage = StorageCost.Usage(
            objects: objects.count, bytes: objects.reduce(0) { $0 + $1.size }, readsPerMonth: settings.readsPerMonth)
        return try await run(usage, place: resolved.description)
    }

    /// What that much would cost.
    package func run(_ usage: StorageCost.Usage, place: String) async throws -> StorageCost {
        var prices = StoragePrices.original
        if let table = settings.prices {
            let file = try stores.resolve(table)
            prices = try StoragePrices(json: try await file.store.read(file.key()), place: file.description)
        }
        let cost = try StorageCost(
            place: place, usage: usage, prices: prices, replication: settings.replication, nodes: settings.nodes)
        if let report = settings.report {
            let target = try stores.resolve(report)
            try await target.store.put(Array(cost.html().utf8), to: target.key())
        }
        return cost
    }
}
