"""An object with `results`, and beside it whatever else the handler wants to say; an `error` in it is a failure."""
import runpod


def handler(job):
    results = []
    for flashpoint in job["input"]["flashpoints"]:
        if flashpoint["feeds"]:
            results.append({"title": flashpoint["title"].upper()})
        else:
            results.append({"error": "no feeds to read"})
    return {"model": "small-7b", "results": results}


runpod.serverless.start({"handler": handler})
