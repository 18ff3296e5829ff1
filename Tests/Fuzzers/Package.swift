// swift-tools-version:6.2
import PackageDescription

// Parsers of outside bytes under libFuzzer, which comes with Swift's toolchain for Linux: scripts/fuzz builds and runs it.
let package = Package(
    name: "fuzzers",
    dependencies: [.package(name: "antifraud", path: "../..", traits: ["Storage"])],
    targets: [
        .target(name: "CLibFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "CLibFuzzer",
                .product(name: "DataPrep", package: "antifraud"),
                .product(name: "Features", package: "antifraud"),
                .product(name: "ModelKit", package: "antifraud"),
                .product(name: "StorageIO", package: "antifraud"),
            ],
            path: "Sources/Fuzz"),
    ]
)
