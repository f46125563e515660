# SPDX-License-Identifier: GPL-2.0-only
"""Serves the files in the current directory to the browser of cli/html-browser.sh
and prints the address. A GET of "wait" is answered after a POST to "done"."""

import http.server
import threading

LIMIT_S = 500
done = threading.Event()


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/wait":
            done.wait(LIMIT_S)
        super().do_GET()

    def do_POST(self):
        done.set()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
