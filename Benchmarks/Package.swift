// swift-tools-version:6.2
import PackageDescription

// Each benchmark runs the module and a named peer on the same data, in the same run, and prints the ratio of
// medians. One folder each under Sources/.
func benchmark(_ name: String, _ dependencies: [String], _ others: [Target.Dependency] = []) -> Target {
    .executableTarget(
        name: name,
        dependencies: dependencies.map { .product(name: $0, package: "antifraud") } + others + ["BenchmarkSupport"],
        swiftSettings: [
            .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("MemberImportVisibility"),
        ])
}

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(name: "antifraud", path: ".."),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .target(name: "BenchmarkSupport", swiftSettings: [.swiftLanguageMode(.v6)]),
        benchmark("Cleaning", ["DataPrep", "StorageIO"]),
        benchmark("LogisticRegressionTraining", ["ModelKit"]),
        benchmark("ParquetFiles", ["Columnar", "StorageIO"]),
        benchmark("PlanFeatures", ["Columnar", "Features"]),
        benchmark("RankingMetrics", ["ModelKit"]),
        benchmark("ShapValues", ["ModelKit"]),
        benchmark("TransactionText", ["Features"]),
        benchmark("WindowFeatures", ["Columnar", "Features", "StorageIO"]),
        benchmark("TableCleaning", ["DataPrep", "Features", "StorageIO"]),
        benchmark("StreamScoring", ["Columnar", "Features", "ModelKit", "Scoring", "Streaming"], [logging]),
        benchmark("TrackingSpeed", ["Tracking"]),
        benchmark("TreePrediction", ["ModelKit"]),
        benchmark("TreeTraining", ["ModelKit"]),
    ]
)
