"""A generator that yields a failed flashpoint and goes on with the next.

The failure must not stand under a top-level key `error`: RunPod's SDK ends the generator there and drops the rest.
"""
import runpod


def handler(job):
    for flashpoint in job["input"]["flashpoints"]:
        if flashpoint["feeds"]:
            yield {"id": flashpoint["id"], "result": "fine"}
        else:
            failure = {"class": "permanent", "stage": "read", "message": "no feeds"}
            yield {"id": flashpoint["id"], "failure": failure}


runpod.serverless.start({"handler": handler, "return_aggregate_stream": True})
