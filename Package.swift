// swift-tools-version:6.2
import PackageDescription

// One settings list for every Swift target of the package.
let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

// Traits say which dependencies a project resolves: whoever imports only ModelKit or Columnar needs none.
func dependency(_ package: String, _ product: String, traits: Set<String>) -> Target.Dependency {
    .product(name: product, package: package, condition: .when(traits: traits))
}
let argumentParser = dependency("swift-argument-parser", "ArgumentParser", traits: ["Programs"])
let crypto = dependency("swift-crypto", "Crypto", traits: ["Storage"])
let logging = dependency("swift-log", "Logging", traits: ["Storage"])
let grdb = dependency("GRDB.swift", "GRDB", traits: ["TrackingDatabases"])
let postgreSQL: Target.Dependency = .target(name: "PostgreSQL", condition: .when(traits: ["TrackingDatabases"]))
let coreMetrics = dependency("swift-metrics", "CoreMetrics", traits: ["Serving", "Streaming"])
let metrics = dependency("swift-metrics", "Metrics", traits: ["Serving", "Streaming"])
let serviceLifecycle = dependency("swift-service-lifecycle", "ServiceLifecycle", traits: ["Serving", "Streaming"])
let unixSignals = dependency("swift-service-lifecycle", "UnixSignals", traits: ["Serving", "Streaming"])
let hummingbird = dependency("hummingbird", "Hummingbird", traits: ["Serving"])
let hummingbirdCore = dependency("hummingbird", "HummingbirdCore", traits: ["Serving"])
let httpTypes = dependency("swift-http-types", "HTTPTypes", traits: ["Serving"])
let nioCore = dependency("swift-nio", "NIOCore", traits: ["Serving"])
let nioHTTP1 = dependency("swift-nio", "NIOHTTP1", traits: ["Serving"])

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func systemLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func example(_ name: String, folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies + ["JobSupport", "CommandLineSupport", argumentParser],
        path: "Examples/\(folder)", swiftSettings: swiftSettings)
}

func jobs(_ name: String, folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name, dependencies: dependencies + ["Essentials", "JobSupport"], path: "Examples/Jobs/\(folder)",
        swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

let package = Package(
    name: "antifraud",
    products: [
        .library(name: "Columnar", targets: ["Columnar"]),
        .library(name: "HTTPTransport", targets: ["HTTPTransport"]),
        .library(name: "StorageIO", targets: ["StorageIO"]),
        .library(name: "StorageIOTesting", targets: ["StorageIOTesting"]),
        .library(name: "Features", targets: ["Features"]),
        .library(name: "DataPrep", targets: ["DataPrep"]),
        .library(name: "ModelKit", targets: ["ModelKit"]),
        .library(name: "Scoring", targets: ["Scoring"]),
        .library(name: "Pipelines", targets: ["Pipelines"]),
        .library(name: "PostgreSQL", targets: ["PostgreSQL"]),
        .library(name: "Tracking", targets: ["Tracking"]),
        .library(name: "ModelTracking", targets: ["ModelTracking"]),
        .library(name: "Streaming", targets: ["Streaming"]),
        .library(name: "Serving", targets: ["Serving"]),
        .library(name: "PrometheusExposition", targets: ["PrometheusExposition"]),
    ],
    traits: [
        .default(enabledTraits: ["Programs", "Serving", "Streaming", "TrackingDatabases"]),
        .trait(
            name: "Storage",
            description: "StorageIO and what is built on it: DataPrep, Scoring, Pipelines, Tracking, ModelTracking."),
        .trait(
            name: "TrackingDatabases",
            description: "Tracking opens MLflow's databases, SQLite and PostgreSQL, beside its servers.",
            enabledTraits: ["Storage"]),
        .trait(
            name: "Streaming", description: "Streaming: Kafka, with metrics and graceful shutdown.",
            enabledTraits: ["Storage"]),
        .trait(
            name: "Serving", description: "Serving: the HTTP service, on Hummingbird.", enabledTraits: ["Storage"]),
        .trait(name: "Programs", description: "The executables.", enabledTraits: ["Serving", "Streaming"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Foundations: no dependency on one another.
        library("Essentials", []),
        library("Columnar", []),
        library("JSONText", []),
        .target(name: "CChecksums"),
        library("Checksums", ["CChecksums"]),
        .target(name: "CThreads"),
        library("Parallelism", ["CThreads", "Essentials"]),
        library("ReportKit", ["Essentials"]),

        // HTTP, for remote stores and servers.
        systemLibrary("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        library("HTTPTransport", ["CCurl", "Essentials", "Parallelism"]),

        // SQL, for databases on servers.
        systemLibrary("CLibPQ", pkgConfig: "libpq", apt: "libpq-dev"),
        library("PostgreSQL", ["CLibPQ", "Essentials", "Parallelism"]),

        // Storage.
        systemLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        systemLibrary("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        systemLibrary("CLZ4", pkgConfig: "liblz4", apt: "liblz4-dev"),
        .systemLibrary(name: "CSnappy", providers: [.apt(["libsnappy-dev"])]),
        systemLibrary("CBrotli", pkgConfig: "libbrotlidec", apt: "libbrotli-dev"),
        .target(name: "CStorageKernels"),
        library(
            "StorageIO",
            [
                "Columnar", "Essentials", "HTTPTransport", "JSONText", "Parallelism", "CChecksums", "CStorageKernels",
                "CBrotli", "CLZ4", "CSnappy", "CZlib", "CZstd", crypto, logging,
            ]),
        library("StorageIOTesting", ["Essentials", "StorageIO"]),

        // What transactions are and what is computed from them, without input and output.
        library("Features", ["Checksums", "Columnar", "Essentials", "JSONText", "Parallelism"]),

        // Data preparation and machine learning.
        library(
            "DataPrep",
            ["Checksums", "Columnar", "Essentials", "Features", "JSONText", "Parallelism", "ReportKit", "StorageIO"]),
        .target(name: "CTreeKernels"),
        library("ModelKit", ["Columnar", "Essentials", "JSONText", "Parallelism", "CTreeKernels"]),
        library(
            "Scoring",
            [
                "Checksums", "Columnar", "Essentials", "Parallelism", "DataPrep", "Features", "ModelKit", "StorageIO",
                logging,
            ]),

        library(
            "Pipelines",
            [
                "Columnar", "DataPrep", "Features", "Essentials", "ModelKit", "Parallelism", "ReportKit", "Scoring",
                "StorageIO",
            ]),

        // Services.
        library(
            "Tracking",
            [
                "Checksums", "Columnar", "Essentials", "HTTPTransport", "JSONText", "Parallelism", "StorageIO",
                postgreSQL,
                grdb, logging,
            ]),
        library(
            "ModelTracking",
            [
                "Checksums", "Essentials", "Features", "ModelKit", "Parallelism", "Pipelines", "Scoring", "StorageIO",
                "Tracking", logging,
            ]),
        systemLibrary("CRdKafka", pkgConfig: "rdkafka", apt: "librdkafka-dev"),
        library(
            "Streaming",
            [
                "Columnar", "Essentials", "Features", "Parallelism", "Scoring", "CRdKafka", logging, metrics,
                serviceLifecycle,
            ]),
        library("PrometheusExposition", ["Parallelism", coreMetrics]),
        .target(
            name: "Serving",
            dependencies: [
                "Columnar", "DataPrep", "Features", "Essentials", "JSONText", "Parallelism", "PrometheusExposition",
                "Scoring",
                coreMetrics, crypto, hummingbird, hummingbirdCore, httpTypes, logging, metrics, nioCore, nioHTTP1,
                serviceLifecycle,
            ],
            // Part of the program: nothing has to lie beside it.
            resources: [.embedInCode("Docs/docs.css"), .embedInCode("Docs/docs.js")], swiftSettings: swiftSettings),

        // What all executables share: terminal manners, errors, progress.
        .target(
            name: "CommandLineSupport", dependencies: ["Essentials", "StorageIO", argumentParser, logging],
            path: "Examples/CommandLineSupport", swiftSettings: swiftSettings),
        .target(
            name: "JobSupport",
            dependencies: [
                "CommandLineSupport", "Essentials", "Features", "Scoring", "StorageIO", logging,
            ],
            path: "Examples/Jobs/Support", swiftSettings: swiftSettings),

        // The jobs that the executables are thin wrappers of: one target for each concern, so that an executable links only
        // the libraries that its own jobs use.
        .target(
            name: "ServiceSupport", dependencies: [logging, serviceLifecycle], path: "Examples/Jobs/Services",
            swiftSettings: swiftSettings),
        jobs("StorageJobs", folder: "Storage", ["ReportKit", "StorageIO"]),
        jobs("HandbookJobs", folder: "Handbook", ["Columnar", "Features", "ModelKit"]),
        jobs("CleaningJobs", folder: "Cleaning", ["Columnar", "DataPrep", "Features", "ReportKit", "StorageIO"]),
        jobs("DescriptionJobs", folder: "Description", ["Columnar", "DataPrep", "Features", "StorageIO"]),
        jobs("TrackingJobs", folder: "Tracking", ["CommandLineSupport", "StorageIO", "Tracking", logging]),
        jobs("ConversionJobs", folder: "Conversion", ["ModelKit", "Scoring", "StorageIO"]),
        jobs(
            "ScoringJobs", folder: "Scoring",
            ["Columnar", "ModelKit", "ModelTracking", "Pipelines", "Scoring", "StorageIO", logging]),
        jobs("TrainingJobs", folder: "Training", ["CommandLineSupport", "ModelTracking", "Pipelines", "Scoring"]),
        jobs(
            "StreamingJobs", folder: "Streaming",
            [
                "CommandLineSupport", "DataPrep", "Features", "Scoring", "ServiceSupport", "StorageIO", "Streaming",
                logging,
                serviceLifecycle,
            ]),
        jobs(
            "QuickstartJobs", folder: "Quickstart",
            [
                "CleaningJobs", "Columnar", "DataPrep", "Features", "ModelKit", "ModelTracking", "Parallelism",
                "Pipelines",
                "ReportKit", "Scoring", "ServiceSupport", "Serving", "StorageIO", "Streaming", "Tracking",
                "TrainingJobs",
                logging, serviceLifecycle,
            ]),

        // The executables.
        example(
            "simulate-transactions", folder: "SimulateTransactions",
            ["CleaningJobs", "DataPrep", "Features", "StorageIO"]),
        example("describe-data", folder: "DescribeData", ["DataPrep", "Features", "DescriptionJobs", "StorageIO"]),
        example(
            "clean-transactions", folder: "CleanTransactions", ["CleaningJobs", "DataPrep", "Features", "StorageIO"]),
        example(
            "train-model", folder: "TrainModel",
            [
                "DataPrep", "Features", "ModelKit", "ModelTracking", "Pipelines", "StorageIO", "Tracking",
                "TrackingJobs",
                "TrainingJobs",
            ]),
        example(
            "score-transactions", folder: "ScoreTransactions",
            ["ModelTracking", "ScoringJobs", "StorageIO", "Tracking", "TrackingJobs"]),
        example(
            "verify-features", folder: "VerifyFeatures",
            ["ModelTracking", "Pipelines", "Scoring", "ScoringJobs", "StorageIO", "Tracking", "TrackingJobs"]),
        example("convert-model", folder: "ConvertModel", ["ConversionJobs", "StorageIO"]),
        example(
            "explain-scores", folder: "ExplainScores",
            ["ModelKit", "ModelTracking", "ScoringJobs", "StorageIO", "Tracking", "TrackingJobs"]),
        example(
            "compare-models", folder: "CompareModels",
            ["ModelKit", "ModelTracking", "Pipelines", "StorageIO", "Tracking", "TrackingJobs", "TrainingJobs"]),
        example(
            "promote-model", folder: "PromoteModel",
            ["ModelKit", "ModelTracking", "StorageIO", "Tracking", "TrackingJobs", "TrainingJobs"]),
        example("produce-transactions", folder: "ProduceTransactions", ["StorageIO", "Streaming", "StreamingJobs"]),
        example(
            "score-stream", folder: "ScoreStream",
            ["ModelTracking", "Scoring", "StorageIO", "Streaming", "StreamingJobs", "Tracking", "TrackingJobs"]),
        example(
            "serve-model", folder: "ServeModel",
            [
                "HTTPTransport", "ModelTracking", "Scoring", "ServiceSupport", "Serving", "StorageIO", "Tracking",
                "TrackingJobs",
                logging,
            ]),
        example("copy-data", folder: "CopyData", ["StorageIO", "StorageJobs"]),
        example("storage-cost", folder: "StorageCost", ["StorageIO", "StorageJobs"]),
        example("unfinished-objects", folder: "UnfinishedObjects", ["StorageIO", "StorageJobs"]),
        example("tracking-copy", folder: "TrackingCopy", ["StorageIO", "Tracking", "TrackingJobs"]),
        example("tracking-replay", folder: "TrackingReplay", ["StorageIO", "Tracking", "TrackingJobs"]),
        example(
            "quickstart", folder: "Quickstart",
            ["DataPrep", "Features", "QuickstartJobs", "StorageIO", "Tracking", "TrackingJobs"]),
        example(
            "handbook-protocol", folder: "HandbookProtocol",
            ["Columnar", "HandbookJobs", "Parallelism", "StorageIO", "DataPrep", "Features", "ModelKit"]),

        // Tests.
        .target(
            name: "TestSupport", dependencies: ["Essentials", "Parallelism"], path: "Tests/TestSupport",
            swiftSettings: swiftSettings),
        tests("EssentialsTests", ["Essentials", "TestSupport"]),
        tests("ColumnarTests", ["Columnar", "TestSupport"]),
        tests("JSONTextTests", ["JSONText", "TestSupport"]),
        tests("ParallelismTests", ["Parallelism", "TestSupport"]),
        tests("ReportKitTests", ["ReportKit", "TestSupport"]),
        tests("CommandLineSupportTests", ["CommandLineSupport", "Parallelism", logging]),
        tests("HTTPTransportTests", ["HTTPTransport", "Parallelism", "TestSupport"]),
        .executableTarget(
            name: "postgresql-probe", dependencies: ["PostgreSQL"], path: "Tests/PostgreSQLProbe",
            swiftSettings: swiftSettings),
        tests("PostgreSQLTests", ["Parallelism", "PostgreSQL", "TestSupport", "postgresql-probe"]),
        tests(
            "StorageIOTests",
            [
                "CChecksums", "Columnar", "CStorageKernels", "HTTPTransport", "Parallelism", "StorageIO",
                "StorageIOTesting",
                "TestSupport", crypto, logging,
            ]),
        tests("FeaturesTests", ["Columnar", "Features", "Parallelism", "TestSupport"]),
        tests(
            "DataPrepTests",
            ["Columnar", "DataPrep", "Features", "Parallelism", "StorageIO", "StorageIOTesting", "TestSupport"]),
        tests("ModelKitTests", ["Columnar", "CTreeKernels", "Essentials", "ModelKit", "Parallelism", "TestSupport"]),
        tests(
            "ScoringTests",
            [
                "Checksums", "Columnar", "DataPrep", "Features", "ModelKit", "Parallelism", "Scoring", "StorageIO",
                "StorageIOTesting",
                "TestSupport",
            ]),
        tests(
            "PipelinesTests",
            [
                "Columnar", "DataPrep", "Features", "ModelKit", "Parallelism", "Pipelines", "Scoring", "StorageIO",
                "TestSupport",
            ]),
        tests(
            "ModelTrackingTests",
            [
                "Columnar", "DataPrep", "Features", "HTTPTransport", "ModelKit", "ModelTracking", "Pipelines",
                "Scoring", "Serving",
                "StorageIO", "TestSupport", "Tracking", logging, serviceLifecycle, unixSignals,
            ]),
        tests("HandbookJobsTests", ["Columnar", "DataPrep", "Features", "HandbookJobs", "ModelKit"]),
        .executableTarget(
            name: "tracking-writer", dependencies: ["Tracking"], path: "Tests/TrackingWriter",
            swiftSettings: swiftSettings),
        tests(
            "TrackingTests",
            [
                "HTTPTransport", "Parallelism", "StorageIO", "StorageIOTesting", "Tracking", "TestSupport",
                "tracking-writer", postgreSQL, grdb,
            ]),
        tests(
            "StreamingTests",
            [
                "Columnar", "DataPrep", "Features", "ModelKit", "Parallelism", "Scoring", "Streaming", "TestSupport",
                coreMetrics,
                logging, serviceLifecycle,
            ]),
        tests("PrometheusExpositionTests", ["PrometheusExposition", "TestSupport", coreMetrics, metrics]),
        tests(
            "ServingTests",
            [
                "Columnar", "DataPrep", "Features", "JSONText", "ModelKit", "Parallelism", "PrometheusExposition",
                "Scoring",
                "Serving",
                "TestSupport", coreMetrics, httpTypes, hummingbird, logging, nioCore, serviceLifecycle, unixSignals,
            ]),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "DataPrep", "Features", "Streaming", "TestSupport", "simulate-transactions", "describe-data",
                "clean-transactions",
                "train-model", "score-transactions", "verify-features", "explain-scores",
                "compare-models", "convert-model", "promote-model", "produce-transactions", "score-stream",
                "serve-model", "quickstart",
                "handbook-protocol", "copy-data", "storage-cost", "unfinished-objects", "tracking-copy",
                "tracking-replay",
            ], swiftSettings: swiftSettings),
    ]
)
