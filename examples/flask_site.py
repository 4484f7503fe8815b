"""A Flask application that is recorded: `flask --app examples/flask_site run`, with the three variables below set."""

import os

from flask import Flask, Response, abort, redirect, request, session

from seatwise.recorder import Recorder, WsgiMiddleware

recorder = Recorder(os.environ["RECORDER_URL"], os.environ["RECORDER_TOKEN"], spool=os.environ["RECORDER_SPOOL"])
app = Flask(__name__)
app.secret_key = os.urandom(32)  # where several processes serve it, one secret for all of them
app.wsgi_app = WsgiMiddleware(app.wsgi_app, recorder)


@app.before_request
def say_who_it_is() -> None:
    """With Flask-Login: current_user.get_id() or ""."""
    request.environ["REMOTE_USER"] = session.get("login", "")


@app.post("/sign-in")
def sign_in() -> Response:
    if request.form["password"] != "otter":  # noqa: S105 - yours looks into a database
        abort(401)
    session["login"] = request.form["login"]
    return redirect("/")


@app.get("/")
def front_page() -> str:
    return f"<p>Good morning, {session['login']}.</p>" if "login" in session else "<p>Please sign in.</p>"
