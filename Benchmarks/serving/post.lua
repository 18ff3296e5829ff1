wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"transaction_id": 7, "tx_datetime": "2019-08-22 00:00:31", "customer_id": 596, "terminal_id": 3156, '
  .. '"tx_amount": 57.16, "tx_time_seconds": 31, "tx_time_days": 0}'
