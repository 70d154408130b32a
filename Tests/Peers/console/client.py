"""A client of the console that shares no code with it: http.client and a reader of event streams."""
import http.client
import json
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "desk"))
from desk import *  # noqa: E402,F403


class Console:
    """The console of a desk, found by the files that it leaves in the state folder."""

    def __init__(self, desk):
        self.desk = desk

    def file(self, name):
        with open(os.path.join(self.desk.folder, name)) as file:
            return file.read().strip()

    @property
    def authority(self):
        return self.file("console").split("//")[1].rstrip("/")

    @property
    def token(self):
        return self.file("token")

    def await_up(self):
        def answers():
            try:
                return self.call("GET", "/api/health")[0] == 200
            except OSError:
                return False
        return until(answers, "a console that answers")

    def call(self, method, path, body=None, headers=None, token=None):
        """Status, headers and body (parsed where it is JSON)."""
        given = {"Host": self.authority}
        if token:
            given["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if body is not None:
            given["Content-Type"] = "application/json"
        given.update(headers or {})
        connection = http.client.HTTPConnection(*self.authority.split(":"), timeout=10)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            data = body.encode() if isinstance(body, str) else body
            if data is not None and "Content-Length" not in given:
                given["Content-Length"] = str(len(data))
            for name, value in given.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(data)
            reply = connection.getresponse()
            text = reply.read()
            kind = reply.getheader("Content-Type") or ""
            return reply.status, reply.headers, json.loads(text) if "json" in kind else text
        finally:
            connection.close()


class Events(threading.Thread):
    """Reads an event stream to its end; `rows` has (id, kind, data) in the order they came."""

    def __init__(self, console, after=None, token=None, path="/api/events"):
        super().__init__(daemon=True)
        self.rows, self.comments = [], 0
        self.connection = http.client.HTTPConnection(*console.authority.split(":"), timeout=20)
        headers = {"Authorization": f"Bearer {token or console.token}"}
        if after:
            headers["Last-Event-ID"] = after
        self.connection.request("GET", path, headers=headers)
        self.reply = self.connection.getresponse()
        equal(self.reply.status, 200, "the event stream's status")
        equal(self.reply.getheader("Content-Type"), "text/event-stream", "its type")
        self.start()

    def run(self):
        fields = {}
        try:
            while line := self.reply.readline():
                text = line.decode().rstrip("\n")
                if text.startswith(":"):
                    self.comments += 1
                elif text:
                    name, value = text.split(": ", 1)
                    fields[name] = value
                elif "event" in fields:
                    self.rows.append(
                        (fields.get("id"), fields["event"], json.loads(fields["data"])))
                    fields = {}
                else:
                    fields = {}
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass

    def journal(self):
        """The rows that stand for a journal record each."""
        return [row for row in self.rows if row[0]]

    def kinds(self, kind):
        return [row[2] for row in self.rows if row[1] == kind]

    def close(self):
        self.connection.sock and self.connection.sock.shutdown(2)
        self.join(5)
