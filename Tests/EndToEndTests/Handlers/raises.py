"""An exception: the job fails, with the SDK's report of it, a JSON document, in the text of its error."""
import runpod


def handler(job):
    first = job["input"]["flashpoints"][0]
    if first["id"] == "fp-c":
        raise ValueError("no model is called " + first["title"])
    return [flashpoint["id"] for flashpoint in job["input"]["flashpoints"]]


runpod.serverless.start({"handler": handler})
