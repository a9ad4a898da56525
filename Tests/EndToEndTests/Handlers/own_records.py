"""A generator with records of its own: an id and a `result` make one a result, all others are passed over.

With AGGREGATE=1 the job's output lists all records; without it they are in the stream alone.
"""
import os

import runpod


def handler(job):
    yield {"phase": "loading the model", "percent": 10}
    for flashpoint in job["input"]["flashpoints"]:
        yield {"phase": "reading", "id": flashpoint["id"]}
        yield {"id": flashpoint["id"], "result": {"words": len(flashpoint["title"].split())}}
    yield {"phase": "done", "percent": 100}


runpod.serverless.start({"handler": handler, "return_aggregate_stream": os.environ.get("AGGREGATE") == "1"})
