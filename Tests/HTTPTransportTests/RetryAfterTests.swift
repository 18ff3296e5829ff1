import HTTPTransport
import TestSupport
import Testing

@Suite struct RetryAfterTests {
    @Test func isSecondsOrADateAfterTheResponses() {
        #expect(TransportHeaders().retryAfter == nil)
        #expect((["Retry-After": "0"] as TransportHeaders).retryAfter == .zero)
        #expect((["retry-after": "120"] as TransportHeaders).retryAfter == .seconds(120))
        let date = "Fri, 24 May 2013 00:00:00 GMT"
        func until(_ text: String) -> Duration? {
            (["Retry-After": text, "Date": date] as TransportHeaders).retryAfter
        }
        #expect(until("Fri, 24 May 2013 00:10:00 GMT") == .seconds(600))
        #expect(until("Thu, 23 May 2013 23:59:59 GMT") == .zero)
        #expect((["Retry-After": date] as TransportHeaders).retryAfter == nil, "there is nothing to compare it with")
    }

    @Test func anAbsurdNumberEndsTheRetries() {
        let headers: TransportHeaders = ["Retry-After": "99999999999999999999"]
        #expect(headers.retryAfter == .seconds(Int64.max))
        let policy = RetryPolicy()
        #expect(policy.delay(afterAttempts: 1, elapsed: .seconds(1), retryAfter: headers.retryAfter, jitter: 0) == nil)
    }

    @Test(arguments: ["", " ", "-1", "+1", "1.5", "1e3", "soon", "١٢", "1s", "Fri, 24 May 2013 00:00:00"])
    func otherValuesAskForNoWait(_ text: String) {
        #expect((["Retry-After": text, "Date": text] as TransportHeaders).retryAfter == nil)
    }

    @Test(.needs(.python)) func datesAgreeWithPython() throws {
        struct Case: Decodable {
            let seconds: Int64
            let text: String
        }
        let cases = try Oracle.json(
            [Case].self,
            """
            import datetime, email.utils, json, random
            random.seed(3)
            out = []
            for s in [0, 951782400, 951868799, 1709164800, 4102444799] + [random.randrange(-2**31, 2**33) for _ in range(500)]:
                d = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=s)
                out.append(dict(seconds=s, text=email.utils.format_datetime(d, usegmt=True)))
            print(json.dumps(out))
            """)
        for test in cases { #expect(HTTPDate.seconds(test.text) == test.seconds, "\(test.text)") }
    }

    @Test(arguments: [
        "", "x", "Fri, 24 May 2013 00:00:00 CET", "Fri, 99 May 2013 00:00:00 GMT", "Fri, 24 Mai 2013 00:00:00 GMT",
        "Fri, 24 May 2013 24:00:00 GMT", "Fri, 24 May 2013 00:00 GMT", "Fri, +4 May 2013 00:00:00 GMT",
        "Fri, 24 May 99999999999 00:00:00 GMT",
    ])
    func otherTextsAreNoDates(_ text: String) {
        #expect(HTTPDate.seconds(text) == nil)
    }
}
