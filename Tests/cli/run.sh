#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Tests the command line tool from outside: Tests/cli/run.sh BINARY. Needs python3 (or $PYTHON) and a C compiler.
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
python=${PYTHON:-python3}
case $python in */*) python=$(cd "$(dirname "$python")" && pwd)/$(basename "$python") ;; esac
binary=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$here/fixture" || exit 2
unset NO_COLOR

passed=0
failed=0
pass() { passed=$((passed + 1)); }
fail() {
    failed=$((failed + 1))
    echo "FAIL: $1"
    sed 's/^/    /' "$work/out" "$work/err" | head -n 20
}

# run CODE NAME ARGUMENT...: runs the tool on $work/in and wants that exit code.
: >"$work/in"
run() {
    code=$1 name=$2
    shift 2
    "$binary" "$@" <"$work/in" >"$work/out" 2>"$work/err"
    got=$?
    : >"$work/in"
    cat "$work/out" "$work/err" >>"$work/everything"
    if [ "$got" = "$code" ]; then pass; else fail "$name: exit code $got, not $code"; fi
}
# has/hasnt WHERE TEXT: of the last run, out or err.
has() { if grep -qF -- "$2" "$work/$1"; then pass; else fail "$name: std$1 lacks: $2"; fi; }
hasnt() { if grep -qF -- "$2" "$work/$1"; then fail "$name: std$1 has: $2"; else pass; fi; }
empty() { if [ -s "$work/$1" ]; then fail "$name: std$1 is not empty"; else pass; fi; }
# json EXPRESSION: true of the last run's output, read as JSON into j.
json() {
    if "$python" -c 'import json,sys; j = json.load(open(sys.argv[1])); sys.exit(not eval(sys.argv[2]))' \
        "$work/out" "$1" 2>>"$work/err"; then pass; else fail "$name: not $1"; fi
}
# harmless: no control or formatting characters in the last run's output.
harmless() {
    if "$python" - "$work/out" "$work/err" <<'EOF'
import sys, unicodedata
text = "".join(open(path, newline="", encoding="utf-8").read() for path in sys.argv[1:])
sys.exit(any(c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") for c in text))
EOF
    then pass; else fail "$name: control characters"; fi
}

good=$(cat good.jwt)
now='--at 1800000000'
judge="--config mxauth.conf $now"

# ---------------------------------------------------------- authorize
api=/_matrix/client/v3
run 0 'authorize a token' authorize $judge --file good.jwt GET $api/sync
has out 'verdict   allowed'
empty err
run 0 'authorize an argument' authorize $judge GET $api/sync "$good"
printf '%s\n' "$good" >"$work/in"
run 0 'authorize standard input' authorize $judge GET $api/sync -
run 1 'authorize without a token' authorize $judge GET $api/sync
has out '200 MXAUTH_TOKEN_MISSING'
has out '401 M_MISSING_TOKEN'
run 0 'authorize what needs no token' authorize GET $api/login
run 1 'authorize an expired token' authorize --config mxauth.conf --at 1800001000 --file good.jwt GET $api/sync
has out '402 MXAUTH_EXPIRED'
has out 'subject   exp'
run 0 'authorize an expired token where none is needed' authorize --config mxauth.conf --at 1800001000 --file good.jwt GET $api/login
run 1 'authorize a token without API scope' authorize $judge --file no-scope.jwt GET $api/sync
has out '501 MXAUTH_SCOPE_INSUFFICIENT'
run 1 'authorize by grants alone' authorize $judge -o issuer.require_api_scope=false --file no-scope.jwt GET $api/sync --json
json 'j["status"] == 501 and j["http_status"] == 403 and j["errcode"] == "M_FORBIDDEN" and j["subject"] == "scope"'
run 0 'authorize --json' authorize $judge --file good.jwt GET $api/sync --json
json 'j == {"status": 0, "name": "MXAUTH_OK"}'
run 0 'authorize a guest' authorize --guest GET $api/sync
run 1 'authorize a guest elsewhere' authorize --guest GET $api/pushers
has out '403 M_GUEST_ACCESS_FORBIDDEN'
run 0 'authorize a scope' authorize --scope 'urn:matrix:client:api:*' GET $api/pushers
run 1 'authorize another scope' authorize --scope openid GET $api/pushers
run 1 'authorize a bad scope' authorize --scope 'a  b' GET $api/pushers
has out '500 MXAUTH_SCOPE_MALFORMED'
for path in /x $api/sync/ $api//sync $api/login/../sync $api/sync%00 $api/SYNC sync ''; do
    run 1 "authorize $path" authorize $judge --file good.jwt GET "$path"
    has out '506 MXAUTH_ENDPOINT_UNKNOWN'
done
run 1 'authorize another method' authorize $judge --file good.jwt get $api/sync
has out '405 M_UNRECOGNIZED'
run 0 'authorize OPTIONS' authorize OPTIONS /x
run 0 'authorize by a rule' authorize --scope a -o "scope_rule=a : GET $api/sync" GET $api/sync
run 1 'authorize beside a rule' authorize --scope a -o "scope_rule=a : GET $api/sync" GET $api/pushers
run 2 'a rule that opens nothing' authorize --scope a -o 'scope_rule=a : GET /x' GET $api/sync
has err 'opens nothing'
run 2 'authorize a token without an issuer' authorize --file good.jwt GET $api/sync
run 2 'authorize two at once' authorize --guest --scope a GET $api/sync
run 2 'authorize a token and a scope' authorize --scope a GET $api/sync "$good"
hasnt err "$good"
run 2 'authorize nothing' authorize GET

# ------------------------------------------------------------- verify
run 0 'verify an argument' verify $judge "$good"
has out 'verdict   good'
has out '@alice:example.org'
has out 'AABBCCDDEE'
has out 'https://auth.example.org/'
has out 'the Client-Server API, openid'
has out '2027-01-15T08:05:00Z'
empty err
cp good.jwt "$work/in"
run 0 'verify standard input' verify $judge
has out '@alice:example.org'
cp good.jwt "$work/in"
run 0 'verify -' verify $judge -
printf '%s\r\n' "$good" >"$work/in"
run 0 'verify trims CR LF' verify $judge -
printf '%s \n' "$good" >"$work/in"
run 1 'verify trims nothing else' verify $judge -
has out '202 MXAUTH_TOKEN_MALFORMED'
run 0 'verify a file' verify $judge --file good.jwt
run 0 'verify with flags' verify $now --file good.jwt --server-name example.org --issuer https://auth.example.org/ \
    --keys keys.json --audience https://matrix.example.org
run 0 'verify with PEM' verify $now --file good.jwt --server-name example.org --issuer https://auth.example.org/ \
    --keys key.pem --audience https://matrix.example.org
run 0 'verify with options only' verify $now --file good.jwt -o server_name=example.org \
    --option issuer=https://auth.example.org/ -o issuer.keys=@keys.json --option=issuer.audience=https://matrix.example.org
run 1 'options come after the file, in order' verify $judge --file good.jwt -o issuer.audience=a -o issuer.audience=b
has out 'Expected "b"'
run 0 'verify --json' verify $judge --file good.jwt --json
json 'j["status"] == 0 and j["name"] == "MXAUTH_OK" and j["verdict"]["user_id"] == "@alice:example.org"'
json 'j["verdict"]["expires_at"] == 1800000300 and j["verdict"]["grants"] == 3'
run 0 'verify --claims' verify $judge --file good.jwt --claims
json 'j["username"] == "alice" and "exp" in j'
run 1 'expired' verify --config mxauth.conf --at 1800000330 --file good.jwt
has out 'verdict   refused'
has out '402 MXAUTH_EXPIRED'
has out 'subject   exp'
has out 'soft_logout'
run 0 'not yet expired' verify --config mxauth.conf --at 1800000329 --file good.jwt
run 1 'refusal as JSON' verify --config mxauth.conf --at 1800001000 --file good.jwt --json
json 'j["status"] == 402 and j["subject"] == "exp" and j["http_status"] == 401 and j["soft_logout"] is True'
run 1 'no claims of a refused token' verify --config mxauth.conf --at 1800001000 --file good.jwt --claims
empty out
has err 'MXAUTH_EXPIRED'
run 1 'no API scope' verify $judge --file no-scope.jwt
has out '501 MXAUTH_SCOPE_INSUFFICIENT'
run 0 'no API scope needed' verify $judge --file no-scope.jwt -o issuer.require_api_scope=false
run 1 'no user' verify $judge --file no-user.jwt
has out 'username'
run 1 'other issuer' verify $judge --file other-issuer.jwt
has out '400 MXAUTH_ISSUER_UNKNOWN'
run 1 'altered' verify $judge "${good%?????}AAAAA"
has out '303 MXAUTH_SIGNATURE_INVALID'
run 1 'opaque' verify $judge an-opaque-token-of-some-kind
has out '203 MXAUTH_TOKEN_OPAQUE'
run 1 'nothing at all' verify $judge
has out '200 MXAUTH_TOKEN_MISSING'

# ------------------------------------------------- usage and configuration
run 2 'no subcommand'
run 2 'unknown subcommand' "$good"
hasnt err "$good"
run 2 'two tokens' verify $judge "$good" "$good"
hasnt err "$good"
run 2 'token and file' verify $judge "$good" --file good.jwt
run 2 'token given to --at' verify --config mxauth.conf "--at=$good"
hasnt err "$good"
run 2 '--at before 1970' verify --config mxauth.conf --at=-1 --file good.jwt
run 2 '--at too late' verify --config mxauth.conf --at 9223372037 --file good.jwt
run 2 '--claims --json' verify $judge --file good.jwt --claims --json
run 2 'no such file' verify $judge --file no-such-file
has err 'no-such-file: No such file or directory'
run 2 'no configuration' verify --file good.jwt
has err 'issuer'
run 2 'no audience' verify --file good.jwt --server-name example.org --issuer https://auth.example.org/ --keys keys.json
has err 'issuer.audience'
run 2 'unknown option' verify $judge --file good.jwt -o issuer.audiance=x
has err 'issuer.audiance'
run 2 'option without value' verify $judge --file good.jwt -o issuer.leeway
run 2 'option out of range' verify $judge --file good.jwt -o issuer.leeway=301
has err '0 to 300'
run 2 'keys that are none' verify $judge --file good.jwt --keys good.jwt
has err 'issuer.keys'
printf '# comment\n\n  server_name=example.org\r\nissuer = https://auth.example.org/\nissuer.leewey = 1\n' >"$work/bad.conf"
run 2 'configuration with a wrong name' verify --config "$work/bad.conf" --file good.jwt
has err 'bad.conf:5: issuer.leewey'
printf 'server_name\n' >"$work/bad.conf"
run 2 'configuration without =' verify --config "$work/bad.conf" --file good.jwt
has err 'bad.conf:1: expected name = value'
printf 'server_name = a\0b\n' >"$work/bad.conf"
run 2 'configuration with NUL' verify --config "$work/bad.conf" --file good.jwt
has err 'NUL'
run 0 'a key set with unusable entries' verify $judge --file good.jwt --keys keys-mixed.json -o issuer.keys=@keys.json
has err 'note: issuer.keys: 2 of 4'

# ------------------------------------------------------------ explain
run 0 'explain' explain $judge --file good.jwt
has out '✓  signature'
has out 'RFC 7519 section 4.1.4'
has out 'good: @alice:example.org on device AABBCCDDEE, until 2027-01-15T08:05:00Z'
hasnt out '✗'
harmless
run 1 'explain a refusal' explain --config mxauth.conf --at 1800001000 "$good"
has out '✗  expiry'
has out 'refused: MXAUTH_EXPIRED.'
has out 'refresh token'
hasnt out 'audience'
cp good.jwt "$work/in"
run 0 'explain --json' explain $judge --json
json 'j["status"] == 0 and all(c["passed"] for c in j["checks"]) and j["verdict"]["device_id"] == "AABBCCDDEE"'
run 1 'explain a refusal as JSON' explain $judge --json --file no-scope.jwt
json 'j["name"] == "MXAUTH_SCOPE_INSUFFICIENT" and not j["checks"][-1]["passed"]'
run 2 'explain without configuration' explain --file good.jwt

# --------------------------------------------------------------- jwks
run 0 'jwks' jwks keys.json
has out '2026-11'
has out 'Ed25519'
has out '2048'
has out '3 usable, 0 skipped'
cp keys.json "$work/in"
run 0 'jwks on standard input' jwks -
run 0 'jwks of PEM' jwks key.pem
has out 'P-256'
run 1 'jwks with unusable entries' jwks keys-mixed.json
has out '2 usable, 2 skipped'
has out '✗  odd'
has out '"enc"'
harmless
run 1 'jwks as JSON' jwks --json keys-mixed.json
json 'j["skipped"] == 2 and [k["usable"] for k in j["keys"]] == [True, True, False, False]'
run 1 'jwks of something else' jwks good.jwt
hasnt err "$good"
printf '{"keys": []}' >"$work/in"
run 1 'jwks of an empty set' jwks
run 2 'jwks without the file' jwks no-such-file

# ---------------------------------------------------------- documents
run 0 'registration' registration registration.json
has out 'valid'
hasnt out '✗'
cp registration.json "$work/in"
run 0 'registration on standard input as JSON' registration --json
json 'j["valid"] and j["metadata"]["grant_types"] == ["authorization_code", "refresh_token"] and "error" not in j'
run 1 'a bad registration' registration registration-bad.json
has out 'redirect_uris[1]'
has out 'not valid: invalid_client_metadata'
run 1 'a bad registration as JSON' registration --json registration-bad.json
json 'not j["valid"] and len(j["problems"]) == 4 and "metadata" not in j'
run 1 'registration of something else' registration good.jwt
has err 'not JSON'
printf '{"client_uri\\u001b]0;owned\\u0007": 1}' >"$work/in"
run 1 'a hostile registration' registration -
harmless
run 2 'registration without the file' registration no-such-file
run 1 'metadata check' metadata check discovery.json
has out 'registration_endpoint'
run 1 'metadata of another issuer' metadata check discovery.json --issuer https://other.example/
has out 'byte for byte'
run 0 'metadata merge' metadata merge discovery.json overrides.json
json 'j["issuer"] == "https://auth.example.org/" and "introspection_endpoint" not in j and j["account_management_uri"]'
cp "$work/out" "$work/in"
run 0 'metadata check of the merged' metadata check --issuer https://auth.example.org/ --json
json 'j["valid"] and j["problems"] == []'
run 1 'metadata that stay incomplete' metadata merge discovery.json
empty out
has err 'registration_endpoint is there'
run 2 'metadata alone' metadata merge
run 0 'login flows' login flows --sso --oauth-aware-preferred
json 'j["flows"][0]["oauth_aware_preferred"] is True and j["flows"][1] == {"type": "m.login.token"}'
run 2 'login flows of nothing' login flows
has err 'M_UNRECOGNIZED'
run 2 'login flows that do not go together' login flows --password --oauth-aware-preferred
run 0 'login action' login action '?org.matrix.msc3824.action=login'
has out 'login'
run 0 'no login action' login action 'action=Login'
has out 'nothing'
run 0 'account-url' account-url --uri https://a.example/ session_end --device 'a b'
has out 'https://a.example/?action=org.matrix.device_delete&device_id=a%20b'
run 1 'account-url of an action that is not advertised' account-url --metadata overrides.json org.matrix.device_delete --device A
empty out
has err 'advertise'
run 1 'account-url of no URL' account-url --uri 'javascript:alert(1)'
run 2 'account-url of both' account-url --uri https://a.example/ --metadata overrides.json
run 2 'account-url of neither' account-url org.matrix.profile

# --------------------------------------------------------- the terminal
run 0 'hostile claims' verify $judge --file hostile.jwt
has out '\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}gnp\u{7f}\u{d}\u{a}verdict'
harmless
run 0 'hostile claims explained' explain $judge --file hostile.jwt
harmless
run 1 'hostile audience' verify $judge --file hostile-audience.jwt
harmless
run 1 'hostile audience explained' explain $judge --file hostile-audience.jwt
harmless
run 1 'hostile audience, claims asked for' verify $judge --file hostile-audience.jwt --claims
harmless
run 2 'hostile argument' "$(printf 'a\033]0;owned\007')"
harmless
run 0 'JSON is unchanged' verify $judge --file hostile.jwt --claims
json 'j["sub"].startswith("x\x1b]0;owned\x07\x9b")'

# pty NAME ENVIRONMENT ARGUMENT...: runs the tool on a terminal.
pty() {
    name=$1 setting=$2
    shift 2
    : >"$work/err"
    env "$setting" "$python" - "$binary" "$@" >"$work/out" 2>"$work/err" <<'EOF'
import os, pty, sys
sys.stdout.flush()
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    os.write(1, chunk)
os.waitpid(pid, 0)
EOF
    tr -d '\r' <"$work/out" >"$work/o" && mv "$work/o" "$work/out"
    cat "$work/out" "$work/err" >>"$work/everything"
}
escape=$(printf '\033')
pty 'colour on a terminal' A=b explain $judge --file good.jwt
has out "$escape[32m✓"
pty 'no colour with NO_COLOR' NO_COLOR=1 explain $judge --file good.jwt
hasnt out "$escape"
has out '✓'
pty 'claims on a terminal' A=b verify $judge --file hostile.jwt --claims
harmless
json 'j["sub"].startswith("x\x1b]0;owned\x07\x9b31m\u202egnp\x7f\r\n")'
pty 'JSON on a terminal' A=b verify $judge --file hostile.jwt --json
harmless
json 'j["verdict"]["subject"].startswith("x\x1b]0;owned\x07\x9b31m\u202egnp\x7f\r\n")'
pty 'explanation as JSON on a terminal' A=b explain $judge --file hostile.jwt --json
harmless
pty 'keys as JSON on a terminal' A=b jwks keys-mixed.json --json
harmless
pty 'a terminal is no token' A=b verify $judge
has out 'standard input'

# ---------------------------------------------------- requests and scopes
printf 'Bearer %s\r\n' "$good" >"$work/in"
run 0 'bearer on standard input' bearer -
has out "a token of $(printf %s "$good" | wc -c) bytes in the Authorization header"
run 1 'bearer: two headers' bearer "Bearer $good, Bearer $good"
has out 'MXAUTH_BEARER_AMBIGUOUS'
run 1 'bearer: neither' bearer
has out 'MXAUTH_TOKEN_MISSING'
run 1 'bearer: another scheme' bearer 'Basic YTpi'
has out 'MXAUTH_BEARER_MALFORMED'
run 1 'bearer: a comma' bearer 'Bearer a,b'
run 0 'bearer --any-characters' bearer --any-characters 'Bearer a,b'
run 1 'bearer: an empty query' bearer --query ''
run 0 'reply by number' reply 402
has out '"soft_logout":true'
run 0 'reply as Synapse' reply 402 --config mxauth.conf -o compat=synapse
has out '"soft_logout":false'
run 0 'reply --scope' reply MXAUTH_SCOPE_INSUFFICIENT --scope 'a b'
has out 'scope="a b"'
run 0 'reply without a challenge' reply MXAUTH_ISSUER_UNAVAILABLE
hasnt out 'WWW-Authenticate'
run 2 'reply to success' reply MXAUTH_OK
run 2 'reply to nothing' reply 999
run 2 'reply: a bad scope' reply 501 --scope 'a"b'
run 2 'reply: options alone' reply 402 -o compat=synapse
run 2 'scope alone' scope
run 0 'scope inspect --json' scope inspect --json 'urn:matrix:client:api:* email'
json 'j["valid"] and j["grants"] == 1 and j["unknown_scopes"] and [t["kind"] for t in j["tokens"]] == ["api", "unknown"]'
run 1 'scope inspect: not valid' scope inspect --json 'a  b'
json 'not j["valid"] and len(j["problems"]) == 1'
run 1 'scope inspect: control characters' scope inspect "$(printf 'a\033]0;x\007\302\233')"
harmless
run 1 'scope normalise: not valid' scope normalise 'a  b'
empty out
has err 'MXAUTH_SCOPE_MALFORMED'
run 1 'scope narrow: wider' scope narrow 'openid' 'email'
empty out
run 0 'scope narrow: the same' scope narrow 'openid email'
has out 'openid email'
run 1 'scope merge: two devices' scope merge 'urn:matrix:client:device:A' 'urn:matrix:client:device:B'
has err 'MXAUTH_DEVICE_AMBIGUOUS'
run 0 'scope device-id' scope device-id
cp "$work/out" "$work/id"
run 0 'scope device-id of what was made' scope device-id --json "$(cat "$work/id")"
json 'j["valid"] and j["unreserved"] and j["long_enough"] and j["mas"] and j["length"] == 16'
run 1 'scope device-id: not valid' scope device-id 'a b'

# ------------------------------------------------------------ revoke
"$python" "$here/revocation_server.py" "$work/forms" >"$work/port" &
server=$!
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.05; done
endpoint=http://127.0.0.1:$(cat "$work/port")/revoke
revoke="revoke --config mxauth.conf -o allow_http=loopback -o issuer.revocation_uri=$endpoint"
printf 'mat_secret\n' >"$work/in"
run 0 'revoke' $revoke --hint access --client-id 'a b' -
has out 'revoked'
empty err
cp "$work/forms" "$work/out"
has out 'token=mat_secret&token_type_hint=access_token&client_id=a%20b'
run 0 'revoke --json' $revoke --json --file good.jwt
json 'j == {"status": 0, "name": "MXAUTH_OK"}'
run 2 'revoke as a client whose token it is not' $revoke --hint refresh --client-id other mat_secret
has err 'MXAUTH_ISSUER_REFUSES_US'
empty out
run 2 'revoke nothing' $revoke ''
has err 'MXAUTH_MISUSE: value: '
kill $server
wait $server 2>"$work/err"
run 2 'revoke at nobody' $revoke mat_secret
has err 'MXAUTH_ISSUER_UNAVAILABLE'
run 2 'revoke where no endpoint is known' revoke --config mxauth.conf mat_secret
has err 'MXAUTH_CONFIG_INCOMPLETE: issuer.revocation_uri: '
run 2 'revoke with another hint' $revoke --hint password mat_secret

# --------------------------------------------------------------- grants
verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk
challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM
run 0 'pkce check' pkce check $verifier $challenge
printf '%s\r\n' $verifier >"$work/in"
run 0 'pkce challenge of standard input' pkce challenge -
has out $challenge
run 1 'pkce check: another' pkce check $challenge $challenge
has out 'MXAUTH_GRANT_INVALID'
run 1 'pkce check: no method' pkce check --without-method $verifier $challenge
has out 'code_challenge_method'
run 1 'pkce challenge of none' pkce challenge short
has err 'code_verifier'
hasnt err 'short'
run 2 'pkce alone' pkce
request="client_id=c&response_type=code&state=s&code_challenge=$challenge&code_challenge_method=S256&scope=urn:matrix:client:api:*+urn:matrix:client:device:A"
run 0 'authorization-request' authorization-request --client registration.json "$request&redirect_uri=org.example.chat.ios:/cb"
has out 'org.example.chat.ios:/cb'
printf '?%s\n' "$request&redirect_uri=http://127.0.0.1:1/cb" >"$work/in"
run 0 'authorization-request on standard input' authorization-request --client registration.json - --json
json 'j["valid"] and j["request"]["device_id"] == "A" and j["request"]["response_mode"] == "query"'
run 1 'authorization-request: create' authorization-request --client registration.json --json "$request&redirect_uri=http://127.0.0.1/cb&prompt=create"
json 'not j["valid"] and j["error"] == "invalid_request" and j["redirect"] and j["reply"]["state"] == "s"'
run 0 'authorization-request: create, offered' authorization-request --client registration.json --prompt-create "$request&redirect_uri=http://127.0.0.1/cb&prompt=create"
run 1 'authorization-request: hostile' authorization-request --client registration.json "$request&redirect_uri=https://chat.example.org/cb&x%1B%5D0;=1&x%1B%5D0;=2"
harmless
run 1 'authorization-request: of no client' authorization-request --client good.jwt "$request"
has err 'client'
run 2 'authorization-request: no such file' authorization-request --client no-such-file "$request"
run 2 'authorization-request without a client' authorization-request "$request"
run 0 'refresh' refresh refresh:1 access:2 refresh:2
has out 'issued 3'
run 1 'refresh: a retired token' refresh refresh:1 access:2 refresh:1
has out 'session revoked'
run 0 'refresh: the end' refresh refresh:1 revoke
run 1 'refresh: after the end' refresh revoke refresh:1
run 2 'refresh: never issued' refresh refresh:2
has err 'never issued'
for event in refresh refresh: refresh:x refresh:-1 refresh:1:2 revoke:1 use:1 access:18446744073709551616; do run 2 "refresh: $event" refresh "$event"; done
run 2 'refresh of nothing' refresh
run 0 'device-grant' device-grant poll@0 approve poll@1
has out 'tokens'
run 1 'device-grant: denied' device-grant poll@0 deny poll@5
has out 'access_denied'
run 1 'device-grant: slow down' device-grant --interval 60 poll@0 poll@59
has out '65'
for event in poll poll@ poll@x poll@-1 poll@1@2 accept; do run 2 "device-grant: $event" device-grant "$event"; done
run 2 'device-grant of nothing' device-grant
# ------------------------------------- requests, devices, cross-signing
run 1 'authorize --reply' authorize --reply --scope openid GET $api/sync
has out 'HTTP/1.1 403'
has out 'scope="urn:matrix:client:api:*"'
run 1 'authorize --reply without a token' authorize --reply GET $api/sync
has out 'HTTP/1.1 401'
hasnt out 'scope='
run 0 'authorize --reply of what is allowed' authorize --reply GET $api/login
has out 'allowed'
run 2 'authorize --reply --json' authorize --reply --json GET $api/sync

run 0 'transaction-key' transaction-key $judge --file good.jwt PUT $api/sendToDevice/m.x/%74
has out ' PUT /_matrix/client/v3/sendToDevice/m.x/t'
empty err
run 1 'transaction-key of an expired token' transaction-key --config mxauth.conf --at 1800001000 --file good.jwt PUT $api/sendToDevice/a/t
has err 'MXAUTH_EXPIRED'
run 1 'transaction-key without a token' transaction-key PUT $api/sendToDevice/a/t
has err 'MXAUTH_TOKEN_MISSING'
run 1 'transaction-key: no endpoint' transaction-key --oauth --user @a:b --device D PUT $api/sendToDevice/a/..
has err 'MXAUTH_ENDPOINT_UNKNOWN'
run 1 'transaction-key: no device' transaction-key --legacy --user @a:b PUT $api/sendToDevice/a/t
has err 'device_id'
run 0 'transaction-key: an application service' transaction-key --appservice --user @a:b PUT $api/sendToDevice/a/t
run 2 'transaction-key: two senders' transaction-key --guest --oauth --user @a:b PUT $api/sendToDevice/a/t
run 2 'transaction-key: a user of nobody' transaction-key --user @a:b PUT $api/sendToDevice/a/t

run 0 'uia' uia --legacy POST $api/keys/device_signing/upload
has out "the server's own stages"
run 0 'uia of an expired token where it does not matter' uia --config mxauth.conf --at 1800001000 --file good.jwt GET $api/sync
run 1 'uia of an expired token' uia --config mxauth.conf --at 1800001000 --file good.jwt DELETE $api/devices/A
has err 'MXAUTH_EXPIRED'
run 1 'uia: no endpoint' uia --oauth DELETE $api/devices
run 1 'device: another endpoint' device --oauth GET $api/devices/A
has err 'MXAUTH_INPUT_INVALID'
run 1 'device: stages' device --legacy DELETE $api/devices/A
run 0 'device: deleted' device --appservice POST $api/delete_devices
printf '{' >"$work/in"
run 1 'appservice-registration: not JSON' appservice-registration -
has err 'body'

printf '{"master_keys": {}}' >"$work/in"
run 1 'cross-signing check: a misspelt name' cross-signing check - cross-signing.json
has err 'stored'
run 2 'cross-signing check: no such file' cross-signing check cross-signing.json nothing.json
run 2 'cross-signing stage: no target' cross-signing stage --session a
run 1 'cross-signing stage: a bad session' cross-signing stage --session 'a b' --uri https://a.example/
run 0 'cross-signing stage' cross-signing stage --session a --metadata overrides.json --repeated
json 'j["errcode"] == "M_FORBIDDEN" and j["params"]["m.oauth"]["url"] == "https://auth.example.org/account/"'
printf '{"auth": {"session": "\\u001b[2J"}}' >"$work/in"
run 0 'cross-signing retry: a hostile session' cross-signing retry -
has out '\u{1b}[2J'
harmless

# ------------------------------------------------- tables, pages, version
run 0 'options' options
has out 'issuer.require_api_scope'
empty err
run 0 'options --markdown' options --markdown
if cmp -s "$work/out" "$root/docs/options.md"; then pass; else fail 'docs/options.md is stale: make docs'; fi
run 0 'statuses' statuses
has out 'MXAUTH_AUDIENCE_MISMATCH'
run 0 'statuses --markdown' statuses --markdown
if cmp -s "$work/out" "$root/docs/status-codes.md"; then pass; else fail 'docs/status-codes.md is stale: make docs'; fi
run 0 'version' --version
has out 'libmxauth 0.'
run 0 'help' verify --help
has out '--server-name'

for page in README.md docs/cli.md; do
    name="examples in $page"
    "$python" "$here/examples.py" "$binary" "$root/$page" >"$work/out" 2>"$work/err"
    if [ $? = 0 ]; then pass; else fail "$page is stale: make docs"; fi
done
sed -n '/^```c$/,/^```$/p' "$root/README.md" | grep -v '^```' >"$work/readme.c"
: >"$work/out"
if [ -s "$work/readme.c" ] && ${CC:-cc} -std=c11 -Wall -Wextra -Werror -pedantic -fsyntax-only \
    -I"$root/include" "$work/readme.c" 2>"$work/err"; then pass; else fail 'the C example in README.md'; fi

# ---------------------------------------------------- no token anywhere
name='no token in any output'
cp "$work/everything" "$work/out"
: >"$work/err"
for token in *.jwt; do
    for part in $(tr . ' ' <"$token"); do hasnt out "$part"; done
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
