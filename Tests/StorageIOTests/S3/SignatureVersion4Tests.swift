import Crypto
import Foundation
import HTTPTransport
import StorageIO
import TestSupport
import Testing

@Suite struct SignatureVersion4Tests {
    /// 20130524T000000Z
    private let time = UTCTime(seconds: 1_369_353_600)
    private let signer = SignatureVersion4(credentials: .example, region: "us-east-1")

    private func signature(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [], headers: TransportHeaders = [:],
        body: String = ""
    ) -> String {
        let target = SignatureVersion4.Target(
            method: method, host: "examplebucket.s3.amazonaws.com", path: path, query: query)
        let hash = SHA256.hash(data: Array(body.utf8)).map { String(format: "%02x", $0) }.joined()
        let signed = signer.signedHeaders(headers, for: target, payloadHash: hash, at: time)
        return signed["Authorization"]?.components(separatedBy: "Signature=").last ?? ""
    }

    /// The examples of "Authenticating Requests: Using the Authorization Header" in the Amazon S3 API Reference.
    @Test func examplesOfTheReference() {
        #expect(
            signature("GET", "/test.txt", headers: ["Range": "bytes=0-9"])
                == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
        #expect(
            signature(
                "PUT", "/test%24file.text",
                headers: ["Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"],
                body: "Welcome to Amazon S3.")
                == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
        #expect(
            signature("GET", "/", query: [(name: "lifecycle", value: "")])
                == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")
        #expect(
            signature("GET", "/", query: [(name: "prefix", value: "J"), (name: "max-keys", value: "2")])
                == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
    }

    /// The example of "Authenticating Requests: Using Query Parameters" in the Amazon S3 API Reference.
    @Test func presignedExampleOfTheReference() {
        let target = SignatureVersion4.Target(
            method: "GET", host: "examplebucket.s3.amazonaws.com", path: "/test.txt")
        let query = signer.presignedQuery(for: target, headers: [:], expires: 86_400, at: time)
        #expect(
            query
                == "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F"
                + "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
                + "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    }

    private struct Case: Decodable {
        let method, scheme, host, path: String
        let query, headers: [[String]]
        let body, region, access, secret: String
        let token: String?
        let time: Int64
        let expires: Int64
        let payloadHash, authorization, presigned: String
    }

    @Test(.needs(.python)) func agreesWithBotocore() throws {
        let cases = try Oracle.json([Case].self, Self.botocore)
        #expect(cases.count == 300)
        let keys = SigningKeyCache()
        for test in cases {
            let credentials = AWSCredentials(
                accessKeyID: test.access, secretAccessKey: test.secret, sessionToken: test.token)
            let signer = SignatureVersion4(credentials: credentials, region: test.region, keys: keys)
            let target = SignatureVersion4.Target(
                method: test.method, host: test.host, path: test.path,
                query: test.query.map { (name: $0[0], value: $0[1]) })
            var headers = TransportHeaders()
            for field in test.headers { headers.add(field[0], field[1]) }
            let signed = signer.signedHeaders(
                headers, for: target, payloadHash: test.payloadHash, at: UTCTime(seconds: test.time))
            #expect(signed["Authorization"] == test.authorization, "\(test)")
            #expect(signed["x-amz-security-token"] == test.token)

            let presigned = signer.presignedQuery(
                for: target, headers: headers, expires: test.expires, at: UTCTime(seconds: test.time))
            let ours = Set(presigned.split(separator: "&")), theirs = Set(test.presigned.split(separator: "&"))
            #expect(ours == theirs, "\(test)")
        }
    }

    /// Requests as `S3SigV4Auth` and `S3SigV4QueryAuth` sign them.
    private static let botocore = #"""
        import calendar, datetime, hashlib, json, random
        from unittest import mock
        from urllib.parse import quote, urlsplit
        import botocore.auth as auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        random.seed(11)
        alphabet = "abzAZ09 /%+=~-_.!*'()&$@,:;?#[]{}<>|\\^`\"éż語🐢\t"
        def text(n): return "".join(random.choice(alphabet) for _ in range(random.randint(1, n)))
        out = []
        for i in range(300):
            scheme = random.choice(["http", "https"])
            host = random.choice(["bucket.s3.eu-west-1.amazonaws.com", "127.0.0.1:9000", "storage.yandexcloud.net"])
            key = text(30)
            path = "/" + quote(key, safe="/-_.~")
            query = [[text(8), random.choice(["", text(12)])] for _ in range(random.randrange(4))]
            query = list({k: [k, v] for k, v in query}.values())
            headers = random.sample([["Range", "bytes=0-9"], ["If-Match", '"abc"'], ["x-amz-meta-a", "  two   words "],
                ["Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="], ["Content-Type", "text/csv"], ["x-amz-storage-class", "COLD"]],
                random.randrange(5))
            method = random.choice(["GET", "PUT", "HEAD", "DELETE", "POST"])
            body = "" if method in ("GET", "HEAD", "DELETE") else text(40)
            region = random.choice(["us-east-1", "ru-central1", "eu-west-1"])
            access, secret = "AK" + str(i), hashlib.sha256(str(i).encode()).hexdigest()
            token = random.choice([None, "token/+=" + str(i)])
            now = datetime.datetime(2001, 1, 1) + datetime.timedelta(seconds=random.randrange(3_000_000_000))
            expires = random.randint(1, 604800)
            url = "%s://%s%s" % (scheme, host, path)
            if query: url += "?" + "&".join(quote(k, safe="-_.~") + "=" + quote(v, safe="-_.~") for k, v in query)
            def request():
                return AWSRequest(method=method, url=url, headers=dict(headers), data=body.encode())
            with mock.patch("botocore.auth.get_current_datetime", return_value=now):
                signed = request()
                auth.S3SigV4Auth(Credentials(access, secret, token), "s3", region).add_auth(signed)
                presigned = AWSRequest(method=method, url=url, headers=dict(headers))
                auth.S3SigV4QueryAuth(Credentials(access, secret, token), "s3", region, expires).add_auth(presigned)
            out.append(dict(method=method, scheme=scheme, host=host, path=path, query=query, headers=headers, body=body,
                region=region, access=access, secret=secret, token=token, time=calendar.timegm(now.timetuple()), expires=expires,
                payloadHash=signed.headers["X-Amz-Content-SHA256"], authorization=signed.headers["Authorization"],
                presigned=urlsplit(presigned.url).query))
        print(json.dumps(out))
        """#

    @Test(.needs(.python)) func timestampsAgreeWithPython() throws {
        struct Case: Decodable {
            let seconds: Int64
            let basic, iso: String
        }
        let cases = try Oracle.json(
            [Case].self,
            """
            import datetime, json, random
            random.seed(3)
            out = []
            for s in [0, 951782400, 951868799, 1709164800, 4102444799] + [random.randrange(-2**31, 2**33) for _ in range(500)]:
                d = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=s)
                out.append(dict(seconds=s, basic=d.strftime("%Y%m%dT%H%M%SZ"), iso=d.strftime("%Y-%m-%dT%H:%M:%S.123Z")))
            print(json.dumps(out))
            """)
        for test in cases {
            #expect(UTCTime(seconds: test.seconds).basic == test.basic)
            #expect(UTCTime(iso8601: test.iso)?.seconds == test.seconds, "\(test.iso)")
        }
        for text in [
            "", "T", "2013-05-24", "2013-13-24T00:00:00Z", "2013-05-24T25:00:00Z",
            "2013-05-24T00:00:00", "2013-05-24T00:00:00+1",
        ] {
            #expect(UTCTime(iso8601: text) == nil)
        }
        #expect(UTCTime(iso8601: "2013-05-24T00:00:00+01:00") == UTCTime(seconds: 1_369_350_000))
    }
}
