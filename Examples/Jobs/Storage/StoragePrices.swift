import Foundation
import JobSupport

/// What storage costs: the table that `storage-cost --prices` reads.
package struct StoragePrices: Sendable, Hashable, Codable {
    package struct Bucket: Sendable, Hashable, Codable {
        /// For one gigabyte (10^9 bytes) kept for a month.
        package var gigabyteMonth: Double
        /// For a thousand requests that write or list.
        package var thousandWrites: Double
        /// For a thousand requests that read.
        package var thousandReads: Double
        /// For one gigabyte sent out of the provider's network.
        package var gigabyteOut: Double

        enum CodingKeys: String, CodingKey {
            case gigabyteMonth = "gigabyte_month"
            case thousandWrites = "thousand_writes"
            case thousandReads = "thousand_reads"
            case gigabyteOut = "gigabyte_out"
        }
    }

    package struct Cluster: Sendable, Hashable, Codable {
        /// For one machine, name nodes and data nodes alike.
        package var nodeHour: Double
        package var nameNodes: Int
        /// A cluster has at least so many data nodes, however little it holds.
        package var minimumDataNodes: Int
        /// What a data node can hold, in gigabytes (10^9 bytes).
        package var gigabytesPerDataNode: Double
        /// Copies of each block.
        package var replication: Int

        enum CodingKeys: String, CodingKey {
            case nodeHour = "node_hour"
            case nameNodes = "name_nodes"
            case minimumDataNodes = "minimum_data_nodes"
            case gigabytesPerDataNode = "gigabytes_per_data_node"
            case replication
        }
    }

    package var currency: String
    package var hoursPerMonth: Double
    package var bucket: Bucket
    package var cluster: Cluster

    enum CodingKeys: String, CodingKey {
        case currency
        case hoursPerMonth = "hours_per_month"
        case bucket
        case cluster
    }

    /// The prices that the original system was planned with: its 40 files of 2.8 GB cost about 250 roubles a month in a
    /// bucket, and about a hundred times as much on a cluster of four machines at 36 roubles an hour.
    package static let original = StoragePrices(
        currency: "RUB", hoursPerMonth: 720,
        bucket: Bucket(gigabyteMonth: 2.23, thousandWrites: 0, thousandReads: 0, gigabyteOut: 0),
        cluster: Cluster(
            nodeHour: 9, nameNodes: 1, minimumDataNodes: 3, gigabytesPerDataNode: 128, replication: 3))

    /// - Throws: ``JobError/unusableData(location:reason:)`` that names the location and what is wrong with it.
    package init(json: [UInt8], location: String) throws {
        do {
            self = try JSONDecoder().decode(StoragePrices.self, from: Data(json))
        } catch {
            throw JobError.unusableData(location: location, reason: "not a table of prices: \(Self.explain(error))")
        }
        for (name, value) in [
            ("hours_per_month", hoursPerMonth), ("gigabyte_month", bucket.gigabyteMonth),
            ("node_hour", cluster.nodeHour), ("gigabytes_per_data_node", cluster.gigabytesPerDataNode),
            ("replication", Double(cluster.replication)),
        ] where !(value > 0 && value.isFinite) {
            throw JobError.unusableData(location: location, reason: "\(name) is \(value), but must be above 0")
        }
        for (name, value) in [
            ("thousand_writes", bucket.thousandWrites), ("thousand_reads", bucket.thousandReads),
            ("gigabyte_out", bucket.gigabyteOut), ("name_nodes", Double(cluster.nameNodes)),
            ("minimum_data_nodes", Double(cluster.minimumDataNodes)),
        ] where !(value >= 0 && value.isFinite) {
            throw JobError.unusableData(location: location, reason: "\(name) is \(value), but must not be below 0")
        }
    }

    private init(currency: String, hoursPerMonth: Double, bucket: Bucket, cluster: Cluster) {
        self.currency = currency
        self.hoursPerMonth = hoursPerMonth
        self.bucket = bucket
        self.cluster = cluster
    }

    private static func explain(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' is not a value of the right kind"
        default: "it is not valid JSON"
        }
    }
}
