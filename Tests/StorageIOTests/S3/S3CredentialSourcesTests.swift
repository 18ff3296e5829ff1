import Foundation
import HTTPTransport
import StorageIO
import TestSupport
import Testing

/// Sources of credentials of the AWS SDKs besides variables and keys in files.
@Suite struct S3CredentialSourcesTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let document =
        #"{"AccessKeyId":"ASIA","SecretAccessKey":"hidden1","Token":"hidden2","Expiration":"2013-05-24T01:00:00Z"}"#
    private static let expected = AWSCredentials(
        accessKeyID: "ASIA", secretAccessKey: "hidden1", sessionToken: "hidden2",
        expiration: Date(timeIntervalSince1970: 1_369_357_200))

    private func file(_ name: String, _ text: String) throws -> String {
        let url = folder.url.appending(path: name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        return url.path(percentEncoded: false)
    }

    private func credentials(
        _ environment: [String: String], config: String = "", credentials: String = "", _ http: ScriptedHTTP
    ) async throws -> AWSCredentials? {
        var environment = environment
        environment["AWS_CONFIG_FILE"] = try file("config", config)
        environment["AWS_SHARED_CREDENTIALS_FILE"] = try file("credentials", credentials)
        environment["HOME"] = folder.path("")
        return try await S3Configuration(environment: environment, http: http).credentials?.credentials()
    }

    // MARK: Containers

    @Test func containersOfECS() async throws {
        let http = ScriptedHTTP([.text(503), .text(200, Self.document)])
        let found = try await credentials(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1"], http)
        #expect(found == Self.expected)
        #expect(http.lines.last == "GET http://169.254.170.2/v2/credentials/1" && http.requests.count == 2)
        #expect(http.requests.last?.headers["Authorization"] == nil)
    }

    @Test func podsOfEKS() async throws {
        let token = try file("token", "a.token\n")
        let http = ScriptedHTTP([.text(200, Self.document)])
        let variables = [
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "another",
        ]
        #expect(try await credentials(variables, http) == Self.expected)
        #expect(http.lines == ["GET http://169.254.170.23/v1/credentials"])
        #expect(http.requests.first?.headers["Authorization"] == "a.token")
        // Keys in variables and files come first.
        let keys = "[default]\naws_access_key_id=id\naws_secret_access_key=key"
        #expect(try await credentials(variables, credentials: keys, http)?.accessKeyID == "id")
        #expect(http.requests.count == 1)
        let refusing = ScriptedHTTP([.text(403, "hidden1")])
        let error = await #expect(throws: CredentialError.self) { try await credentials(variables, refusing) }
        #expect(error?.description.contains("status 403") == true && error?.description.contains("hidden") == false)
        let useless = ScriptedHTTP([.text(200, #"{"SecretAccessKey":"hidden1"}"#)])
        let other = await #expect(throws: CredentialError.self) { try await credentials(variables, useless) }
        #expect(other?.description.contains("hidden") == false)
    }

    /// A token must not be sent to arbitrary hosts.
    @Test(arguments: [
        ("http://example.org/", false), ("http://127.0.0.1:80/x", true), ("http://127.1.2.3/x", true),
        ("http://localhost/x", true), ("http://[::1]:8080/x", true), ("http://[fd00:ec2::23]/x", true),
        ("https://example.org/x", true), ("http://127.example.org/", false), ("http://127.0.0.1@example.org/", false),
        ("ftp://localhost/", false), ("nonsense", false), ("http://169.254.170.2.example.org/", false),
    ])
    func agentsThatAreAsked(_ url: String, _ isAsked: Bool) async throws {
        let http = ScriptedHTTP([.text(200, Self.document)])
        let variables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url]
        if isAsked {
            #expect(try await credentials(variables, http) == Self.expected)
            #expect(http.lines == ["GET \(url)"])
        } else {
            await #expect(throws: CredentialError.self) { try await credentials(variables, http) }
            #expect(http.requests.isEmpty)
        }
    }

    // MARK: Programs

    @Test func programs() async throws {
        let program = try file(
            "a program.sh",
            """
            printf '{"Version": 1, "AccessKeyId": "%s", "SecretAccessKey": "%s", "SessionToken": "%s", "Expiration": "%s"}' "$@"
            """)
        let silent = ScriptedHTTP([])
        let config = """
            [profile work]
            credential_process = /bin/sh "\(program)" ASIA 'hidden1' hidden2  "2013-05-24T04:00:00+03:00"
            [profile old]
            credential_process = printf '{"Version": 2, "AccessKeyId": "a", "SecretAccessKey": "hidden1"}'
            [profile failing]
            credential_process = /bin/sh -c "echo hidden1; exit 3"
            [profile missing]
            credential_process = /nowhere/program
            """
        #expect(try await credentials(["AWS_PROFILE": "work"], config: config, silent) == Self.expected)
        for (profile, reason) in [
            ("old", "version"), ("failing", "status 3"), ("missing", "cannot be started: No such file"),
        ] {
            let error = await #expect(throws: CredentialError.self) {
                try await credentials(["AWS_PROFILE": profile], config: config, silent)
            }
            let text = error?.description ?? ""
            #expect(text.contains(reason) && text.contains(profile) && !text.contains("hidden"), "\(text)")
        }
    }

    // MARK: IAM Identity Center

    @Test(
        .needs(.python),
        arguments: [
            """
            [profile work]
            sso_session = corp
            sso_account_id = 123456789012
            sso_role_name = Reader
            region = eu-west-1
            [sso-session corp]
            sso_start_url = https://corp.awsapps.com/start
            sso_region = eu-central-1
            """,
            """
            [profile work]
            sso_start_url = corp
            sso_region = eu-central-1
            sso_account_id = 123456789012
            sso_role_name = Reader
            """,
        ])
    func identityCenter(_ config: String) async throws {
        // The name is the SHA-1 sum of `corp`.
        let cache = ".aws/sso/cache/e57e1b8b5d9aeee10b3c1c30ce6e8cb5f7f5bd41.json"
        let name = try Oracle.run("import hashlib; print(hashlib.sha1(b'corp').hexdigest(), end='')", [])
        let path = cache.replacing("e57e1b8b5d9aeee10b3c1c30ce6e8cb5f7f5bd41", with: name)
        _ = try file(path, #"{"accessToken": "hidden3", "expiresAt": "2999-01-01T00:00:00UTC"}"#)
        let http = ScriptedHTTP([
            .text(
                200,
                #"{"roleCredentials":{"accessKeyId":"ASIA","secretAccessKey":"hidden1","sessionToken":"hidden2","expiration":1369357200000}}"#
            )
        ])
        #expect(try await credentials(["AWS_PROFILE": "work"], config: config, http) == Self.expected)
        #expect(
            http.lines == [
                "GET https://portal.sso.eu-central-1.amazonaws.com/federation/credentials?account_id=123456789012&role_name=Reader"
            ])
        #expect(http.requests.first?.headers["x-amz-sso_bearer_token"] == "hidden3")
        _ = try file(path, #"{"accessToken": "hidden3", "expiresAt": "2013-01-01T00:00:00Z"}"#)
        let expired = await #expect(throws: CredentialError.self) {
            try await credentials(["AWS_PROFILE": "work"], config: config, http)
        }
        #expect(expired?.description.contains("aws sso login --profile work") == true)
        #expect(expired?.description.contains("hidden") == false && http.requests.count == 1)
    }

    // MARK: Roles

    private static func roleResponse(_ id: String) -> TransportResponse {
        .text(
            200,
            """
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
            <AccessKeyId>\(id)</AccessKeyId><SecretAccessKey>hidden1</SecretAccessKey><SessionToken>hidden2</SessionToken>
            <Expiration>2013-05-24T01:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>
            """)
    }

    @Test func rolesOfOtherProfiles() async throws {
        let http = ScriptedHTTP { request, _ in
            Self.roleResponse(String(decoding: request.bytes, as: UTF8.self).contains("second") ? "ASIA" : "ASIA1")
        }
        let config = """
            [profile "the work"]
            role_arn = arn:aws:iam::1:role/second
            source_profile = between
            external_id = x y
            region = eu-west-1
            [profile between]
            role_arn = arn:aws:iam::1:role/first
            source_profile = base
            role_session_name = me
            """
        let keys = "[base]\naws_access_key_id = AKIA\naws_secret_access_key = hidden4"
        let found = try await credentials(["AWS_PROFILE": "the work"], config: config, credentials: keys, http)
        #expect(found == Self.expected)
        #expect(http.lines == Array(repeating: "POST https://sts.eu-west-1.amazonaws.com/", count: 2))
        let forms = http.requests.map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(
            forms == [
                "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Ffirst&RoleSessionName=me&Version=2011-06-15",
                "Action=AssumeRole&ExternalId=x%20y&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fsecond"
                    + "&RoleSessionName=antifraud&Version=2011-06-15",
            ])
        let signatures = http.requests.map { $0.headers["Authorization"] ?? "" }
        #expect(signatures[0].hasPrefix("AWS4-HMAC-SHA256 Credential=AKIA/"))
        #expect(signatures[1].hasPrefix("AWS4-HMAC-SHA256 Credential=ASIA1/"))
        #expect(signatures.allSatisfy { $0.contains("/eu-west-1/sts/aws4_request") })
        #expect(http.requests[1].headers["x-amz-security-token"] == "hidden2")
    }

    @Test func rolesBySource() async throws {
        let http = ScriptedHTTP { request, _ in
            request.method == "POST" ? Self.roleResponse("ASIA") : .text(200, Self.document)
        }
        let config = "[default]\nrole_arn = arn\ncredential_source = "
        let container = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x", "AWS_ENDPOINT_URL_STS": "http://sts.test:1"]
        #expect(try await credentials(container, config: config + "EcsContainer", http) == Self.expected)
        #expect(http.lines == ["GET http://169.254.170.2/x", "POST http://sts.test:1/"])
        let own = config + "\nsource_profile = default\naws_access_key_id = AKIA\naws_secret_access_key = k"
        #expect(try await credentials([:], config: own, http) == Self.expected)
        for wrong in [config, config + "Somewhere", config + "\nsource_profile = none", own + "\nmfa_serial = x"] {
            await #expect(throws: CredentialError.self, "\(wrong)") { try await credentials([:], config: wrong, http) }
        }
        let circle = "[profile a]\nrole_arn=x\nsource_profile=b\n[profile b]\nrole_arn=y\nsource_profile=a\n"
        await #expect(throws: CredentialError.self) {
            try await credentials(["AWS_PROFILE": "a"], config: circle, http)
        }
    }

    @Test(arguments: ["[profile a b]", "[profile \"a b\"]", "[profile 'a b']", "[ profile  \"a b\" ] # x"])
    func namesInQuotationMarks(_ heading: String) async throws {
        let config = heading + "\naws_access_key_id = id\naws_secret_access_key = key"
        let found = try await credentials(["AWS_PROFILE": "a b"], config: config, ScriptedHTTP([]))
        #expect(found?.accessKeyID == "id")
    }

    @Test func requestsAreUnsignedOnRequest() async throws {
        var environment = ["AWS_NO_SIGN_REQUEST": "YES", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key"]
        environment["AWS_ENDPOINT_URL"] = "http://s3.test"
        let http = ScriptedHTTP([.text(200, "x", ["Content-Length": "1"])])
        let open = try S3Configuration(environment: environment, http: http)
        let store = try S3ObjectStore(bucket: "bucket", configuration: open, http: http)
        #expect(try await store.read(ObjectKey("a")) == [UInt8(ascii: "x")])
        #expect(http.requests.allSatisfy { $0.headers["Authorization"] == nil })
        environment["AWS_NO_SIGN_REQUEST"] = "false"
        #expect(try S3Configuration(environment: environment, http: http).credentials != nil)
    }
}
