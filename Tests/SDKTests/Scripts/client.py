"""Makes the calls of RunPod's SDK that a test asks for.

POST /sync or /async {"call", "job", "request", "timeout"} answers {"value"} or {"raised", "status", "message"}. The
endpoint is in the environment, as the SDK reads it; the port goes to PORT_FILE.
"""

import asyncio
import http.server
import json
import os

import aiohttp
import requests
import runpod
from runpod.endpoint.asyncio import asyncio_runner
from runpod.endpoint.runner import Job

ENDPOINT = os.environ["ENDPOINT"]
runpod.api_key = os.environ["KEY"]


def call(name, job, request, timeout):
    endpoint = runpod.Endpoint(ENDPOINT)
    if job:
        job = Job(ENDPOINT, job, endpoint.rp_client)
    match name:
        case "run":
            return endpoint.run(request).job_id
        case "run_sync":
            return endpoint.run_sync(request, timeout=timeout)
        case "status":
            return job.status()
        case "fetch":
            return endpoint.rp_client.get(f"{ENDPOINT}/status/{job.job_id}")
        case "output":
            return job.output(timeout=timeout)
        case "first":
            return next(job.stream())
        case "stream":
            return list(job.stream())
        case "cancel":
            return job.cancel()
        case "health":
            return endpoint.health()
        case "purge_queue":
            return endpoint.purge_queue()
    raise KeyError(name)


async def call_async(name, job, request, timeout):
    async with aiohttp.ClientSession() as session:
        endpoint = asyncio_runner.Endpoint(ENDPOINT, session)
        if job:
            job = asyncio_runner.Job(ENDPOINT, job, session, endpoint.headers)
        match name:
            case "run":
                return (await endpoint.run(request)).job_id
            case "status":
                return await job.status()
            case "output":
                return await job.output(timeout=timeout)
            case "first":
                return await anext(job.stream())
            case "stream":
                return [record async for record in job.stream()]
            case "cancel":
                return await job.cancel()
            case "health":
                return await endpoint.health()
            case "purge_queue":
                return await endpoint.purge_queue()
    raise KeyError(name)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        arguments = (order["call"], order.get("job"), order.get("request"), order.get("timeout", 0))
        try:
            value = asyncio.run(call_async(*arguments)) if self.path == "/async" else call(*arguments)
            answer = {"value": value}
        except Exception as error:
            status = error.response.status_code if isinstance(error, requests.HTTPError) else None
            answer = {"raised": type(error).__name__, "status": status, "message": str(error)}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(os.environ["PORT_FILE"] + ".new", "w", encoding="utf-8") as file:
    file.write(str(server.server_port))
os.rename(os.environ["PORT_FILE"] + ".new", os.environ["PORT_FILE"])
server.serve_forever()
