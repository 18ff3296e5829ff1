// swift-tools-version:6.2
import PackageDescription

// Another project that imports single modules: `train-only` must build without Kafka, libcurl, PostgreSQL or a web server,
// and `own-store` with public API only.
let package = Package(
    name: "consumer",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "antifraud", path: "../..")],
    targets: [
        .executableTarget(
            name: "train-only",
            dependencies: [.product(name: "ModelKit", package: "antifraud")],
            path: "Sources/TrainOnly"),
        .executableTarget(
            name: "own-store",
            dependencies: [
                .product(name: "StorageIO", package: "antifraud"),
                .product(name: "StorageIOTesting", package: "antifraud"),
            ],
            path: "Sources/OwnStore"),
    ]
)
