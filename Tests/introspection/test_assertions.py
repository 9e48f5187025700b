# SPDX-License-Identifier: Apache-2.0
"""How we prove to an issuer who asks, with a key: private_key_jwt (RFC 7523, OpenID Connect Core section 9)."""
import os
import threading

import mxauth
from callers import ASSERTION_TYPE, PrivateKeyJwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from introspecting import IntrospectionCase
from joserfc import jwk

# Each key with the algorithm that it signs with.
KINDS = {
    "RSA": (lambda: rsa.generate_private_key(65537, 2048), ("RS256", "PS256")),
    "P-256": (lambda: ec.generate_private_key(ec.SECP256R1()), ("ES256",)),
    "P-384": (lambda: ec.generate_private_key(ec.SECP384R1()), ("ES384",)),
    "P-521": (lambda: ec.generate_private_key(ec.SECP521R1()), ("ES512",)),
    "Ed25519": (ed25519.Ed25519PrivateKey.generate, ("EdDSA", "Ed25519")),
}


def pem(key, form=serialization.PrivateFormat.PKCS8):
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def public(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


class AnyAlgorithm(PrivateKeyJwt):
    """Takes whichever of `algorithms` the assertion is signed with."""

    def __init__(self, key, algorithms, audiences=()):
        super().__init__("us", jwk.import_key(public(key), "RSA" if "RS256" in algorithms else (
            "OKP" if "EdDSA" in algorithms else "EC")), audiences, None)
        self.algorithms = algorithms

    def refusal(self, request):
        refusals = []
        for self.algorithm in self.algorithms:
            refusals.append(super().refusal(request))
            if not refusals[-1]:
                return None
        return refusals[-1]


class Assertions(IntrospectionCase):
    def setUp(self):
        self.private = ec.generate_private_key(ec.SECP256R1())

    def begin(self, kind="P-256", key=None, text=None, options=(), signer=None):
        """`signer`: the key that the endpoint takes for ours."""
        key = key or self.private
        caller = AnyAlgorithm(signer or key, KINDS[kind][1])
        text = pem(key) if text is None else text
        self.start(
            *options, auth=(("client_auth", "private_key_jwt"), ("client_id", "us"), ("client_key", text)),
            caller=caller)
        caller.audiences = [self.server.origin, self.endpoint.url]
        return caller

    def accept(self):
        self.assertStatus(self.v.wait(self.opaque()), mxauth.OK)
        return self.endpoint.caller.assertions[-1]

    def test_each_kind_of_key(self):
        for kind, (make, _) in KINDS.items():
            with self.subTest(kind):
                caller = self.begin(kind, make())
                self.assertStatus(self.v.wait(self.opaque()), mxauth.OK)
                self.assertIsNone(caller.problem)

    def test_older_forms_of_pem(self):
        for kind in ("RSA", "P-256"):
            with self.subTest(kind):
                key = KINDS[kind][0]()
                self.begin(kind, key, pem(key, serialization.PrivateFormat.TraditionalOpenSSL))
                self.accept()

    def test_key_from_a_file(self):
        path = os.path.join(self.folder(), "key.pem")
        with open(path, "w", encoding="ascii") as file:
            file.write(pem(self.private))
        caller = AnyAlgorithm(self.private, ("ES256",))
        self.start(
            auth=(("client_auth", "private_key_jwt"), ("client_id", "us"), ("client_key_file", path)), caller=caller)
        caller.audiences = [self.server.origin]
        self.accept()

    def test_form(self):
        self.begin()
        self.accept()
        last = self.endpoint.last
        self.assertEqual(last.headers_of("Authorization"), [])
        self.assertEqual(
            set(last.form) - {"client_id"},
            {"token", "token_type_hint", "client_assertion", "client_assertion_type"})
        self.assertEqual(last.form["client_assertion_type"], ASSERTION_TYPE)
        self.assertEqual(last.form["client_assertion"].count("."), 2)

    def test_claims(self):
        self.begin()
        header, claims = self.accept()
        self.assertEqual((claims["iss"], claims["sub"]), ("us", "us"))
        self.assertLessEqual(set(claims), {"iss", "sub", "aud", "exp", "iat", "nbf", "jti"})
        self.assertGreaterEqual(set(claims), {"iss", "sub", "aud", "exp", "iat", "jti"})
        for name in ("exp", "iat"):
            self.assertIs(type(claims[name]), int)
        self.assertWithin(10, claims["exp"] - claims["iat"], 600)
        self.assertEqual(claims["iat"], self.now)
        self.assertGreaterEqual(len(claims["jti"]), 16, "nobody can guess it")
        self.assertEqual(header["alg"], "ES256")
        self.assertNotIn("jwk", header)
        self.assertNotIn("none", header["alg"])

    def test_audience_is_the_issuer(self):
        """draft-ietf-oauth-rfc7523bis: nothing else, as another server could pass the assertion on."""
        self.begin()
        _, claims = self.accept()
        self.assertIn(claims["aud"], (self.server.origin, [self.server.origin]))

    def test_key_id(self):
        self.begin(options=(("client_key_id", "key-1"),))
        self.assertEqual(self.accept()[0]["kid"], "key-1")

    def test_key_id_is_text_of_json(self):
        self.begin(options=(("client_key_id", 'a"b\\c\u00e9'),))
        self.assertEqual(self.accept()[0]["kid"], 'a"b\\c\u00e9')

    def test_jti_is_never_used_twice(self):
        """The endpoint has a memory for them, and all are accepted."""
        caller = self.begin()
        tokens = [self.opaque() for _ in range(40)]
        for status in mxauth.on_threads(8, lambda at: [self.v.wait(token) for token in tokens[at * 5:at * 5 + 5]]):
            self.assertEqual(status, [mxauth.OK] * 5)
        self.assertEqual(len({claims["jti"] for _, claims in caller.assertions}), 40)

    def test_validators_do_not_share_numbers(self):
        seen = []
        for _ in range(3):
            self.begin()
            seen.append(self.accept()[1]["jti"])
        self.assertEqual(len(set(seen)), 3)

    def test_assertion_is_not_kept_for_later(self):
        self.begin()
        first = self.accept()[1]
        self.clock.advance(30)
        second = self.accept()[1]
        self.assertEqual(second["iat"] - first["iat"], 30)

    def test_another_key(self):
        caller = self.begin(signer=ec.generate_private_key(ec.SECP256R1()))
        self.assertStatus(self.v.wait(self.opaque()), mxauth.ISSUER_REFUSES_US)
        self.assertEqual(caller.assertions, [])

    def test_another_client(self):
        self.begin().client_id = "them"
        self.assertStatus(self.v.wait(self.opaque()), mxauth.ISSUER_REFUSES_US)

    def test_another_audience(self):
        self.begin().audiences = ["https://elsewhere.test"]
        self.assertStatus(self.v.wait(self.opaque()), mxauth.ISSUER_REFUSES_US)

    def test_keys_that_cannot_sign(self):
        encrypted = self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"password")).decode()
        whole = pem(self.private)
        small = pem(rsa.generate_private_key(65537, 1024))
        for text in ("", "x", whole[:100], public(self.private).decode(), encrypted, small,
                     whole.replace("PRIVATE KEY", "CERTIFICATE")):
            with self.subTest(text[:40]):
                hung = threading.Timer(20, os._exit, (3,))  # a question for a password waits for ever
                hung.start()
                with self.assertRaises(mxauth.Refused) as refused:
                    self.begin(text=text)
                hung.cancel()
                self.assertStatus(
                    refused.exception.status, mxauth.OPTION_INVALID, mxauth.KEY_SET_INVALID,
                    mxauth.CONFIG_INCOMPLETE)
                if len(text) > 40:
                    self.assertNotIn(text.splitlines()[1][:16], str(refused.exception))
