/// Arguments: bootstrap servers, model file, group, transactions, batch size. Prints the seconds from its first message
/// until its last score is acknowledged.
let peerSource = """
    import sys, time
    from datetime import datetime
    import lightgbm, numpy, orjson
    from confluent_kafka import Consumer, Producer

    servers, model_file, group, count, size = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
    model = lightgbm.Booster(model_file=model_file)
    width = model.num_feature()
    consumer = Consumer({"bootstrap.servers": servers, "group.id": group, "auto.offset.reset": "earliest",
                         "enable.auto.commit": False, "fetch.wait.max.ms": 100})
    producer = Producer({"bootstrap.servers": servers, "enable.idempotence": True, "compression.type": "lz4",
                         "linger.ms": 5, "batch.num.messages": 20000, "queue.buffering.max.messages": 200000})
    failures = []
    def delivered(error, message):
        if error is not None: failures.append(error)
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
        features = numpy.zeros((len(rows), width), dtype=numpy.float32)
        for index, row in enumerate(rows):
            time_of_row = datetime.fromisoformat(row["tx_datetime"])
            features[index, 0] = row["tx_amount"]
            features[index, 1] = time_of_row.weekday() >= 5
            features[index, 2] = time_of_row.hour <= 6
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
