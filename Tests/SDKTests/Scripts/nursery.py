"""Starts programs that use RunPod's SDK, each in a process and a process group of its own.

The SDK takes seconds to import, most of them in other people's packages and in a look at the processor. So this process
imports it once and forks. A fork sets its environment and forgets the SDK's own modules, so that the program imports
them anew and they read that environment.

POST /spawn {"script", "environment", "log"} answers {"pid"}; POST /status {"pid"} answers {"status"}, null while the
process runs. The port is the only line on standard output.
"""

import ctypes
import http.server
import json
import os
import runpy
import signal
import sys
import threading

import runpod.serverless.utils.rp_debugger  # also imports all the rest

# What reads no environment and takes its second to import.
KEPT = "runpod.serverless.utils"
PR_SET_PDEATHSIG = 1


class Forked(BaseException):
    """Leads the child out of the server."""

    def __init__(self, order):
        super().__init__()
        self.order = order


class Handler(http.server.BaseHTTPRequestHandler):
    children = {}

    def do_POST(self):
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.spawn(order) if self.path == "/spawn" else self.status(order["pid"])
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def spawn(self, order):
        pid = os.fork()
        if pid == 0:
            raise Forked(order)
        self.children[pid] = None
        return {"pid": pid}

    def status(self, pid):
        if self.children[pid] is None:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self.children[pid] = os.waitstatus_to_exitcode(status)
        return {"status": self.children[pid]}

    def log_message(self, *arguments):
        pass


class Server(http.server.HTTPServer):
    request_queue_size = 128

    def shutdown_request(self, request):
        # Shutting down would end the connection for parent and child alike.
        self.close_request(request)


def become(order, server):
    os.setpgid(0, 0)
    # Otherwise nobody ends the program when this nursery is killed.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    server.socket.close()
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(order["environment"])
    for name in list(sys.modules):
        if name.split(".")[0] == "runpod" and not name.startswith(KEPT):
            del sys.modules[name]
    sys.argv = [order["script"]]
    runpy.run_path(order["script"], run_name="__main__")


def main():
    assert threading.active_count() == 1, "a fork would lose the other threads"
    parent = os.getppid()
    server = Server(("127.0.0.1", 0), Handler)
    server.timeout = 1
    print(server.server_port, flush=True)
    try:
        while os.getppid() == parent:
            server.handle_request()
    except Forked as fork:
        become(fork.order, server)
        return
    for child, status in Handler.children.items():
        if status is None:
            os.killpg(child, signal.SIGKILL)


main()
