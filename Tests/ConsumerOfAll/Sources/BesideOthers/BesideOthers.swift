import AsyncHTTPClient
import Columnar
import Features
import Foundation
import HTTPTransport
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import ModelKit
import ModelTracking
import NIOCore
import NIOHTTP1
import Pipelines
import PrometheusExposition
import Scoring
import Serving
import StorageIO
import Streaming
import Tracking

/// A file that imports our modules beside those that services are usually built with. It compiles only while no name of
/// ours is one of theirs: an ambiguous name is an error.
@main
enum BesideOthers {
    static let ours: [Any.Type] = [
        Column.self, RecordBatch.self, Schema.self, Transaction.self, FeaturePipeline.self, RetryPolicy.self,
        TransportClient.self, TransportHeaders.self, TransportRequest.self, TransportResponse.self, BoostedTrees.self,
        FeatureMatrix.self, ModelLoader.self, ModelPublisher.self, TrainingPipeline.self, TrainingRequest.self,
        PrometheusMetrics.self, FraudModel.self, OnlineScorer.self, OpenAPIDocument.self, ScoringRoutes.self,
        ScoringServer.self, ScoringServerConfiguration.self, DataSet.self, ObjectKey.self, ObjectMetadata.self,
        (any ObjectStore).self, StorageLocation.self, Transfer.self, KafkaConfiguration.self, MessageBatch.self,
        MessageHeader.self, ScoringStream.self, Experiment.self, Metric.self, Run.self, TrackingClient.self,
    ]

    static let theirs: [Any.Type] = [
        HTTPClient.self, HTTPClientError.self, HTTPClientRequest.self, HTTPClientResponse.self, Data.self, Date.self,
        URL.self, HTTPField.self, HTTPFields.self, HTTPRequest.self, HTTPResponse.self, Request.self, Response.self,
        Router<BasicRequestContext>.self, ServerConfiguration.self, Logger.self, ByteBuffer.self, (any Channel).self,
        EventLoopFuture<Void>.self, HTTPHeaders.self, HTTPRequestHead.self,
    ]

    static func main() {
        print("\(ours.count) names of ours stand beside \(theirs.count) of others")
    }
}
