"""A worker of RunPod's SDK; the job's "op" says what its handler does, SHAPE what kind of handler it is.

A gate is a file that the test creates. What the handler does is written to TRACE, a line each.
"""

import asyncio
import os
import time

import runpod

SHAPE = os.environ["SHAPE"]


def trace(word, job):
    with open(os.environ["TRACE"], "a", encoding="utf-8") as file:
        file.write(f"{word} {job['id']}\n")


def result(job):
    """What an operation comes to."""
    request = job["input"]
    match request["op"]:
        case "return":
            return request["value"]
        case "fail":
            return {"error": request["text"], "code": 7}
        case "raise":
            raise ValueError(request["text"])
        case "set":
            return {1, 2}
        case "big":
            return "x" * request["bytes"]
    raise KeyError(request["op"])


async def respond(job):
    trace("began", job)
    try:
        if "progress" in job["input"]:
            runpod.serverless.progress_update(job, job["input"]["progress"])
        while not is_open(job):
            await asyncio.sleep(0.01)
        return result(job)
    except asyncio.CancelledError:
        trace("cancelled", job)
        raise
    finally:
        trace("ended", job)


def respond_blocking(job):
    trace("began", job)
    while not is_open(job):
        time.sleep(0.01)
    trace("ended", job)
    return result(job)


async def stream(job):
    trace("began", job)
    for record in job["input"]["records"]:
        yield record
    while not is_open(job):
        await asyncio.sleep(0.01)
    if "text" in job["input"]:
        raise ValueError(job["input"]["text"])
    trace("ended", job)


def is_open(job):
    gate = job["input"].get("gate")
    return gate is None or os.path.exists(gate)


match SHAPE:
    case "async":
        config = {"handler": respond}
    case "blocking":
        config = {"handler": respond_blocking}
    case "generator":
        config = {"handler": stream}
    case "aggregate":
        config = {"handler": stream, "return_aggregate_stream": True}
    case "refreshing":
        config = {"handler": respond, "refresh_worker": True}
    case "threefold":
        config = {"handler": respond, "concurrency_modifier": lambda current: 3}
runpod.serverless.start(config)
