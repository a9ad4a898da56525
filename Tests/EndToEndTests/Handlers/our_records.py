"""A generator that tells what etl-dash's own worker tells: progress is seen live, results are kept as they come."""
import time

import runpod


def handler(job):
    run = job["input"]["run"]
    for index, content, flashpoint in zip(run["indices"], run["hashes"], job["input"]["flashpoints"]):
        began = time.monotonic()
        yield {"event": "start", "index": index, "id": flashpoint["id"]}
        feeds = flashpoint["feeds"]
        for done in range(len(feeds)):
            yield {"event": "progress", "index": index, "stage": "read", "done": done + 1, "of": len(feeds)}
        yield {"event": "log", "level": "INFO", "message": "read " + flashpoint["id"]}
        yield {"event": "result", "index": index, "id": flashpoint["id"], "hash": content, "ok": True,
               "result": {"feeds": len(feeds)}, "duration_sec": round(time.monotonic() - began, 3)}


runpod.serverless.start({"handler": handler, "return_aggregate_stream": True})
