"""The peer: FastAPI and onnxruntime, serving the same trees as our model."""
import sys
from datetime import datetime

import numpy as np
import onnxruntime
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class Transaction(BaseModel):
    transaction_id: int
    tx_datetime: datetime
    customer_id: int
    terminal_id: int
    tx_amount: float
    tx_time_seconds: int
    tx_time_days: int


options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(sys.argv[1], options)
app = FastAPI()


@app.get("/")
def root():
    return "OK"


@app.post("/predict")
async def predict(transaction: Transaction):
    hour = transaction.tx_datetime.hour
    row = [transaction.tx_amount, transaction.terminal_id, hour] + [float(hour // 6 == quarter) for quarter in range(4)]
    return float(session.run(["probabilities"], {"input": np.array([row], dtype=np.float32)})[0][0][1])


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False)
