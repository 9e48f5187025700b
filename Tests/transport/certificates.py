# SPDX-License-Identifier: Apache-2.0
"""A certification authority for the tests, and servers' certificates of it: good and otherwise."""
import datetime
import ipaddress
import os
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    def __init__(self, folder, name="Test CA"):
        self._folder, self._name, self._key = folder, name, ec.generate_private_key(ec.SECP256R1())
        public = self._key.public_key()
        usage = x509.KeyUsage(
            digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
            key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
            decipher_only=False)
        builder = self._builder(name, public, -DAY, DAY).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True).add_extension(usage, critical=True)
        self.file = os.path.join(folder, name.replace(" ", "-") + ".pem")
        self._write(self.file, builder.sign(self._key, hashes.SHA256()))

    def _builder(self, subject, public, begin, end):
        now = datetime.datetime.now(datetime.timezone.utc)
        return (
            x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name(self._name)).public_key(public)
            .serial_number(x509.random_serial_number()).not_valid_before(now + begin).not_valid_after(now + end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False))

    @staticmethod
    def _write(path, certificate):
        with open(path, "wb") as file:
            file.write(certificate.public_bytes(serialization.Encoding.PEM))

    def context(self, host=None, begin=-DAY, end=DAY):
        """For a server that proves to be `host` (nothing: 127.0.0.1 and localhost) between `begin` and `end`."""
        names = [x509.DNSName(host)] if host else [
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(host or "localhost", key.public_key(), begin, end)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False).add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        base = os.path.join(self._folder, f"server-{x509.random_serial_number()}")
        self._write(base + ".pem", builder.sign(self._key, hashes.SHA256()))
        with open(base + ".key", "wb") as file:
            file.write(key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(base + ".pem", base + ".key")
        return context
