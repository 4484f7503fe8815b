"""The link in a mail carries its token in the fragment: a browser sends it in the body of a form and nowhere else."""

from collections.abc import Callable
from typing import Any

from .accessibility import too_wide

TOKEN = "c2lnbmF0dXJl.a.1.739952.0123456789abcdef"
WRONG = "This link is incomplete or not valid."


def watched(page: Any) -> list[Any]:
    """The requests that a page makes from now on."""
    requests: list[Any] = []
    page.on("request", lambda request: requests.append(request))
    return requests


def seen_by_servers(requests: list[Any]) -> str:
    """What stands in logs: addresses and where they come from."""
    return " ".join(f"{each.url} {each.all_headers().get('referer', '')}" for each in requests)


def test_the_page_sends_the_token_on_by_itself_and_keeps_it_out_of_sight(open_page: Callable[..., Any]) -> None:
    page = open_page(path="/health/")
    requests = watched(page)
    page.goto(f"/answer/#{TOKEN}")
    page.wait_for_url("**/answer/question/")
    assert WRONG in page.text_content("main")
    (post,) = [each for each in requests if each.method == "POST"]
    assert TOKEN in (post.post_data or "")
    assert TOKEN not in seen_by_servers(requests)
    page.go_back()
    assert TOKEN not in page.url
    page.goto("/answer/")
    page.evaluate("token => { location.hash = token }", TOKEN)  # another link of a mail, in the same tab
    page.wait_for_url("**/answer/question/")


def test_without_javascript_the_link_is_pasted(open_page: Callable[..., Any]) -> None:
    page = open_page(path=f"/answer/#{TOKEN}", java_script_enabled=False)
    requests = watched(page)
    page.get_by_label("Link from the email").fill(f"https://seatwise.example.com/answer/#{TOKEN}")
    page.get_by_role("button", name="Open the question").click()
    assert WRONG in page.text_content("main")
    assert TOKEN not in seen_by_servers(requests)


def test_it_fits_a_telephone(open_page: Callable[..., Any]) -> None:
    page = open_page(path="/answer/", viewport={"width": 390, "height": 844})
    assert not too_wide(page)
