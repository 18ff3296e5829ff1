// swift-tools-version:6.2
import PackageDescription

// Another project that imports many modules: `register-model` trains and registers a model, `own-store` copies over a store
// of its own, and `beside-others` imports ours beside the usual modules of services.
let package = Package(
    name: "consumer-of-all",
    dependencies: [
        .package(name: "antifraud", path: "../.."),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        .executableTarget(
            name: "register-model",
            dependencies: [
                .product(name: "DataPrep", package: "antifraud"),
                .product(name: "Features", package: "antifraud"),
                .product(name: "ModelKit", package: "antifraud"),
                .product(name: "ModelTracking", package: "antifraud"),
                .product(name: "Pipelines", package: "antifraud"),
                .product(name: "Scoring", package: "antifraud"),
                .product(name: "StorageIO", package: "antifraud"),
                .product(name: "Tracking", package: "antifraud"),
            ],
            path: "Sources/RegisterModel"),
        .executableTarget(
            name: "own-store",
            dependencies: [
                .product(name: "StorageIO", package: "antifraud"),
                .product(name: "StorageIOTesting", package: "antifraud"),
            ],
            path: "Sources/OwnStore"),
        .executableTarget(
            name: "beside-others",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Columnar", package: "antifraud"),
                .product(name: "DataPrep", package: "antifraud"),
                .product(name: "Features", package: "antifraud"),
                .product(name: "HTTPTransport", package: "antifraud"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ModelKit", package: "antifraud"),
                .product(name: "ModelTracking", package: "antifraud"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Pipelines", package: "antifraud"),
                .product(name: "PrometheusExposition", package: "antifraud"),
                .product(name: "Scoring", package: "antifraud"),
                .product(name: "Serving", package: "antifraud"),
                .product(name: "StorageIO", package: "antifraud"),
                .product(name: "Streaming", package: "antifraud"),
                .product(name: "Tracking", package: "antifraud"),
            ],
            path: "Sources/BesideOthers"),
    ]
)
