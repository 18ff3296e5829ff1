import Foundation
import HTTPTransport
import Parallelism
import StorageIO
import TestSupport
import Testing

@Suite struct S3CredentialTests {
    private let silent = ScriptedHTTP { request, _ in
        throw HTTPTransportError(.connectionFailed, method: request.method, url: request.url, message: "nobody there")
    }

    private func write(_ text: String) throws -> (folder: TemporaryFolder, path: String) {
        let folder = try TemporaryFolder()
        try Data(text.utf8).write(to: folder.url.appending(path: "file"))
        return (folder, folder.path("file"))
    }

    @Test func environmentComesFirst() async throws {
        let configuration = try S3Configuration(
            environment: [
                "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
                "AWS_DEFAULT_REGION": "ru-central1", "AWS_ENDPOINT_URL": "http://all",
                "AWS_ENDPOINT_URL_S3": "http://s3",
                "MLFLOW_S3_ENDPOINT_URL": "http://mlflow",
            ], http: silent)
        #expect(configuration.region == "ru-central1")
        #expect(configuration.endpoint == "http://s3")
        #expect(
            try await configuration.credentials?.credentials()
                == AWSCredentials(accessKeyID: "id", secretAccessKey: "secret", sessionToken: "token"))

        let other = try S3Configuration(
            environment: ["AWS_REGION": "a", "AWS_DEFAULT_REGION": "b", "MLFLOW_S3_ENDPOINT_URL": "http://mlflow"],
            http: silent)
        #expect(other.region == "a")
        #expect(other.endpoint == "http://mlflow")
        #expect(try await other.credentials?.credentials() == nil)

        let plain = try S3Configuration(environment: ["AWS_ENDPOINT_URL": ""], http: silent)
        #expect(plain.region == "us-east-1")
        #expect(plain.endpoint == nil)

        let half = try S3Configuration(environment: ["AWS_ACCESS_KEY_ID": "id"], http: silent)
        await #expect(throws: CredentialError.self) { try await half.credentials?.credentials() }
        #expect(silent.requests.isEmpty)
    }

    @Test func sharedFiles() async throws {
        let credentials = try write(
            """
            # keys
            [default]
            aws_access_key_id = default-id
            aws_secret_access_key=default=secret
            [work]
            aws_access_key_id = work-id
            aws_secret_access_key = work-secret  ; not a part of it
            aws_session_token = work-token
            """)
        let settings = try write(
            """
            [default]
            region = us-west-2
            [profile work]
            region = eu-west-1
            ca_bundle = /etc/work.pem
            services = local
            s3 =
                addressing_style = virtual
            endpoint_url = https://general
            [profile   other]
            endpoint_url = https://other
            aws_access_key_id = other-id
            aws_secret_access_key = other-secret
            [services local]
            s3 =
              endpoint_url = https://s3.local:9000
            sts =
              endpoint_url = https://sts.local
            """)
        var environment = ["AWS_SHARED_CREDENTIALS_FILE": credentials.path, "AWS_CONFIG_FILE": settings.path]
        let usual = try S3Configuration(environment: environment, http: silent)
        #expect(usual.region == "us-west-2")
        #expect(usual.endpoint == nil)
        #expect(
            try await usual.credentials?.credentials()
                == AWSCredentials(accessKeyID: "default-id", secretAccessKey: "default=secret"))

        environment["AWS_PROFILE"] = "work"
        let work = try S3Configuration(environment: environment, http: silent)
        #expect(work.region == "eu-west-1")
        #expect(work.endpoint == "https://s3.local:9000")
        #expect(work.addressing == .virtualHost)
        #expect(
            try await work.credentials?.credentials()
                == AWSCredentials(accessKeyID: "work-id", secretAccessKey: "work-secret", sessionToken: "work-token"))
        #expect(try S3Configuration.tls(environment: environment).certificateAuthorityFile == "/etc/work.pem")
        environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true"
        #expect(try S3Configuration(environment: environment, http: silent).endpoint == nil)
        environment["AWS_CA_BUNDLE"] = "/etc/ca.pem"
        #expect(try S3Configuration.tls(environment: environment).certificateAuthorityFile == "/etc/ca.pem")

        let other = try S3Configuration(
            environment: ["HOME": "/nowhere", "AWS_CONFIG_FILE": settings.path, "AWS_PROFILE": "other"], http: silent)
        #expect(other.endpoint == "https://other")
        #expect(try await other.credentials?.credentials()?.accessKeyID == "other-id")

        environment["AWS_PROFILE"] = "missing"
        #expect(throws: CredentialError.self) { try S3Configuration(environment: environment, http: silent) }
    }

    private static let stsResponse = """
        <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
          <AssumeRoleWithWebIdentityResult><Credentials>
            <SessionToken>session+/=</SessionToken><SecretAccessKey>secret</SecretAccessKey>
            <Expiration>2013-05-24T01:00:00Z</Expiration><AccessKeyId>ASIA</AccessKeyId>
          </Credentials></AssumeRoleWithWebIdentityResult>
        </AssumeRoleWithWebIdentityResponse>
        """

    @Test func webIdentity() async throws {
        let token = try write("the.token\n")
        let http = ScriptedHTTP([.text(503), .text(200, Self.stsResponse)])
        let configuration = try S3Configuration(
            environment: [
                "AWS_ROLE_ARN": "arn:aws:iam::1:role/x", "AWS_WEB_IDENTITY_TOKEN_FILE": token.path,
                "AWS_REGION": "eu-west-1",
                "AWS_ROLE_SESSION_NAME": "job 1",
            ], http: http)
        let credentials = try #require(try await configuration.credentials?.credentials())
        #expect(
            credentials
                == AWSCredentials(
                    accessKeyID: "ASIA", secretAccessKey: "secret", sessionToken: "session+/=",
                    expiration: Date(timeIntervalSince1970: 1_369_357_200)))
        #expect(http.lines.last == "POST https://sts.eu-west-1.amazonaws.com/")
        let form = String(decoding: http.requests.last?.bytes ?? [], as: UTF8.self)
        #expect(
            form == "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx&RoleSessionName=job%201"
                + "&Version=2011-06-15&WebIdentityToken=the.token")

        let refusing = ScriptedHTTP([
            .text(403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>")
        ])
        let refused = try S3Configuration(
            environment: [
                "AWS_ROLE_ARN": "arn", "AWS_WEB_IDENTITY_TOKEN_FILE": token.path,
                "AWS_ENDPOINT_URL_STS": "http://sts.test",
            ], http: refusing)
        let error = await #expect(throws: CredentialError.self) { try await refused.credentials?.credentials() }
        #expect(error?.description.contains("AccessDenied: no") == true)
        #expect(error?.description.contains("the.token") == false)
        #expect(refusing.lines == ["POST http://sts.test/"])
    }

    @Test func instanceMetadata() async throws {
        let http = ScriptedHTTP { request, _ in
            #expect(request.totalTimeout == .seconds(1))
            switch request.path {
            case "/latest/api/token":
                #expect(request.method == "PUT")
                #expect(request.headers["X-aws-ec2-metadata-token-ttl-seconds"] == "21600")
                return .text(200, "session")
            case "/latest/meta-data/iam/security-credentials/": return .text(200, "the role\n")
            case "/latest/meta-data/iam/security-credentials/the role":
                #expect(request.headers["X-aws-ec2-metadata-token"] == "session")
                return .text(
                    200,
                    #"{"Code":"Success","AccessKeyId":"ASIA","SecretAccessKey":"s","Token":"t","Expiration":"2013-05-24T01:00:00Z"}"#
                )
            default: return .text(404)
            }
        }
        let found = try S3Configuration(environment: [:], http: http, usesInstanceMetadata: true)
        #expect(
            try await found.credentials?.credentials()
                == AWSCredentials(
                    accessKeyID: "ASIA", secretAccessKey: "s", sessionToken: "t",
                    expiration: Date(timeIntervalSince1970: 1_369_357_200)))
        #expect(http.lines.first == "PUT http://169.254.169.254/latest/api/token")

        let asked = http.requests.count
        let disabled = try S3Configuration(
            environment: ["AWS_EC2_METADATA_DISABLED": "true"], http: http, usesInstanceMetadata: true)
        #expect(try await disabled.credentials?.credentials() == nil)
        #expect(try await S3Configuration(environment: [:], http: http).credentials?.credentials() == nil)
        #expect(http.requests.count == asked)

        let elsewhere = try S3Configuration(environment: [:], http: silent, usesInstanceMetadata: true)
        #expect(try await elsewhere.credentials?.credentials() == nil)
        let withoutRole = try S3Configuration(
            environment: [:], http: ScriptedHTTP([.text(200, "session"), .text(404)]), usesInstanceMetadata: true)
        #expect(try await withoutRole.credentials?.credentials() == nil)
    }

    /// Counts how often it is called, and returns credentials that are valid for 1000 seconds.
    private final class Source: CredentialProvider {
        let time = Lock(0.0)
        let asked = Lock(0)
        let fails = Lock(false)

        func credentials() async throws -> AWSCredentials? {
            try await Task.sleep(for: .milliseconds(20))
            if fails.withLock({ $0 }) { throw CredentialError(source: "test", message: "out of order") }
            let number = asked.withLock {
                $0 += 1
                return $0
            }
            return AWSCredentials(
                accessKeyID: "\(number)", secretAccessKey: "s",
                expiration: Date(timeIntervalSince1970: time.withLock { $0 } + 1_000))
        }
    }

    @Test func refreshesAheadAndOnce() async throws {
        let source = Source()
        let provider = CachingCredentialProvider(source) { source.time.withLock { $0 } }
        func all() async throws -> Set<String> {
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 { group.addTask { try await provider.credentials()?.accessKeyID ?? "" } }
                return try await group.reduce(into: []) { $0.insert($1) }
            }
        }
        #expect(try await all() == ["1"])
        source.time.withLock { $0 = 650 }
        #expect(try await all() == ["1"])
        source.time.withLock { $0 = 750 }
        #expect(try await all() == ["2"])
        #expect(source.asked.withLock { $0 } == 2)

        // Near expiry they are still used; after it they are not.
        source.fails.withLock { $0 = true }
        source.time.withLock { $0 = 1_700 }
        #expect(try await all() == ["2"])
        source.time.withLock { $0 = 1_800 }
        await #expect(throws: CredentialError.self) { try await provider.credentials() }
        source.fails.withLock { $0 = false }
        #expect(try await all() == ["3"])
        let refused = try #require(try await provider.credentials())
        await provider.forget(refused)
        #expect(try await all() == ["4"])
    }

    @Test func nothingShowsSecrets() async throws {
        let credentials = AWSCredentials(accessKeyID: "id", secretAccessKey: "hidden1", sessionToken: "hidden2")
        let key = try #require(S3Configuration.CustomerKey(Array("hidden3-hidden3-hidden3-hidden3-".utf8)))
        let configuration = S3Configuration(
            credentials: StaticCredentialProvider(credentials), encryption: .customerKey(key))
        let environment = EnvironmentCredentialProvider([
            "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "hidden1", "AWS_SESSION_TOKEN": "hidden2",
        ])
        let cached = CachingCredentialProvider(environment)
        _ = try await cached.credentials()
        let files = try write("[default]\naws_access_key_id=id\naws_secret_access_key=hidden1\n")
        let fromFiles = try S3Configuration(environment: ["AWS_SHARED_CREDENTIALS_FILE": files.path], http: silent)
        let store = try S3ObjectStore(bucket: "bucket", configuration: configuration, http: silent)
        let values: [Any] = [
            credentials, key, configuration, environment, cached, fromFiles, CredentialProviderChain([environment]),
            store,
        ]
        for value in values {
            var dumped = ""
            dump(value, to: &dumped)
            for text in [dumped, "\(value)", String(reflecting: value)] {
                #expect(!text.contains("hidden"), "\(text)")
                #expect(!text.contains("104"), "\(text)")  // the key's first byte
            }
        }
    }
}
