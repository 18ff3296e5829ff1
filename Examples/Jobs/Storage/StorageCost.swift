import JobSupport

/// What a data set costs a month, in a bucket and on a running cluster.
package struct StorageCost: Sendable, Codable {
    package struct Usage: Sendable, Hashable, Codable {
        package var objects: Int
        package var bytes: Int64
        /// How often a month all of it is read.
        package var readsPerMonth: Double
        /// How often a month all objects are written again.
        package var writesPerMonth: Double

        package init(objects: Int, bytes: Int64, readsPerMonth: Double, writesPerMonth: Double = 0) {
            self.objects = objects
            self.bytes = bytes
            self.readsPerMonth = readsPerMonth
            self.writesPerMonth = writesPerMonth
        }
    }

    /// Objects at the location that could not be counted.
    package struct Uncounted: Sendable, Hashable, Codable {
        package var location: String
        package var message: String
    }

    package struct Bucket: Sendable, Codable {
        package var storage: Double
        package var requests: Double
        package var traffic: Double
        package var total: Double
    }

    package struct Cluster: Sendable, Codable {
        package var replication: Int
        /// With all copies.
        package var storedBytes: Int64
        package var nodes: Int
        package var total: Double
    }

    /// What was measured.
    package var location: String
    package var usage: Usage
    package var currency: String
    package var bucket: Bucket
    package var cluster: Cluster
    /// How many times as much the cluster costs.
    package var ratio: Double
    package var uncounted: [Uncounted] = []

    package init(
        location: String, usage: Usage, prices: StoragePrices, replication: Int? = nil, nodes: Int? = nil
    ) throws {
        self.location = location
        self.usage = usage
        currency = prices.currency
        let gigabytes = Double(usage.bytes) / 1e9
        let storage = gigabytes * prices.bucket.gigabyteMonth
        let requests =
            Double(usage.objects) / 1_000
            * (usage.readsPerMonth * prices.bucket.thousandReads + usage.writesPerMonth * prices.bucket.thousandWrites)
        let traffic = gigabytes * usage.readsPerMonth * prices.bucket.gigabyteOut
        bucket = Bucket(storage: storage, requests: requests, traffic: traffic, total: storage + requests + traffic)

        let copies = replication ?? prices.cluster.replication
        let (stored, overflow) = usage.bytes.multipliedReportingOverflow(by: Int64(copies))
        guard !overflow else { throw JobError.contradictorySettings("\(copies) copies are more than can be counted") }
        let filled = (Double(stored) / 1e9 / prices.cluster.gigabytesPerDataNode).rounded(.up)
        guard filled < 1e15 else {
            throw JobError.contradictorySettings("more data nodes are needed than can be counted")
        }
        let needed = prices.cluster.nameNodes + max(prices.cluster.minimumDataNodes, copies, Int(filled))
        if let nodes, nodes < needed {
            throw JobError.contradictorySettings(
                "\(nodes) nodes cannot hold it: \(needed) are needed for \(copies) copies, name nodes included")
        }
        let count = nodes ?? needed
        cluster = Cluster(
            replication: copies, storedBytes: stored, nodes: count,
            total: Double(count) * prices.cluster.nodeHour * prices.hoursPerMonth)
        ratio = bucket.total > 0 ? cluster.total / bucket.total : .infinity
    }
}
