# SPDX-License-Identifier: Apache-2.0
"""The text of an answer and the HTTP response around it, changed."""
from draft import BIG, change


@change
def duplicates(draft):
    name, first, second = draft.random.choice([
        ("active", b"false", b"true"), ("active", b"true", b"true"), ("username", b'"mallory"', b'"alice"'),
        ("username", b'"alice"', b'"mallory"'), ("scope", b'"openid"', b'"openid"'), ("device_id", b'"X"', b'"Y"'),
        ("expires_in", b"0", b"300"), ("expires_in", b"300", b"0"), ("name", b"1", b"2"),
        ("name", b"1", b'{"a": 1, "a": 2}')])
    draft.drop(name)
    again = draft.random.choice([name, "\\u%04x" % ord(name[0]) + name[1:]])
    draft.rewrites.append(
        lambda body: body[:-1] + b', "%s": %s, "%s": %s}' % (name.encode(), first, again.encode(), second))


@change
def no_object(draft):
    texts = b"[]", b"[{}]", b'"active"', b"true", b"null", b"1", b'["active", true]', b"{}"
    text = draft.random.choice([*texts, b"[%s]"])
    draft.rewrites.append(lambda body: text.replace(b"%s", body))


@change
def no_json(draft):
    draft.rewrites.append(draft.random.choice([
        lambda body: b"", lambda body: body[:-1], lambda body: body + b"}", lambda body: body[:-1] + b",}",
        lambda body: body.replace(b'"', b"'"), lambda body: b"<html></html>", lambda body: b"\xef\xbb\xbf" + body,
        lambda body: body.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass"), lambda body: body + b" x",
        lambda body: body[:-1] + b', "n": NaN}', lambda body: body[:-1] + b', "n": -Infinity}',
        lambda body: body[:-1] + b', "n": 01}', lambda body: body[:-1] + b', "s": "\xff"}',
        lambda body: body[:-1] + b', "s": "\xed\xa0\x80"}', lambda body: body[:-1] + b', "s": "a\nb"}',
        lambda body: body[:-1] + b', "s": "\\x"}', lambda body: body + body, lambda body: b"// x\n" + body]))


@change
def white_space(draft):
    draft.rewrites.append(lambda body: b" \r\n\t" + body.replace(b": ", b" :\n") + b"\n\n")


@change
def lone_surrogates(draft):
    text = draft.random.choice([b'"\\ud83d"', b'"\\udd11"', b'["x\\ud83dx"]'])
    name = draft.random.choice([b"name", b"name", b"username", b"device_id", b"x\\ud83d"])
    draft.drop(name.decode())
    draft.rewrites.append(lambda body: body[:-1] + b', "%s": %s}' % (name, text))


@change
def zeros(draft):
    draft.put(draft.random.choice(["name", "username", "device_id", "x\0", "sub"]), "\0", "ali\0ce", "alice\0")


@change
def numbers(draft):
    """In a member that nobody reads."""
    text = draft.random.choice([
        b"%d" % BIG, b"-%d" % 2 ** 70, b"1e999", b"-1E+400", b"9223372036854775808", b"1e-999", b"9223372036854775807"])
    draft.rewrites.append(lambda body: body[:-1] + b', "number": %s}' % text)


@change
def complexity(draft):
    depth, members = draft.random.choice([(31, 0), (32, 0), (60, 0), (200, 0), (0, 400), (0, 600), (0, 3000)])
    more = b', "deep": ' + b"[" * depth + b"]" * depth if depth else b"".join(b', "m%d": 1' % n for n in range(members))
    draft.rewrites.append(lambda body: body[:-1] + more + b"}")


@change
def http_status(draft):
    draft.status = draft.random.choice([204, 400, 401, 403, 404, 405, 410, 413, 429, 500, 502, 503])
    if draft.random.random() < 0.5:
        draft.members = {"error": draft.random.choice(["invalid_client", "invalid_request", "access_denied"])}


@change
def other_success(draft):
    draft.status = draft.random.choice([201, 202, 203, 206])


@change
def redirect(draft):
    draft.status = draft.random.choice([301, 302, 303, 307, 308])


@change
def content_type(draft):
    draft.content_type = draft.random.choice([
        None, "application/json; charset=utf-8", "APPLICATION/JSON", "application/problem+json", "text/html",
        "text/plain", "application/octet-stream", "application/x-www-form-urlencoded"])


@change
def size(draft):
    """Beyond our limit, and beyond Synapse's."""
    length = draft.random.choice([60_000, 66_000, 200_000, 1_000_000, 1_100_000])
    draft.rewrites.append(lambda body: body + b" " * length)
