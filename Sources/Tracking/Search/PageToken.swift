import Essentials

/// MLflow's page token: base64 of `{"offset": N}`.
enum PageToken {
    private struct Content: Codable {
        var offset: Int
    }

    static func offset(of token: String?) throws(TrackingError) -> Int {
        guard let token else { return 0 }
        guard let data = Data(base64Encoded: token), let content = try? JSONDecoder().decode(Content.self, from: data),
            content.offset >= 0
        else {
            throw TrackingError(.invalidValue, "page token", "is not one that a search returned")
        }
        return content.offset
    }

    static func token(offset: Int) -> String { Data("{\"offset\": \(offset)}".utf8).base64EncodedString() }
}
