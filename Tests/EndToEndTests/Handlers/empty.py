"""An empty object: RunPod's SDK drops it, so the job is COMPLETED and has no output."""
import runpod


def handler(job):
    return {}


runpod.serverless.start({"handler": handler})
