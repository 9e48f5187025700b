# SPDX-License-Identifier: Apache-2.0
"""The guards of ASGI and WSGI, which promise the same, in real servers."""

import itertools
import random
import threading
from urllib.parse import quote

import guarded
import pytest
from guarded import CLIENT, WHOAMI

import issuer as loopback
import mxauth
from mxauth import Grant

ALICE = "@alice:example.org"


@pytest.fixture(params=guarded.SERVERS)
def serve(request):
    """Serves the application behind a guard, `options` being the guard's."""
    start, guard, application = guarded.SERVERS[request.param]
    sites = []

    def serve(validator, **options):
        sites.append(start(guard(application, validator, **options)))
        sites[-1].name = request.param
        return sites[-1]

    yield serve
    for site in sites:
        site.stop()


@pytest.fixture
def site(serve, make):
    return serve(make())


# ---------------------------------------------------------------- Who is let through


def test_a_good_token(site, issuer):
    answer = site.with_token(issuer.token())
    assert (answer.status, answer.json) == (200, {"path": WHOAMI, "user": ALICE, "breach": False})


def test_tokens_that_are_none(site, issuer):
    for label, token in loopback.labelled_tokens(issuer.issuer).items():
        answer = site.with_token(token)
        if label.startswith("good"):
            assert answer.status == 200, label
        elif label in ("two-devices", "no-api-scope"):
            assert answer.verdict[:2] == (403, "M_FORBIDDEN"), label
        else:
            assert answer.verdict[:2] == (401, "M_UNKNOWN_TOKEN"), label
            assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"], label
            assert answer.json["soft_logout"] is (label == "expired"), label
        assert token not in answer.text.decode()


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ("Authorization: ",),
        ("Authorization: Bearer",),
        ("Authorization: Bearer ",),
        ("Authorization: Basic {}",),
        ("Authorization: {}",),
        ("Authorization: Bearer {} {}",),
        ("Authorization: Bearer {},{}",),
        ("Authorization: Bearer {}", "Authorization: Bearer {}"),
        ("Authorization: Bearer {}", "authorization: Bearer x"),
        ("Authorization: Bearer x", "Authorization: Bearer {}"),
        ("Authorization: Bearer {}\xe9",),
        ("X-Authorization: Bearer {}",),
        ("Cookie: access_token={}",),
    ],
)
def test_headers_that_are_none(site, issuer, headers):
    token = issuer.token()
    answer = site.ask(WHOAMI, *[header.replace("{}", token) for header in headers])
    if site.name == "cheroot" and len(headers) == 2:
        # It shows applications the last of them alone, which is then the one that is judged.
        assert answer.status == (200 if headers[1].endswith("{}") else 401)
    else:
        assert answer.status == 401


def test_the_scheme_in_any_case(site, issuer):
    assert site.ask(WHOAMI, f"AUTHORIZATION:   bearer  {issuer.token()}").status == 200


def test_tokens_in_the_query(serve, make, issuer):
    token = issuer.token()
    closed, opened = serve(make()), serve(make(), query_token=True)
    assert closed.ask(f"{WHOAMI}?access_token={token}").verdict[:2] == (401, "M_MISSING_TOKEN")
    assert opened.ask(f"{WHOAMI}?access_token={token}").status == 200
    assert opened.ask(f"{WHOAMI}?x=1&access_token={quote(token, safe='')}&y").status == 200
    for target in (
        WHOAMI,
        f"{WHOAMI}?access_token=",
        f"{WHOAMI}?access_token={token}&access_token={token}",
        f"{WHOAMI}?Access_Token={token}",
        f"{WHOAMI}?access_token={token[:-2]}xx",
    ):
        assert opened.ask(target).status == 401, target
    assert opened.with_token(token, f"{WHOAMI}?access_token={token}").status == 401, "both"


def test_what_needs_no_token(site, issuer):
    expired = loopback.labelled_tokens(issuer.issuer)["expired"]
    for headers in ((), (f"Authorization: Bearer {expired}",), ("Authorization: nonsense",)):
        assert site.ask(f"{CLIENT}/login", *headers).json["user"] is None
    assert site.ask("/_matrix/client/versions").status == 200
    assert site.with_token(issuer.token(), "/_matrix/client/versions").json["user"] == ALICE, "takes a token"
    assert site.with_token(expired, "/_matrix/client/versions").status == 401, "and then a good one"


def test_what_is_no_endpoint(site, issuer):
    token = issuer.token()
    for method, target, status in (
        ("GET", "/", 404),
        ("GET", "/index.html", 404),
        ("GET", f"{CLIENT}/nothing", 404),
        ("DELETE", WHOAMI, 405),
        ("BREW", WHOAMI, 405),
    ):
        for headers in ((), (f"Authorization: Bearer {token}",)):
            assert site.ask(target, *headers, method=method).status == status, (method, target)
    assert site.ask(WHOAMI, method="get").status >= 400, "a server may make capitals of it, or refuse it by itself"


def test_preflights_pass(site):
    """OPTIONS runs no endpoint; everything else is judged."""
    for target in (WHOAMI, "/anything"):
        answer = site.ask(
            target, "Origin: https://app.example.org", "Access-Control-Request-Method: GET", method="OPTIONS"
        )
        assert (answer.status, answer.json["user"]) == (200, None)
    assert site.ask(WHOAMI, "X-HTTP-Method-Override: OPTIONS").status == 401


def test_head(site, issuer):
    assert site.ask(WHOAMI, method="HEAD").status == 401
    refused = site.ask(WHOAMI, method="HEAD")
    assert (refused.text, int(refused.headers["Content-Length"]) > 0) == (b"", True)
    assert site.with_token(issuer.token(), method="HEAD").status == 200


def test_a_verdict_that_a_client_makes_up(site):
    for header in ("mxauth.verdict: x", "Mxauth-Verdict: x", "HTTP_MXAUTH_VERDICT: x"):
        assert site.ask(f"{CLIENT}/login", header).json["user"] is None
        assert site.ask(WHOAMI, header).status == 401


def test_without_the_table(serve, make, issuer):
    """Before other software than a homeserver."""
    required, optional = serve(make(), endpoints=False), serve(make(), endpoints=False, required=False)
    expired = loopback.labelled_tokens(issuer.issuer)["expired"]
    for target in ("/", "/anything/at/all", WHOAMI, f"{CLIENT}/login"):
        assert required.ask(target).verdict[:2] == (401, "M_MISSING_TOKEN"), target
        assert required.with_token(expired, target).status == 401
        assert required.with_token(issuer.token(), target).json["user"] == ALICE
        assert optional.ask(target).json["user"] is None
        assert optional.with_token(expired, target).status == 401, "one that is there has to be good"
        assert optional.with_token(issuer.token(), target).json["user"] == ALICE


def test_scopes_beside_the_table(serve, make, issuer):
    rules = ["urn:example:pay : POST /_matrix/client/v3/createRoom"]
    validator = make(scope_rule=rules)
    site = serve(validator, scopes="urn:example:pay urn:synapse:admin:*")
    plain, half, whole = (
        issuer.token(scope=f"{loopback.API_SCOPE} {more}".strip())
        for more in ("", "urn:example:pay", "urn:example:pay urn:synapse:admin:*")
    )
    for token in (plain, half):
        status, errcode, challenge = site.with_token(token).verdict
        assert (status, errcode) == (403, "M_FORBIDDEN")
        assert 'scope="urn:example:pay urn:synapse:admin:*"' in challenge
    assert site.with_token(whole).status == 200
    assert site.ask(f"{CLIENT}/login").status == 200, "no token, no scopes"


def test_scopes_of_the_table(serve, make, issuer):
    site = serve(make(scope_rule=["urn:example:read : GET /_matrix/client/v3/sync"]))
    token = issuer.token(scope="urn:example:read")
    assert site.with_token(token, f"{CLIENT}/sync").status == 200
    status, _, challenge = site.with_token(token).verdict
    assert (status, 'scope="urn:matrix:client:api:*"' in challenge) == (403, True)


def test_scopes_that_no_token_could_have(serve, make):
    for scopes in ("urn:example:unknown", "urn:matrix:client:api:* email", "urn:matrix:client:device:ABCDEFGHIJ"):
        with pytest.raises(ValueError, match="grants nothing"):
            serve(make(), scopes=scopes)
    with pytest.raises(mxauth.Error):
        serve(make(), scopes='"')


def test_tokens_that_the_host_knows(serve, make, issuer):
    """Of an application service and of a guest; all others go to the issuer's rules."""
    service = mxauth.Verdict.of(grants=Grant.CLIENT_API | Grant.APPSERVICE, user_id="@bridge:example.org")
    guest = mxauth.Verdict.of(grants=Grant.CLIENT_API | Grant.GUEST, user_id="@17:example.org")
    tokens = {"as!token(of)an,administrator": service, "guest": guest}
    site, plain = serve(make(), own=tokens.get), serve(make())
    ping, ours = "/_matrix/client/v1/appservice/bridge/ping", "as!token(of)an,administrator"
    assert site.with_token(ours).json["user"] == "@bridge:example.org"
    assert site.with_token(ours, ping, method="POST").status == 200
    assert site.with_token("guest").json["user"] == "@17:example.org"
    assert site.with_token("guest", f"{CLIENT}/delete_devices", method="POST").verdict[:2] == (
        403,
        "M_GUEST_ACCESS_FORBIDDEN",
    )
    assert site.with_token("guest", ping, method="POST").status == 403
    assert site.with_token(issuer.token()).json["user"] == ALICE
    assert site.with_token(issuer.token(), ping, method="POST").status == 403
    for token in ("guest2", "Guest", ours[:-1], ours + "x", f"{ours} guest", f"guest,{ours}"):
        assert site.with_token(token).status == 401, token
    for token in tokens:
        assert plain.with_token(token).status == 401, token


def test_a_host_that_fails(serve, make, issuer):
    """Nobody gets in meanwhile."""

    def own(_token):
        raise RuntimeError("the database is away")

    site = serve(make(), own=own)
    assert site.with_token(issuer.token()).status == 500
    assert site.ask(f"{CLIENT}/login").status == 200


# ---------------------------------------------------------------- What the refused are told


def test_refusals(serve, make):
    site, inner = serve(make()), serve(make(), cors=False)
    answer = site.ask(WHOAMI)
    assert answer.verdict == (401, "M_MISSING_TOKEN", 'Bearer realm="example.org"')
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.headers["Access-Control-Expose-Headers"] == "WWW-Authenticate"
    assert site.ask("/nowhere").headers["Access-Control-Allow-Origin"] == "*"
    assert inner.ask(WHOAMI).headers["Access-Control-Allow-Origin"] is None


def test_a_body_that_nobody_reads(site):
    assert site.ask(f"{CLIENT}/createRoom", method="POST", body=b"{}" * 50000).status == 401


def test_revoked_between_two_requests(serve, make, issuer):
    validator = make()
    site, token = serve(validator), issuer.token()
    assert site.with_token(token).status == 200
    validator.revoke_device(ALICE, "ABCDEFGHIJ")
    assert site.with_token(token).verdict[:2] == (401, "M_UNKNOWN_TOKEN")


def test_an_issuer_that_is_away(serve, make, issuer):
    """503, which logs nobody out; and what needs no token does not wait for it."""
    site = serve(make(jwks_uri="http://127.0.0.1:1/"))
    assert site.with_token(issuer.token()).verdict == (503, "M_UNKNOWN", None)
    assert site.with_token(issuer.token(), f"{CLIENT}/login").status == 200


def test_an_issuer_that_takes_too_long(serve, introspecting, gated):
    gated.gate("/introspect")
    site = serve(introspecting(gated), timeout=0.1)
    assert site.with_token(gated.opaque_token()).status == 503


def test_opaque_tokens_of_many(serve, introspecting, issuer):
    site, token, found = serve(introspecting(issuer)), issuer.opaque_token(), []
    threads = [threading.Thread(target=lambda: found.append(site.with_token(token).status)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [200] * 8
    assert site.with_token("mat_never_issued").status == 401


def test_the_log_has_no_token(site, issuer, caplog):
    caplog.set_level("DEBUG")
    token = loopback.labelled_tokens(issuer.issuer)["expired"]
    site.with_token(token, f"{WHOAMI}?access_token={token}")
    site.with_token(token)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("mxauth")]
    assert any("MXAUTH_EXPIRED" in line for line in ours)
    assert not any(token in line for line in ours)


# ---------------------------------------------------------------- Paths


TRICKS = [
    f"{CLIENT}/login/../account/whoami",
    f"{CLIENT}/login/%2e%2e/account/whoami",
    f"{CLIENT}/login%2f..%2faccount/whoami",
    f"{CLIENT}/login%2F%2E%2E%2Faccount%2Fwhoami",
    f"{CLIENT}/profile/..%2f..%2faccount/whoami",
    f"{CLIENT}/profile/%2e%2e/account/whoami",
    f"{CLIENT}/profile/x/../../account/whoami",
    f"{CLIENT}/directory/room/..%2f..%2faccount%2fwhoami",
    f"/_matrix/client/versions/..{WHOAMI}",
    f"/_matrix/client/versions;{WHOAMI}",
    f"/_matrix/client/versions%00{WHOAMI}",
    f"/_matrix/client/versions%3f{WHOAMI}",
    f"/_matrix/client/versions%23/../v3/account/whoami",
    f"/_matrix/client/versions#/..{WHOAMI}",
    f"/{WHOAMI}",
    f"{WHOAMI}/",
    f"{WHOAMI}//",
    f"{CLIENT}//account/whoami",
    f"{CLIENT}/./account/whoami",
    f"{CLIENT}/account%2fwhoami",
    f"{CLIENT}%2faccount/whoami",
    f"{CLIENT}/account%5cwhoami",
    f"{CLIENT}\\account\\whoami",
    f"{CLIENT}/account/WHOAMI",
    f"{CLIENT}/account/whoam%69",
    f"{CLIENT}/account/%77%68%6f%61%6d%69",
    f"{CLIENT}/account/%2577hoami",
    f"{CLIENT}/account/whoami%20",
    f"{CLIENT}/account/whoami%0a",
    f"{CLIENT}/account/whoami%c0%af",
    f"{CLIENT}/account/%ff",
    f"{CLIENT}/account/whoami%",
    f"{CLIENT}/account/whoami%2",
    f"{CLIENT}/account/whoami%zz",
    f"{CLIENT}/account/who\xe4mi",
    f"{CLIENT}/profile/%2fdisplayname",
    f"{CLIENT}/profile/a%2fb%2fc",
    f"{CLIENT}/profile/a%2fdisplayname%2fx",
    f"{CLIENT}/profile/%00",
    f"{CLIENT}/profile/.",
    f"{CLIENT}/profile/..",
    f"http://127.0.0.1{WHOAMI}",
    f"http://127.0.0.1{CLIENT}/login/..%2faccount%2fwhoami",
    "*",
    "?",
    f"?{WHOAMI}",
    f"{CLIENT}/login?/../account/whoami",
]


def test_tricks(site):
    """Without a token none of these may come to the application as something that is not open."""
    for target in TRICKS:
        answer = site.ask(target)
        assert answer.status != 200 or not answer.json["breach"], target


def test_tricks_after_rewriting(serve, make):
    """Nor do they get to what an application would see that had decoded them once more."""
    site = serve(make())
    for target in TRICKS:
        for again in (quote(target, safe="/?", encoding="latin-1"), target.replace("%2", "%252")):
            answer = site.ask(again)
            assert answer.status != 200 or not answer.json["breach"], again


def test_paths_at_random(site):
    """Open and closed paths, with pieces of them written otherwise."""
    rng = random.Random(8)
    open_paths = [
        "/_matrix/client/versions",
        f"{CLIENT}/login",
        f"{CLIENT}/profile/%40a%3Ab",
        f"{CLIENT}/directory/room/%23a%3Ab",
    ]
    pieces = [
        "/",
        "%2f",
        "..",
        "%2e%2e",
        ".",
        ";",
        "%3b",
        "//",
        "%00",
        "%",
        "%25",
        "%252f",
        "\\",
        "%5c",
        "account",
        "whoami",
        "account/whoami",
        "v3",
        "profile",
        "#",
        "%23",
        "?",
        "%3f",
        "sync",
        "%e2%80%ae",
        "%c0%ae",
        "x",
    ]
    served = 0
    for _ in range(400):
        path = rng.choice(open_paths + [WHOAMI, f"{CLIENT}/sync"])
        for _ in range(rng.randint(0, 3)):
            at = rng.randint(0, len(path))
            path = path[:at] + rng.choice(pieces) + path[at:]
        answer = site.ask(path if path.startswith("/") else "/" + path)
        served += answer.status == 200
        assert answer.status != 200 or not answer.json["breach"], path
    assert served > 20, "some of them are harmless"


def test_harmless_spellings(site, issuer):
    token = issuer.token()
    for target in (
        f"{CLIENT}/account/%77hoami",
        f"{WHOAMI}?a=b%2Fc",
        f"{CLIENT}/profile/%40a%3Ab.example",
        f"{CLIENT}/profile/@a:b.example",
        f"{CLIENT}/rooms/!a%3Ab/state/m.room.name",
        f"{CLIENT}/rooms/%21a:b/state/m.room.name/",
        f"{CLIENT}/rooms/%F0%9F%8F%A0/joined_members",
        f"{CLIENT}/directory/room/%23caf%C3%A9:example.org",
    ):
        assert site.with_token(token, target).status == 200, target


def test_an_encoded_slash(site, issuer):
    """Most servers make a slash of it, and then both readings have to be allowed."""
    token = issuer.token()
    for target, status in (
        (f"{CLIENT}/rooms/!a:b/event/%24x%2Fy", 404),
        (f"{CLIENT}/profile/a%2Fdisplayname", 200),
        (f"{CLIENT}/profile/a%2Fb%2Fc", 404),
        (f"{CLIENT}/rooms/!a:b/state/m.room.name%2Fx", 200),
    ):
        assert site.with_token(token, target).status == (200 if site.name == "cheroot" else status), target


def test_many_requests_with_one_connection_each(site, issuer):
    token = issuer.token()
    for (target, status), _ in itertools.product([(WHOAMI, 200), ("/nowhere", 404)], range(5)):
        assert site.with_token(token, target).status == status
