import Foundation
import StorageIO
import TestSupport
import Testing

@Suite struct HDFSSettingsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ name: String, _ properties: [(String, String)]) throws {
        let text = properties.map {
            "<property>\n  <name>\($0)</name><value> \($1) </value><final>true</final></property>"
        }
        try #"<?xml version="1.0"?><!-- ours --><configuration>\#(text.joined())</configuration>"#
            .write(toFile: folder.path(name), atomically: true, encoding: .utf8)
    }

    private func nameNodes(
        _ authority: String, scheme: String = "hdfs", _ more: [String: String] = [:]
    ) throws -> [String] {
        let environment = ["HADOOP_CONF_DIR": folder.path("")].merging(more) { $1 }
        return try WebHDFSConfiguration(scheme: scheme, authority: authority, environment: environment).nameNodes
    }

    @Test func withoutSettingsTheHostIsUsed() throws {
        #expect(try nameNodes("nn.example:8020") == ["http://nn.example:9870"])
        #expect(try nameNodes("nn.example") == ["http://nn.example:9870"])
        #expect(try nameNodes("nn.example:50070", scheme: "webhdfs") == ["http://nn.example:50070"])
        #expect(try nameNodes("nn.example:9871", scheme: "swebhdfs") == ["https://nn.example:9871"])
        #expect(throws: ObjectStoreError.self) { try nameNodes("") }
    }

    @Test func theVariableComesBeforeTheSettings() throws {
        try write("core-site.xml", [("fs.defaultFS", "hdfs://nn.example:8020")])
        let more = ["ANTIFRAUD_WEBHDFS_ADDRESS": "a:9870, https://b:9871"]
        #expect(try nameNodes("cluster", more) == ["http://a:9870", "https://b:9871"])
        #expect(try nameNodes("", more) == ["http://a:9870", "https://b:9871"])
        #expect(try nameNodes("c:1", scheme: "webhdfs", more) == ["http://c:1"])
    }

    @Test func nameServicesWithHighAvailability() throws {
        try write("core-site.xml", [("fs.defaultFS", "hdfs://fraud")])
        let properties = [
            ("dfs.nameservices", "other, fraud"), ("dfs.ha.namenodes.fraud", "nn1,nn2, nn3"),
            ("dfs.namenode.rpc-address.fraud.nn1", "one.example:8020"),
            ("dfs.namenode.http-address.fraud.nn1", "one.example:50070"),
            ("dfs.namenode.rpc-address.fraud.nn2", "two.example:8020"),
            ("dfs.namenode.http-address.fraud.nn2", "0.0.0.0:50070"),
            ("dfs.namenode.rpc-address.fraud.nn3", "three.example:8020"),
            ("dfs.namenode.https-address.fraud.nn3", "three.example:50470"),
        ]
        try write("hdfs-site.xml", properties)
        let expected = ["http://one.example:50070", "http://two.example:50070", "http://three.example:9870"]
        #expect(try nameNodes("fraud") == expected)
        #expect(try nameNodes("") == expected)
        #expect(try nameNodes("elsewhere:8020") == ["http://elsewhere:9870"])
        try write("hdfs-site.xml", properties + [("dfs.http.policy", "HTTPS_ONLY")])
        #expect(
            try nameNodes("") == [
                "https://one.example:9871", "https://two.example:9871", "https://three.example:50470",
            ])
    }

    @Test func aSingleNameNode() throws {
        try write("core-site.xml", [("fs.defaultFS", "hdfs://nn.example:8020/")])
        try write("hdfs-site.xml", [("dfs.namenode.http-address", "0.0.0.0:50070")])
        #expect(try nameNodes("") == ["http://nn.example:50070"])
        #expect(try nameNodes("nn.example:8020") == ["http://nn.example:50070"])
    }

    @Test func filesThatAreNotSettings() throws {
        for text in ["", "<configuration>", "<other/>", "no XML"] {
            try text.write(toFile: folder.path("hdfs-site.xml"), atomically: true, encoding: .utf8)
            let error = #expect(throws: ObjectStoreError.self, "\(text)") { try nameNodes("a") }
            #expect(error?.location == folder.path("") + "/hdfs-site.xml")
        }
    }

    @Test func userAndToken() throws {
        try " HAAEcm9vdA \n".write(toFile: folder.path("token"), atomically: true, encoding: .utf8)
        func configuration(_ environment: [String: String]) throws -> WebHDFSConfiguration {
            try WebHDFSConfiguration(scheme: "webhdfs", authority: "nn:1", environment: environment)
        }
        let user = try configuration(["HADOOP_USER_NAME": "fraud", "HADOOP_TOKEN": ""])
        #expect(user.userName == "fraud" && user.delegationToken == nil)
        #expect(try configuration(["HADOOP_TOKEN": "abc"]).delegationToken == "abc")
        #expect(try configuration(["HADOOP_TOKEN_FILE_TEXT": folder.path("token")]).delegationToken == "HAAEcm9vdA")
        #expect(throws: ObjectStoreError.self) {
            try configuration(["HADOOP_TOKEN_FILE_TEXT": folder.path("nothing")])
        }
    }

    @Test(.needs(.hdfs, .python)) func locationsAreResolved() async throws {
        let server = try HDFSServer.shared, name = server.newFolder()
        let stores = ObjectStoreRegistry()
        stores.registerHDFS(
            environment: ["ANTIFRAUD_WEBHDFS_ADDRESS": server.nameNode, "HADOOP_USER_NAME": server.superuser])
        let location = try stores.resolve("hdfs:///\(name)/a")
        try await location.store.put([1, 2], to: location.key())
        let same = try stores.resolve(server.nameNode.replacing("http://", with: "webhdfs://") + "/\(name)/a")
        #expect(try await same.store.read(same.key()) == [1, 2])
        try await location.store.delete(location.key())
    }
}
