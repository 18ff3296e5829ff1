// swift-tools-version:6.2
import PackageDescription

// Each benchmark runs the named peer beside the module on the same data, in the same run, and prints the ratio of
// medians. One folder each under Sources/.
func benchmark(_ name: String, _ dependencies: [String]) -> Target {
    .executableTarget(
        name: name,
        dependencies: dependencies.map { .product(name: $0, package: "antifraud") } + ["BenchmarkSupport"],
        swiftSettings: [
            .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("MemberImportVisibility"),
        ])
}

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "antifraud", path: "..")],
    targets: [
        .target(name: "BenchmarkSupport", swiftSettings: [.swiftLanguageMode(.v6)]),
        benchmark("Cleaning", ["DataPrep", "StorageIO"]),
        benchmark("RankingMetrics", ["ModelKit"]),
    ]
)
