import ArgumentParser
import CommandLineSupport
import ConversionJobs
import JobSupport
import StorageIO

@main
struct ConvertModel: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "convert-model",
        abstract: "Convert a model between programs: LightGBM, XGBoost, Spark, ONNX, and model folders.",
        discussion: """
            Reads a model folder, LightGBM's text (.txt), XGBoost's JSON (.json) or UBJSON (.ubj), or a PipelineModel of \
            Spark ML (--from spark), and writes a model folder, LightGBM's, XGBoost's or ONNX (.onnx). What a form cannot \
            hold is an error that names it; nothing is written then.

              convert-model booster.ubj model --features amount,hour,country
              convert-model model model.onnx
              convert-model lightgbm.txt xgboost.json
              convert-model hdfs:///models/gbt model --from spark

            A model folder made of another program's file reads its features from columns of their names. With \
            --features-of they are computed as those of another model, whose history it continues.
            """,
        version: Version.current)

    @Argument(help: "The location of the model to read.", completion: .file())
    var source: String

    @Argument(help: "The location to write; an earlier model is replaced in one step.", completion: .file())
    var target: String

    @Option(
        help: ArgumentHelp(
            "The form of the model to read, where its ending does not tell: \(ModelForm.names.joined(separator: ", ")).",
            valueName: "form"))
    var from: String?

    @Option(help: ArgumentHelp("The form to write, likewise.", valueName: "form"))
    var to: String?

    @Option(
        help: ArgumentHelp(
            "Names of the features instead of the file's, in its order, separated by commas.", valueName: "names"))
    var features: String?

    @Option(help: "The folder of a model whose features the imported one has.", completion: .file())
    var featuresOf: String?

    @Option(help: "The probability from which a transaction is predicted to be fraud; by default the model's, or 0.5.")
    var threshold: Double?

    @OptionGroup var talk: OutputOptions

    func validate() throws {
        for (option, name) in [("--from", from), ("--to", to)] {
            if let name, ModelForm(name: name) == nil {
                throw ValidationError("\(option) must be one of \(ModelForm.names.joined(separator: ", ")).")
            }
        }
        let form = from.flatMap(ModelForm.init(name:)) ?? ModelForm(location: source)
        guard form.isReadable else {
            throw ValidationError("ONNX models are written, not read.")
        }
        if let to, ModelForm(name: to) == .spark { throw ValidationError("Spark's models are read, not written.") }
        if let threshold, !(0...1).contains(threshold) { throw ValidationError("--threshold must lie in 0...1.") }
    }

    mutating func run() async throws {
        var job = ConversionJob(
            from: source, to: target, fromForm: from.flatMap(ModelForm.init(name:)) ?? ModelForm(location: source),
            toForm: to.flatMap(ModelForm.init(name:)) ?? ModelForm(location: target),
            stores: .ofThisProcess(logger: talk.logger("convert-model")))
        job.names = features?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
        job.featuresOf = featuresOf
        job.threshold = threshold
        let summary = try await job.run()
        try talk.print(summary, text: summary.text)
    }
}
