import ReportKit
import StorageIO

extension StorageCost {
    /// For a terminal.
    package var text: String {
        let others = uncounted.map { "\n" + "not counted    \($0.location): \($0.message)".escapedForPeople }
        let ratioText = ratio.isFinite ? "\(ReadableNumber.compact(ratio)) times as much" : "the bucket costs nothing"
        return """
            \(location): \(ReadableNumber.count(usage.objects)) objects, \(ReadableNumber.bytes(usage.bytes))
            in a bucket    \(money(bucket.total)) a month\(bucketDetail)
            on a cluster   \(money(cluster.total)) a month: \(cluster.nodes) nodes, \(cluster.replication) copies, \
            \(ReadableNumber.bytes(cluster.storedBytes)) on disk
            the cluster    \(ratioText)\(others.joined())
            """
    }

    /// A page with a chart.
    package func html() -> String {
        HTMLReport(
            title: "What the data cost a month",
            subtitle:
                "\(location): \(ReadableNumber.count(usage.objects)) objects, \(ReadableNumber.bytes(usage.bytes))",
            sections: [
                ReportSection(
                    "In a bucket and on a running cluster",
                    [
                        .keyMetrics([
                            KeyMetric("bucket", money(bucket.total), tone: .good),
                            KeyMetric(
                                "cluster", money(cluster.total),
                                detail: "\(cluster.nodes) nodes, \(cluster.replication) copies"),
                            KeyMetric(
                                "ratio", ratio.isFinite ? "\(ReadableNumber.compact(ratio)) \u{00D7}" : "\u{2013}"),
                        ]),
                        .figure(
                            Figure(
                                "Costs a month",
                                BarChart(
                                    [
                                        BarChart.Bar("bucket", bucket.total, text: money(bucket.total)),
                                        BarChart.Bar("cluster", cluster.total, text: money(cluster.total)),
                                    ], valueLabel: "\(currency) a month"))),
                        .table(
                            ReportTable(
                                [.text("part"), .number("\(currency) a month")],
                                rows: [
                                    ["bucket: storage", ReadableNumber.decimal(bucket.storage, 2)],
                                    ["bucket: requests", ReadableNumber.decimal(bucket.requests, 2)],
                                    ["bucket: traffic", ReadableNumber.decimal(bucket.traffic, 2)],
                                    ["cluster: \(cluster.nodes) nodes", ReadableNumber.decimal(cluster.total, 2)],
                                ])),
                        .paragraph(
                            "A bucket is paid for by the data stored, a cluster by the hour. Data that are read for some hours a "
                                + "day are cheapest in a bucket, with a cluster that runs only as long as its job."
                        ),
                    ])
            ]
        ).html()
    }

    private var bucketDetail: String {
        guard bucket.requests + bucket.traffic > 0 else { return "" }
        return
            ": storage \(money(bucket.storage)), requests \(money(bucket.requests)), traffic \(money(bucket.traffic))"
    }

    private func money(_ amount: Double) -> String {
        amount >= 100
            ? "\(ReadableNumber.count(Int(amount.rounded()))) \(currency)"
            : "\(ReadableNumber.decimal(amount, 2)) \(currency)"
    }
}
