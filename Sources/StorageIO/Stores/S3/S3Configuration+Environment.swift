public import HTTPTransport

extension S3Configuration {
    /// Reads variables as other programs do, in this order of precedence:
    ///
    /// - Endpoint: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, `MLFLOW_S3_ENDPOINT_URL`, `endpoint_url` of the profile's S3
    ///   service, of the profile. `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true` ignores all but MLflow's.
    /// - Region: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's `region`, `us-east-1`.
    /// - Credentials: none, with unsigned requests, if `AWS_NO_SIGN_REQUEST` is true. Otherwise `AWS_ACCESS_KEY_ID`
    ///   with its companions; `AWS_ROLE_ARN` with `AWS_WEB_IDENTITY_TOKEN_FILE`; the profile in the shared files: a
    ///   role by `source_profile` or `credential_source`, IAM Identity Center by the token of `aws sso login`, keys,
    ///   `credential_process`; the container's role (`AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `_FULL_URI`, as Amazon
    ///   ECS and EKS Pod Identity set them); the virtual machine's role if it is requested.
    ///
    /// - Parameters:
    ///   - environment: The environment variables, as from `ProcessInfo`.
    ///   - http: Sends the requests for credentials.
    ///   - usesInstanceMetadata: Whether to use a virtual machine's role, unless `AWS_EC2_METADATA_DISABLED` is true.
    /// - Throws: ``CredentialError`` when a file cannot be read or the named profile does not exist.
    public init(
        environment: [String: String], http: any HTTPSending, usesInstanceMetadata: Bool = false
    ) throws {
        let environment = environment.filter { !$0.value.isEmpty }
        let profile = try AWSProfile(environment: environment)
        let region = environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? profile.value("region")
        self.init(
            endpoint: Self.endpoint(environment, profile, service: "s3") ?? environment["MLFLOW_S3_ENDPOINT_URL"],
            region: region ?? "us-east-1",
            credentials: Self.isTrue(environment["AWS_NO_SIGN_REQUEST"])
                ? nil
                : CachingCredentialProvider(
                    try CredentialSources(environment: environment, region: region, http: http).chain(
                        profile, usesInstanceMetadata: usesInstanceMetadata)))
        if let style = profile.value("addressing_style", ofService: "s3") {
            addressing = style == "path" ? .path : style == "virtual" ? .virtualHost : .automatic
        }
    }

    /// Whom to trust: `AWS_CA_BUNDLE`, or the profile's `ca_bundle`.
    /// - Throws: ``CredentialError`` as ``init(environment:http:usesInstanceMetadata:)``.
    public static func tls(environment: [String: String]) throws -> TransportClientConfiguration.TLS {
        let environment = environment.filter { !$0.value.isEmpty }
        return TransportClientConfiguration.TLS(
            certificateAuthorityFile: try environment["AWS_CA_BUNDLE"]
                ?? AWSProfile(environment: environment).value("ca_bundle"))
    }

    private static func isTrue(_ text: String?) -> Bool {
        ["true", "yes", "on", "1"].contains(text?.lowercased() ?? "")
    }

    static func endpoint(
        _ environment: [String: String], _ profile: AWSProfile, service: String
    ) -> String? {
        if environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() == "true" { return nil }
        return environment["AWS_ENDPOINT_URL_\(service.uppercased())"] ?? environment["AWS_ENDPOINT_URL"]
            ?? profile.value("endpoint_url", ofService: service) ?? profile.value("endpoint_url")
    }
}
