"""A handler that was written for something else: it answers once for all, so its chunk succeeds or fails as one."""
import runpod


def handler(job):
    text = " ".join(flashpoint["title"] for flashpoint in job["input"]["flashpoints"])
    if "dam" in text:
        return {"ok": False, "message": "the model refuses dams"}
    return {"summary": text.lower(), "tokens": len(text.split())}


runpod.serverless.start({"handler": handler})
