import Logging
import ModelTracking
import Scoring
import StorageIO
import TestSupport
import Testing
import Tracking

@Suite struct ModelLoadingTests {
    @Test func modelsAreLoadedByFolderVersionAliasAndRun() async throws {
        let registry = try await TestRegistry()
        let receipt = try await registry.publish(isGood: false, alias: "champion")
        let loader = ModelLoader(stores: registry.stores, tracking: registry.destination, program: "tests")
        let saved = try await loader.load(registry.folder.path("model"))
        for uri in ["models:/antifraud/1", "models:/antifraud@champion", "runs:/\(receipt.runID)/model"] {
            let model = try await loader.load(uri)
            #expect(model.features == saved.features && model.provenance == saved.provenance, "\(uri)")
        }
        await #expect(throws: TrackingError.self) { try await loader.load("models:/antifraud@missing") }
    }

    @Test func aSourceFollowsTheAlias() async throws {
        let registry = try await TestRegistry()
        try await registry.publish(isGood: false, alias: "champion")
        let loader = ModelLoader(stores: registry.stores, tracking: registry.destination, program: "tests")
        let (first, models) = try await loader.open(
            "models:/antifraud@champion", every: .milliseconds(50), logger: Logger(label: "tests"))
        var iterator = models.makeAsyncIterator()
        #expect(try await iterator.next()?.provenance == first.provenance)
        try await registry.publish(isGood: true, alias: "champion")
        let next = try #require(try await iterator.next())
        #expect(next.features != first.features)
    }

    @Test func theChampionIsTheAliasOrElseTheBestRun() async throws {
        let registry = try await TestRegistry()
        let client = try await registry.destination.open(program: "tests", stores: registry.stores)
        #expect(try await Champion.find(client, experiment: ModelPublisher.experimentName) == nil)
        try await registry.publish(isGood: false)
        let best = try await registry.publish(isGood: true)
        let byMetric = try #require(try await Champion.find(client, experiment: ModelPublisher.experimentName))
        #expect(byMetric.runID == best.runID)
        try await client.models.setAlias("champion", of: "antifraud", to: 1)
        let byAlias = try #require(try await Champion.find(client, experiment: ModelPublisher.experimentName))
        #expect(byAlias.name == "version 1")
        try await client.close()
    }

    @Test(arguments: [
        ("", nil, false), ("a/b", nil, false), ("a:b", nil, false), ("antifraud", "champion", true),
        ("antifraud", "v12", false), ("antifraud", "Latest", false), ("antifraud", "vice", true), ("x", "a b", false),
    ])
    func namesThatMLflowRefusesAreFound(name: String, alias: String?, isValid: Bool) {
        #expect((ModelRegistration(name: name, alias: alias).flaw == nil) == isValid)
    }

    @Test func theEnvironmentNamesTheTrackingStore() async throws {
        let destination = TrackingDestination(
            environment: ["MLFLOW_TRACKING_URI": "http://127.0.0.1:5000", "MLFLOW_EXPERIMENT_NAME": "cards"])
        #expect(destination.isServer && destination.experiment == "cards")
        let error = await #expect(throws: TrackingError.self) { try await TrackingDestination(environment: [:]).open() }
        #expect("\(try #require(error))".hasPrefix("tracking: no URI is given") && error?.code == .invalidValue)
    }
}
