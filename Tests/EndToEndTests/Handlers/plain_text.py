"""A result that is text and no more: it says nothing of any flashpoint."""
import runpod


def handler(job):
    return "all %d done" % len(job["input"]["flashpoints"])


runpod.serverless.start({"handler": handler})
