import JobSupport
package import StorageIO

/// Adds up the objects at a location and what it costs to keep them.
package struct StorageCostJob: Sendable {
    package struct Settings: Sendable {
        /// A JSON file of prices; nil for the original system's.
        package var prices: String?
        package var replication: Int?
        package var nodes: Int?
        package var readsPerMonth: Double
        package var writesPerMonth: Double
        /// An HTML page to write.
        package var report: String?

        package init(
            prices: String?, replication: Int?, nodes: Int?, readsPerMonth: Double, writesPerMonth: Double = 0,
            report: String?
        ) {
            self.prices = prices
            self.replication = replication
            self.nodes = nodes
            self.readsPerMonth = readsPerMonth
            self.writesPerMonth = writesPerMonth
            self.report = report
        }
    }

    private let settings: Settings
    private let stores: ObjectStoreRegistry

    package init(_ settings: Settings, stores: ObjectStoreRegistry) {
        self.settings = settings
        self.stores = stores
    }

    /// What the objects at a location cost.
    package func run(location: String) async throws -> StorageCost {
        let resolved = try stores.resolve(location)
        let found = try await resolved.contents()
        guard !found.objects.isEmpty || !found.unlisted.isEmpty else {
            throw TransferError.nothingFound(resolved.description)
        }
        try await stores.checkOutputs([settings.report], against: [location, settings.prices])
        var bytes: Int64 = 0
        for object in found.objects {
            let (sum, overflow) = bytes.addingReportingOverflow(object.size)
            guard !overflow else {
                throw JobError.unusableData(
                    location: resolved.description, reason: "holds more bytes than can be counted")
            }
            bytes = sum
        }
        let usage = StorageCost.Usage(
            objects: found.objects.count, bytes: bytes, readsPerMonth: settings.readsPerMonth,
            writesPerMonth: settings.writesPerMonth)
        var cost = try await run(usage, location: resolved.description)
        cost.uncounted = found.unlisted.map { StorageCost.Uncounted(location: $0.location, message: $0.reason) }
        return cost
    }

    /// What this usage would cost.
    package func run(_ usage: StorageCost.Usage, location: String) async throws -> StorageCost {
        var prices = StoragePrices.original
        if let table = settings.prices {
            let file = try stores.resolve(table)
            prices = try StoragePrices(json: try await file.store.read(file.key()), location: file.description)
        }
        let cost = try StorageCost(
            location: location, usage: usage, prices: prices, replication: settings.replication, nodes: settings.nodes)
        if let report = settings.report {
            let target = try stores.resolve(report)
            try await target.store.put(Array(cost.html().utf8), to: target.key())
        }
        return cost
    }
}
