/// Turns checked conditions into SQL with bound values.
enum ComparisonSQL {
    static func compare(
        _ column: String, _ comparator: FilterComparison.Comparator, _ value: FilterComparison.Value
    ) -> SQLFragment {
        switch value {
        case .list(let texts):
            return SQLFragment("\(column) \(comparator.rawValue) (") + .list(texts.map(SQLValue.text))
                + SQLFragment(")")
        case .string(let text):
            // LIKE tells cases apart on all connections; see SQLiteDatabase.
            if comparator == .ilike { return SQLFragment("LOWER(\(column)) LIKE LOWER(?)", [.text(text)]) }
            return SQLFragment("\(column) \(comparator.rawValue) ?", [.text(text)])
        case .number(let value, let integer):
            if let integer { return SQLFragment("\(column) \(comparator.rawValue) ?", [.integer(integer)]) }
            // The cast is for PostgreSQL, which takes a value for one of the column's type.
            return SQLFragment("\(column) \(comparator.rawValue) CAST(? AS DOUBLE PRECISION)", [.real(value)])
        case .none:
            return SQLFragment("\(column) \(comparator.rawValue)")
        }
    }

    /// A condition on a table of keys and values.
    static func entry(table: String, owner: String, _ comparison: FilterComparison) -> SQLFragment {
        let start = "EXISTS (SELECT 1 FROM \(table) WHERE \(owner) AND \(table).key = ?"
        switch comparison.comparator {
        case .isNull: return SQLFragment("NOT \(start))", [.text(comparison.key)])
        case .isNotNull: return SQLFragment("\(start))", [.text(comparison.key)])
        default:
            return SQLFragment("\(start) AND ", [.text(comparison.key)])
                + compare("\(table).value", comparison.comparator, comparison.value) + SQLFragment(")")
        }
    }
}

/// Filters and orders of runs.
enum RunFilterCompiler {
    /// The parts of a search's statement.
    struct Parts {
        /// Follows `FROM runs`.
        var joins = SQLFragment("")
        var conditions: [SQLFragment] = []
        /// Follows `ORDER BY`.
        var terms = ""
    }

    /// Missing values come last, NaN before them; ties go by start time, newest first, then by id.
    ///
    /// If the filter already compares the metric that comes first in the order, its rows in the metric's table are
    /// joined and sorted: the database can then iterate over them in order and stop after a page.
    static func parts(_ filter: SearchFilter, orderBy: [String]) throws(TrackingError) -> Parts {
        var comparisons = try FilterParser.comparisons(of: filter, in: .runs)
        let clauses = try OrderClause.list(orderBy, in: .runs)
        var parts = Parts()
        var terms: [String] = []
        for (index, clause) in clauses.enumerated() {
            let alias = "o\(index)"
            let value = clause.entity == .attribute ? column(clause.key) : "\(alias).value"
            let direction = clause.isAscending ? "ASC" : "DESC"
            let wanted =
                clause.entity == .metric
                ? comparisons.filter { $0.entity == .metric && $0.key == clause.key && $0.comparator != .notEqual } : []
            if !wanted.isEmpty {
                comparisons.removeAll(where: wanted.contains)
                parts.joins =
                    parts.joins
                    + SQLFragment(
                        " JOIN latest_metrics \(alias) ON \(alias).run_uuid = runs.run_uuid AND \(alias).key = ?"
                            + " AND \(alias).is_nan = FALSE", [.text(clause.key)])
                for comparison in wanted {
                    parts.joins =
                        parts.joins + SQLFragment(" AND ")
                        + ComparisonSQL.compare(value, comparison.comparator, comparison.value)
                }
                terms.append("\(value) \(direction)")
                continue
            }
            switch clause.entity {
            case .metric:
                terms.append("CASE WHEN \(alias).is_nan = TRUE THEN 1 WHEN \(value) IS NULL THEN 2 ELSE 0 END")
            default: terms.append("CASE WHEN \(value) IS NULL THEN 1 ELSE 0 END")
            }
            terms.append("\(value) \(direction)")
            if let table = table(of: clause.entity) {
                parts.joins =
                    parts.joins
                    + SQLFragment(
                        " LEFT JOIN \(table) \(alias) ON \(alias).run_uuid = runs.run_uuid AND \(alias).key = ?",
                        [.text(clause.key)])
            }
        }
        if !clauses.contains(where: { $0.entity == .attribute && $0.key == "start_time" }) {
            terms.append("runs.start_time DESC")
        }
        terms.append("runs.run_uuid")
        parts.terms = terms.joined(separator: ", ")
        parts.conditions = comparisons.map(condition)
        return parts
    }

    private static func table(of entity: FilterComparison.Entity) -> String? {
        switch entity {
        case .metric: "latest_metrics"
        case .parameter: "params"
        case .tag: "tags"
        case .attribute, .dataset: nil
        }
    }

    private static func condition(_ comparison: FilterComparison) -> SQLFragment {
        switch comparison.entity {
        case .metric: return metric(comparison)
        case .parameter:
            return ComparisonSQL.entry(table: "params", owner: "params.run_uuid = runs.run_uuid", comparison)
        case .tag: return ComparisonSQL.entry(table: "tags", owner: "tags.run_uuid = runs.run_uuid", comparison)
        case .dataset: return dataset(comparison)
        case .attribute:
            if comparison.key == "run_name" {
                // The tag is what MLflow compares: early versions left the column empty.
                var tag = comparison
                tag.key = MLflowTag.runName
                return ComparisonSQL.entry(table: "tags", owner: "tags.run_uuid = runs.run_uuid", tag)
            }
            return ComparisonSQL.compare(column(comparison.key), comparison.comparator, comparison.value)
        }
    }

    /// NaN is stored as 0 in its table: it must differ from every number and compare with none.
    private static func metric(_ comparison: FilterComparison) -> SQLFragment {
        let value = ComparisonSQL.compare("latest_metrics.value", comparison.comparator, comparison.value)
        let isNaN =
            comparison.comparator == .notEqual ? "OR latest_metrics.is_nan = TRUE" : "AND latest_metrics.is_nan = FALSE"
        return SQLFragment(
            "EXISTS (SELECT 1 FROM latest_metrics WHERE latest_metrics.run_uuid = runs.run_uuid AND latest_metrics.key = ? AND (",
            [.text(comparison.key)]) + value + SQLFragment(" \(isNaN)))")
    }

    private static func dataset(_ comparison: FilterComparison) -> SQLFragment {
        let start = """
            EXISTS (SELECT 1 FROM inputs JOIN datasets ON datasets.dataset_uuid = inputs.source_id\
             \(comparison.key == "context" ? "JOIN input_tags ON input_tags.input_uuid = inputs.input_uuid " : "")\
            WHERE inputs.destination_id = runs.run_uuid AND 
            """
        guard comparison.key == "context" else {
            return SQLFragment(start)
                + ComparisonSQL.compare("datasets.\(comparison.key)", comparison.comparator, comparison.value)
                + SQLFragment(")")
        }
        return SQLFragment(start + "input_tags.name = ? AND ", [.text(MLflowTag.datasetContext)])
            + ComparisonSQL.compare("input_tags.value", comparison.comparator, comparison.value) + SQLFragment(")")
    }

    private static func column(_ attribute: String) -> String {
        switch attribute {
        case "run_id": "runs.run_uuid"
        case "run_name": "runs.name"
        default: "runs.\(attribute)"
        }
    }
}

/// Filters of experiments, registered models and model versions.
enum EntityFilterCompiler {
    static func experiments(_ filter: SearchFilter) throws(TrackingError) -> [SQLFragment] {
        try FilterParser.comparisons(of: filter, in: .experiments).map { comparison throws(TrackingError) in
            if comparison.entity == .tag {
                return ComparisonSQL.entry(
                    table: "experiment_tags", owner: "experiment_tags.experiment_id = experiments.experiment_id",
                    comparison)
            }
            guard comparison.key == "experiment_id" else {
                return ComparisonSQL.compare("experiments.\(comparison.key)", comparison.comparator, comparison.value)
            }
            // The column holds numbers, the language writes texts.
            let column = "experiments.experiment_id \(comparison.comparator.rawValue)"
            switch comparison.value {
            case .list(let ids):
                return SQLFragment("\(column) (") + .list(try ids.map(SQLTrackingStore.number(ofExperiment:)))
                    + SQLFragment(")")
            case .string(let id): return SQLFragment("\(column) ?", [try SQLTrackingStore.number(ofExperiment: id)])
            case .none, .number: throw SearchFilter.error("experiment_id is compared with quoted texts")
            }
        }
    }

    static func models(_ filter: SearchFilter) throws(TrackingError) -> [SQLFragment] {
        try entities(
            filter, .models, table: "registered_models", tags: "registered_model_tags",
            owner: "registered_model_tags.name = registered_models.name")
    }

    static func versions(_ filter: SearchFilter) throws(TrackingError) -> [SQLFragment] {
        try entities(
            filter, .versions, table: "model_versions", tags: "model_version_tags",
            owner:
                "model_version_tags.name = model_versions.name AND model_version_tags.version = model_versions.version")
    }

    private static func entities(
        _ filter: SearchFilter, _ scope: FilterScope, table: String, tags: String, owner: String
    ) throws(TrackingError) -> [SQLFragment] {
        try FilterParser.comparisons(of: filter, in: scope).map { comparison in
            comparison.entity == .tag
                ? ComparisonSQL.entry(table: tags, owner: owner, comparison)
                : ComparisonSQL.compare("\(table).\(comparison.key)", comparison.comparator, comparison.value)
        }
    }
}
