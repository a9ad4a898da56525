"""A top-level `error`: the job fails with that text, and flashpoints beside it are not looked at."""
import runpod


def handler(job):
    if job["input"]["flashpoints"][0]["id"] == "fp-c":
        return {"error": "the licence server does not answer", "code": 17}
    return {"results": [flashpoint["title"] for flashpoint in job["input"]["flashpoints"]]}


runpod.serverless.start({"handler": handler})
