import CommandLineSupport
import Testing

struct ResultJSONTests {
    @Test(arguments: [
        ("rows", "rows"), ("trainingRows", "training_rows"), ("rocAUC", "roc_auc"),
        ("candidateROCAUC", "candidate_roc_auc"), ("deLongPValue", "delong_p_value"),
        ("transactionIDs", "transaction_ids"), ("runID", "run_id"), ("trackingURI", "tracking_uri"),
        ("tTestPValue", "t_test_p_value"), ("isURLSafe", "is_url_safe"), ("IDs", "ids"),
        ("already_there", "already_there"),
        ("f1", "f1"), ("", ""),
    ])
    func keysAreInSnakeCase(name: String, expected: String) {
        #expect(ResultJSON.snakeCase(name) == expected)
    }

    private struct Result: Encodable {
        struct Inner: Encodable { var rowsPerSecond: Double }
        var testROCAUC: Double
        var innerParts: [Inner]
        var byName: [String: Double]
        var text: String
    }

    /// Names in a dictionary are data and stay as they are; undefined numbers are null, and no text is taken for one.
    @Test func undefinedNumbersAreNull() throws {
        let result = Result(
            testROCAUC: .nan, innerParts: [Result.Inner(rowsPerSecond: .infinity)], byName: ["camelCase": 0.5],
            text: "NaN and \"quotes\"")
        let text = String(decoding: try ResultJSON.encode(result), as: UTF8.self)
        let expected = """
            {
              "by_name" : {
                "camelCase" : 0.5
              },
              "inner_parts" : [
                {
                  "rows_per_second" : null
                }
              ],
              "test_roc_auc" : null,
              "text" : "NaN and \\"quotes\\""
            }
            """
        #expect(text == expected)
    }
}
