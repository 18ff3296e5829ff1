// swift-tools-version:6.2
import PackageDescription

// Another project that imports a single module: it must build without Kafka, libcurl, PostgreSQL or a web server.
let package = Package(
    name: "consumer",
    dependencies: [.package(name: "antifraud", path: "../..", traits: [])],
    targets: [
        .executableTarget(
            name: "train-only",
            dependencies: [.product(name: "ModelKit", package: "antifraud")],
            path: "Sources/TrainOnly")
    ]
)
