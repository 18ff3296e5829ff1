/// Arguments: bootstrap servers, model file, group, transactions, batch size, `windows` for window features. Prints the seconds from its first message
/// until its last score is acknowledged.
let peerSource = """
    import sys, time
    from collections import deque
    from datetime import datetime
    import lightgbm, numpy, orjson
    from confluent_kafka import Consumer, Producer

    servers, model_file, group, count, size = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
    with_windows = sys.argv[6] == "windows"
    model = lightgbm.Booster(model_file=model_file)
    width = model.num_feature()
    consumer = Consumer({"bootstrap.servers": servers, "group.id": group, "auto.offset.reset": "earliest",
                         "enable.auto.commit": False, "fetch.wait.max.ms": 100})
    producer = Producer({"bootstrap.servers": servers, "enable.idempotence": True, "compression.type": "lz4",
                         "linger.ms": 5, "batch.num.messages": 20000, "queue.buffering.max.messages": 200000})
    failures = []
    def delivered(error, message):
        if error is not None: failures.append(error)
    spans, delay = (86400, 604800, 2592000), 604800
    customers, terminals = {}, {}
    def add_windows(row, now, features):
        amount, position = row["tx_amount"], 3
        windows = customers.get(row["customer_id"])
        if windows is None: windows = customers[row["customer_id"]] = [[deque(), 0.0] for span in spans]
        for window, span in zip(windows, spans):
            queue = window[0]
            queue.append((now, amount))
            window[1] += amount
            while queue[0][0] <= now - span: window[1] -= queue.popleft()[1]
            features[position], features[position + 1] = len(queue), window[1] / len(queue)
            position += 2
        terminal = terminals.get(row["terminal_id"])
        if terminal is None: terminal = terminals[row["terminal_id"]] = (deque(), [[deque(), 0] for span in spans])
        recent, windows = terminal
        while recent and recent[0][0] <= now - delay:
            event = recent.popleft()
            for window in windows:
                window[0].append(event)
                window[1] += event[1]
        for window, span in zip(windows, spans):
            queue = window[0]
            while queue and queue[0][0] <= now - delay - span: window[1] -= queue.popleft()[1]
            features[position], features[position + 1] = len(queue), window[1] / len(queue) if queue else 0
            position += 2
        recent.append((now, row["tx_fraud"]))
    consumer.subscribe(["transactions"])
    done, start = 0, None
    while done < count:
        messages = consumer.consume(size, timeout=0.02)
        if not messages: continue
        if start is None: start = time.perf_counter()
        rows = []
        for message in messages:
            if message.error() is not None: raise SystemExit(str(message.error()))
            rows.append(orjson.loads(message.value()))
        rows.sort(key=lambda row: row["tx_datetime"])
        features = numpy.zeros((len(rows), width), dtype=numpy.float32)
        for index, row in enumerate(rows):
            time_of_row = datetime.fromisoformat(row["tx_datetime"])
            features[index, 0] = row["tx_amount"]
            features[index, 1] = time_of_row.weekday() >= 5
            features[index, 2] = time_of_row.hour <= 6
            if with_windows: add_windows(row, time_of_row.timestamp(), features[index])
        for row, probability in zip(rows, model.predict(features, num_threads=2)):
            identity = row["transaction_id"]
            value = orjson.dumps({"transaction_id": identity, "probability": float(probability),
                                  "prediction": int(probability >= 0.5)})
            while True:
                try:
                    producer.produce("peer-scores", value, key=str(identity), on_delivery=delivered)
                    break
                except BufferError:
                    producer.poll(0.1)
        producer.poll(0)
        done += len(rows)
    producer.flush()
    consumer.commit(asynchronous=False)
    seconds = time.perf_counter() - start
    assert not failures and done == count
    consumer.close()
    print(seconds)
    """
