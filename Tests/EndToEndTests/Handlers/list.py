"""A list as long as the chunk: results stand where their flashpoints stand, None is a flashpoint that failed."""
import runpod


def handler(job):
    results = []
    for flashpoint in job["input"]["flashpoints"]:
        feeds = [feed["url"] for feed in flashpoint["feeds"]]
        results.append({"title": flashpoint["title"], "feeds": len(feeds)} if feeds else None)
    return results


runpod.serverless.start({"handler": handler})
