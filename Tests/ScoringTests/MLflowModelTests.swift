import Columnar
import Features
import Foundation
import ModelKit
import Scoring
import StorageIO
import TestSupport
import Testing

@Suite struct MLflowModelTests {
    /// A model in a separate folder, rows of its features, and its results for these.
    private struct Saved {
        let folder: TemporaryFolder
        let model: FraudModel
        let features: FeatureMatrix

        init(_ model: FraudModel) throws {
            folder = try TemporaryFolder()
            self.model = model
            var scorer = try BatchScorer(model)
            let rows = ScoringFixture.transactions(400, seed: 300, firstDay: 60)
            var columns = try scorer.features(ScoringFixture.batch(rows)).columns
            for row in stride(from: 0, to: 400, by: 7) { columns[row % columns.count][row] = .nan }
            features = try FeatureMatrix(names: model.features.names, columns: columns)
        }

        var location: StorageLocation {
            get throws {
                StorageLocation(store: try LocalObjectStore(folder: "/"), uri: try StorageURI(path))
            }
        }

        var path: String { folder.path("model") }

        /// Runs Python with `folder`, `names` and `x` (rows x features) and compares `probability` and `label`, which it sets, with
        /// the model's.
        func check(_ source: String, location: SourceLocation = #_sourceLocation) throws {
            try JSONEncoder().encode(features.names).write(to: folder.url.appending(path: "names.json"))
            try Data(features.columns.flatMap { $0 }.flatMap { withUnsafeBytes(of: $0, Array.init) })
                .write(to: folder.url.appending(path: "x.f32"))
            let response = try Oracle.json(
                [[Double]].self,
                """
                import sys, os, json, logging, warnings
                warnings.filterwarnings('ignore')
                import numpy as np, pandas as pd, mlflow
                logging.getLogger('mlflow').setLevel(logging.ERROR)
                temporary = sys.argv[1]
                os.chdir(temporary)
                folder = temporary + '/model'
                names = json.load(open(temporary + '/names.json'))
                x = np.fromfile(temporary + '/x.f32', np.float32).reshape(len(names), -1).T
                \(source)
                print(json.dumps([np.asarray(probability, float).tolist(), np.asarray(label, float).tolist()]))
                """, [folder.url.path(percentEncoded: false)], interpreter: Oracle.mlflowPython)
            let ours = try model.classifier.probabilities(features, threads: 1)
            let largest = zip(ours, response[0]).reduce(0) { max($0, abs($1.0 - $1.1)) }
            #expect(largest < 1e-6 && response[0].count == ours.count, sourceLocation: location)
            #expect((ours.map { Double(model.prediction($0)) } == response[1]) == true, sourceLocation: location)
        }
    }

    private func logisticModel(_ names: [String]) async throws -> FraudModel {
        let batch = try ScoringFixture.batch(ScoringFixture.transactions(2_000, seed: 301))
        let matrix = try FeatureMatrix(batch, features: names)
        let labels = try TransactionColumns(batch).labels()
        return try FraudModel(
            features: .columns(names), classifier: await LogisticRegressionTrainer().train(matrix, labels: labels),
            threshold: 0.1, provenance: ScoringFixture.provenance)
    }

    @Test(.needs(.mlflowPython)) func mlflowPredictsWhatTheModelGivesWhateverTheColumnsOrder() async throws {
        for model in [
            try ScoringFixture.model(threshold: 0.2), try ScoringFixture.model(FeaturePipeline(.basic)),
            try await logisticModel(["tx_amount"]), try await logisticModel(["terminal_id", "tx_amount"]),
        ] {
            let saved = try Saved(model)
            try await model.save(to: saved.location)
            try saved.check(
                """
                model = mlflow.pyfunc.load_model(folder)
                frame = pd.DataFrame(x.astype(float), columns=names)
                result = model.predict(frame)
                assert list(result.columns) == ['probability', 'label'], result.columns
                assert result.dtypes.tolist() == [np.float32, np.int64]
                shuffled = frame[names[::-1]].assign(another='text')
                assert model.predict(shuffled).equals(result)
                assert model.predict(pd.DataFrame(x, columns=names)).equals(result)
                whole = frame.fillna(0).astype('int32')
                assert model.predict(whole).equals(model.predict(whole.astype(float)))
                for name in names:
                    try:
                        model.predict(frame.drop(columns=name))
                    except mlflow.exceptions.MlflowException as error:
                        assert name in str(error)
                    else:
                        raise AssertionError('no error without ' + name)
                probability, label = result.probability, result.label
                """)
        }
    }

    @Test(.needs(.mlflowPython)) func theFilesAreThoseThatMLflowWrites() async throws {
        let saved = try Saved(ScoringFixture.model())
        try await saved.model.save(to: saved.location)
        try saved.check(
            """
            import onnx, yaml
            from mlflow.models import Model, validate_serving_input
            model = mlflow.pyfunc.load_model(folder)
            description = Model.load(folder)
            example = description.load_input_example(folder)
            assert list(example.columns) == names and len(example) == 1
            serving = json.dumps(json.load(open(folder + '/serving_input_example.json')))
            assert json.loads(serving) == json.loads(description.get_serving_input(folder))
            assert validate_serving_input(folder, serving).equals(model.predict(example))
            result = model.predict(pd.DataFrame(x.astype(float), columns=names))
            assert description.signature == mlflow.models.infer_signature(example, model.predict(example))
            assert description.utc_time_created == '2019-08-22 00:00:31.000000'
            mlflow.onnx.save_model(onnx.load(folder + '/model.onnx'), 'theirs', signature=description.signature,
                                   input_example=example)
            def read(folder, name): return open(f'{folder}/{name}').read()
            def keys(value, path=''):
                if not isinstance(value, dict): return {path}
                return set().union(*(keys(v, f'{path}/{k}') for k, v in value.items()))
            ours, theirs = (yaml.safe_load(read(f, 'MLmodel')) for f in [folder, 'theirs'])
            own = {k for k in keys(ours) if k.startswith('/flavors/antifraud/')}
            assert keys(ours) - own == keys(theirs), keys(ours) ^ keys(theirs)
            changing = ['model_uuid', 'utc_time_created', 'model_size_bytes', 'flavors', 'signature']
            assert {k: v for k, v in ours.items() if k not in changing} == \\
                {k: v for k, v in theirs.items() if k not in changing}
            assert ours['flavors']['onnx'] | dict(providers=0) == theirs['flavors']['onnx'] | dict(providers=0)
            python = theirs['flavors']['python_function']['python_version']
            ours['flavors']['python_function']['python_version'] = python
            assert ours['flavors']['python_function'] == theirs['flavors']['python_function']
            for flavor in ours['flavors']['antifraud'].items():
                if flavor[0] in ('classifier', 'data', 'feature_state'): assert os.path.exists(f'{folder}/{flavor[1]}')
            assert read(folder, 'requirements.txt') == read('theirs', 'requirements.txt')
            for name in ['conda.yaml', 'python_env.yaml']:
                ours, theirs = (yaml.safe_load(read(f, name)) for f in [folder, 'theirs'])
                if name == 'conda.yaml': ours['dependencies'][0] = theirs['dependencies'][0]
                else: ours['python'] = theirs['python']
                assert ours == theirs, (ours, theirs)
            probability, label = result.probability, result.label
            """)
    }

    @Test(.needs(.mlflowPython)) func runsAndRegisteredVersionsLoadIt() async throws {
        let saved = try Saved(ScoringFixture.model())
        try await saved.model.save(to: saved.location)
        try saved.check(
            """
            mlflow.set_tracking_uri(f'sqlite:///{temporary}/mlflow.db')
            mlflow.create_experiment('e', artifact_location=temporary + '/artifacts')
            mlflow.set_experiment('e')
            with mlflow.start_run() as run: mlflow.log_artifacts(folder, 'model')
            address = f'runs:/{run.info.run_id}/model'
            frame = pd.DataFrame(x.astype(float), columns=names)
            first = mlflow.pyfunc.load_model(address).predict(frame)
            version = mlflow.register_model(address, 'fraud').version
            result = mlflow.pyfunc.load_model(f'models:/fraud/{version}').predict(frame)
            assert result.equals(first)
            probability, label = result.probability, result.label
            """)
    }

    @Test(.needs(.mlflowPython)) func mlflowServesIt() async throws {
        let saved = try Saved(ScoringFixture.model(threshold: 0.3))
        try await saved.model.save(to: saved.location)
        try saved.check(
            """
            import ctypes, signal, socket, subprocess, time, urllib.request
            with socket.socket() as probe:
                probe.bind(('127.0.0.1', 0))
                port = probe.getsockname()[1]
            def ends_with_parent(): ctypes.CDLL(None).prctl(1, signal.SIGKILL)
            server = subprocess.Popen(
                [sys.executable, '-m', 'mlflow', 'models', 'serve', '-m', folder, '--env-manager', 'local', '-h', '127.0.0.1',
                 '-p', str(port), '-w', '1'], stdout=open('log', 'w'), stderr=subprocess.STDOUT, start_new_session=True,
                preexec_fn=ends_with_parent, env=os.environ | dict(PATH=os.path.dirname(sys.executable) + ':' + os.environ['PATH']))
            try:
                for _ in range(600):
                    try:
                        urllib.request.urlopen(f'http://127.0.0.1:{port}/ping')
                        break
                    except OSError:
                        assert server.poll() is None, open('log').read()
                        time.sleep(0.1)
                frame = pd.DataFrame(x.astype(float), columns=names)
                body = json.dumps(dict(dataframe_split=json.loads(frame.to_json(orient='split', index=False, double_precision=15))))
                request = urllib.request.Request(
                    f'http://127.0.0.1:{port}/invocations', body.encode(), {'Content-Type': 'application/json'})
                result = json.load(urllib.request.urlopen(request))['predictions']
            finally:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()
            probability, label = [a['probability'] for a in result], [a['label'] for a in result]
            """)
    }

    @Test(.needs(.mlflowPython)) func aModelThatReplacesAnotherIsLoadedFromTheSameFolder() async throws {
        let saved = try Saved(ScoringFixture.model(rounds: 3, threshold: 0.2))
        for rounds in [20, 2] { try await ScoringFixture.model(rounds: rounds).save(to: saved.location) }
        try await saved.model.save(to: saved.location)
        try saved.check(
            """
            frame = pd.DataFrame(x.astype(float), columns=names)
            result = mlflow.pyfunc.load_model(folder).predict(frame)
            description = mlflow.models.Model.load(folder)
            assert list(description.load_input_example(folder).columns) == names
            from mlflow.utils.virtualenv import _get_python_env
            from pathlib import Path
            assert _get_python_env(Path(folder)).dependencies == ['-r requirements.txt']
            number = description.flavors['onnx']['data'].split('/')[0]
            assert sorted(os.listdir(folder)) == sorted(
                ['MLmodel', 'SHA256SUMS', 'conda.yaml', 'python_env.yaml', 'requirements.txt', number])
            # The subfolder is a complete model by itself.
            assert mlflow.pyfunc.load_model(f'{folder}/{number}').predict(frame).equals(result)
            probability, label = result.probability, result.label
            """)
        #expect(try await FraudModel.load(from: saved.location).threshold == 0.2)
    }

    private func names(_ store: InMemoryObjectStore) async throws -> [String] {
        var names: [String] = []
        for try await object in store.list(prefix: "models/one/") { names.append(object.key.path) }
        return names
    }

    @Test func modelsThatOnnxCannotNameAreSavedWithout() async throws {
        let store = InMemoryObjectStore(name: "tests")
        let location = try ScoringFixture.location(store)
        let rows = try FeatureMatrix(names: ["label"], columns: [[1, 2, 3, 4]])
        let model = try FraudModel(
            features: .columns(["label"]), classifier: ScoringFixture.classifier(rows, [0, 0, 1, 1]),
            provenance: ScoringFixture.provenance)
        #expect(throws: ModelError.self) { try model.onnx() }
        try await ScoringFixture.model().save(to: location)
        #expect(try await names(store).contains("models/one/MLmodel"))
        try await model.save(to: location)
        #expect(try await FraudModel.load(from: location).features == model.features)
        #expect(try await names(store).filter { $0.hasSuffix("MLmodel") || $0.hasSuffix(".onnx") } == [])
        // The same when they are not wanted; and then again with them.
        try await ScoringFixture.model().save(to: location, withMLflow: false)
        #expect(try await names(store).count == 5)
        try await ScoringFixture.model().save(to: location)
        #expect(try await names(store).contains("models/one/MLmodel"))
        try await ScoringFixture.model().save(to: location, withMLflow: false)
        #expect(try await names(store).count == 5)
    }

    @Test func equalModelsGiveEqualFiles() async throws {
        var contents: [[String: [UInt8]]] = [[:], [:]]
        for index in 0..<2 {
            let store = InMemoryObjectStore(name: "tests")
            try await ScoringFixture.model().save(to: ScoringFixture.location(store))
            for name in try await names(store) { contents[index][name] = try await store.read(ObjectKey(name)) }
        }
        #expect((contents[0] == contents[1]) == true)
        #expect(contents[0].count == 12)
    }

    @Test(.needs(.mlflowPython)) func invalidTimesAreLeftOut() async throws {
        var model = try ScoringFixture.model()
        model.provenance.createdAt = "yesterday: \"noon\"\n"
        let saved = try Saved(model)
        try await model.save(to: saved.location)
        try saved.check(
            """
            import yaml
            assert 'utc_time_created' not in yaml.safe_load(open(folder + '/MLmodel'))
            result = mlflow.pyfunc.load_model(folder).predict(pd.DataFrame(x.astype(float), columns=names))
            probability, label = result.probability, result.label
            """)
    }

    @Test(.needs(.mlflowPython)) func theArticlesExampleIsCompiledAndItsPythonRuns() async throws {
        #expect(
            try Article.holdsCompiledExample(
                module: "Scoring", source: "Tests/ScoringTests/MLflowArticleExample.swift", number: 1))
        let saved = try Saved(ScoringFixture.model(threshold: 0.25))
        try await saved.model.save(to: saved.location)
        let rows = try ScoringFixture.batch(ScoringFixture.transactions(400, seed: 300, firstDay: 60))
        let table = try featureTable(rows, for: saved.model)
        #expect(table.schema.fields.map(\.name) == saved.model.features.names && table.rowCount == 400)
        let python = try #require(Article.examples(module: "Scoring", language: "python").first)
        try saved.check(
            """
            features = pd.DataFrame(x, columns=names)
            \(python)
            probability, label = scores.probability, scores.label
            """)
    }
}
