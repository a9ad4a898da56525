"""Results that carry an id: they may come in any order, and `duration_sec` says what each took."""
import runpod


def handler(job):
    results = []
    for flashpoint in reversed(job["input"]["flashpoints"]):
        results.append({"id": flashpoint["id"], "result": flashpoint["title"], "duration_sec": 1.5})
    return {"results": results}


runpod.serverless.start({"handler": handler})
