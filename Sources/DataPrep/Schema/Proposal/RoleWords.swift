import Features
/// Words of column names that hint at roles, in lower case: English, and the usual ones of German, French, Spanish, Italian,
/// Portuguese and Russian.
enum RoleWords {
    static let fraud: Set = [
        "fraud", "fraudulent", "betrug", "betrugsfall", "fraude", "frode", "мошенничество", "фрод",
    ]
    /// A label's whole name.
    static let label: Set = ["class", "label", "target", "y", "klasse", "cible", "etiqueta"]
    /// Beside a word for fraud: what another system made of it, or which kind it was.
    static let fraudDetails: Set = ["flagged", "score", "scenario", "type", "reason", "probability", "risk", "amount"]
    /// What is known only once a fraud is.
    static let aftermath: Set = ["chargeback", "dispute", "disputed", "flagged", "rückbuchung"]

    static let time: Set = [
        "time", "datetime", "timestamp", "zeit", "uhrzeit", "zeitpunkt", "zeitstempel", "hora", "heure", "horodatage",
        "ora", "время", "step", "dt", "ts",
    ]
    static let date: Set = ["date", "datum", "fecha", "data", "дата", "day", "tag"]
    static let unixTime: Set = ["unix", "epoch", "unixtime"]
    /// A date that is not that of the transaction.
    static let otherTime: Set = [
        "birth", "birthday", "dob", "geburt", "geburtsdatum", "geburtstag", "naissance", "nacimiento", "expiry",
        "expiration", "expires", "expire", "valid", "opened", "open", "signup", "registered", "registration", "since",
        "updated", "first", "last", "previous", "prev", "settlement", "settled", "chargeback", "reported", "known",
        "due", "ablauf",
    ]

    static let amount: Set = [
        "amount", "amt", "betrag", "summe", "montant", "importe", "importo", "monto", "bedrag", "kwota", "сумма",
    ]
    static let price: Set = ["value", "price", "total", "sum", "preis", "wert", "umsatz", "prix", "valor", "precio"]
    /// Beside a word for amounts: another number than what was paid.
    static let otherAmount: Set = [
        "avg", "average", "mean", "median", "std", "min", "max", "limit", "fee", "tax", "tip", "balance", "saldo",
        "old",
        "new", "last", "previous", "prev", "ratio", "count", "days", "gebühr",
    ]

    static let transaction: Set = [
        "transaction", "trans", "tx", "txn", "trx", "tran", "payment", "purchase", "operation", "event", "order",
        "zahlung", "buchung", "transaktion", "beleg", "vorgang", "paiement", "transacción", "transaccion", "pago",
        "transazione", "transação", "транзакция", "операция",
    ]
    static let identifier: Set = [
        "id", "ids", "uuid", "guid", "num", "number", "nr", "no", "nummer", "ref", "reference", "identifier", "numero",
        "número", "номер", "ид",
    ]

    static let key: Set = [
        "customer", "client", "cust", "card", "cc", "pan", "account", "acct", "acc", "iban", "user", "member", "payer",
        "payee", "sender", "receiver", "recipient", "beneficiary", "orig", "dest", "origin", "destination", "merchant",
        "merch", "shop", "store", "terminal", "pos", "atm", "device", "ip", "addr", "kunde", "konto", "karte",
        "kartennummer", "händler", "haendler", "kasse", "gerät", "compte", "carte", "commerçant", "commercant",
        "cliente", "cuenta", "tarjeta", "comercio", "conta", "cartão", "cartao", "carta", "negozio", "клиент", "карта",
        "счет", "счёт", "терминал",
    ]
    /// Beside a word for keys: a property of the customer or merchant, not the one itself.
    static let property: Set = [
        "type", "typ", "kind", "category", "kategorie", "class", "city", "stadt", "ort", "state", "country", "land",
        "zip", "plz", "lat", "long", "lon", "lng", "latitude", "longitude", "balance", "saldo", "amount", "amt",
        "betrag", "limit", "score", "risk", "age", "alter", "gender", "brand", "status", "flag", "present", "is", "has",
        "count", "cnt", "avg", "mean", "sum", "total", "ratio", "rate", "date", "time", "day", "days", "hour", "pop",
        "population", "level", "segment", "region", "currency", "length", "distance", "domain", "agent", "group",
        "name",
    ]

    static let latitude: Set = ["lat", "latitude", "breitengrad", "breite", "широта"]
    static let longitude: Set = ["long", "lon", "lng", "longitude", "längengrad", "laengengrad", "долгота"]
    /// What points are called where the name has a short form.
    static let points = ["merch": "merchant", "cust": "customer", "term": "terminal", "": "customer"]

    /// Numbers that are codes: more or less of them means nothing.
    static let code: Set = ["zip", "zipcode", "plz", "postcode", "postal", "mcc", "code"]
    /// A column of row numbers. One without a name may have been given one: `Unnamed: 0`, `column0`.
    static let rowNumber: Set = ["", "index", "row", "rownum", "rowid", "unnamed", "column"]

    static let units: [(RelativeTimeUnit, Set<String>)] = [
        (.hours, ["hour", "hours", "stunde", "stunden", "heures", "horas"]),
        (.minutes, ["minute", "minutes", "minuten", "minutos"]),
        (.seconds, ["second", "seconds", "sec", "secs", "sekunde", "sekunden", "secondes", "segundos"]),
        (.milliseconds, ["ms", "millis", "millisecond", "milliseconds"]),
        (.days, ["day", "days", "tag", "tage", "jours", "días", "dias"]),
    ]

    /// Pairs of texts of which the first means that it is so.
    static let answers: [(yes: String, no: String)] = [
        ("1", "0"), ("true", "false"), ("t", "f"), ("yes", "no"), ("y", "n"), ("ja", "nein"), ("j", "n"),
        ("wahr", "falsch"), ("oui", "non"), ("o", "n"), ("vrai", "faux"), ("sí", "no"), ("si", "no"), ("s", "n"),
        ("sì", "no"), ("sim", "não"), ("да", "нет"), ("1", "-1"), ("fraud", "genuine"), ("fraud", "legit"),
        ("fraud", "normal"), ("fraud", "ok"), ("betrug", "ok"),
    ]
}
