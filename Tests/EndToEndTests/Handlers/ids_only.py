"""For RUNPOD_PAYLOAD=ids: the job carries ids alone, the handler loads the flashpoints from a place of its own."""
import runpod

ARCHIVE = {"fp-a": "Floods on the Po", "fp-b": "Rain", "fp-d": "A vote is counted"}


def handler(job):
    return {"results": {key: ARCHIVE.get(key) for key in job["input"]["flashpoints"]}}


runpod.serverless.start({"handler": handler})
