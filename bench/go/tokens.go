// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"

	"mxauth"
)

const coldTokens = 40

var algorithms = []string{"RS256", "PS256", "ES256", "EdDSA"}

// signers is an issuer's keys.
type signers struct {
	rsa     *rsa.PrivateKey
	ec      *ecdsa.PrivateKey
	edwards ed25519.PrivateKey
}

func newSigners() *signers {
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	return &signers{
		must(rsa.GenerateKey(rand.Reader, 2048)), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), must(edwards,
			err)}
}

func (s *signers) validator() *mxauth.Validator {
	x, y := make([]byte, 32), make([]byte, 32)
	keys := fmt.Sprintf(`{"keys":[{"kty":"RSA","kid":"RSA","n":%q,"e":"AQAB"},
		{"kty":"EC","crv":"P-256","kid":"EC","x":%q,"y":%q},
		{"kty":"OKP","crv":"Ed25519","kid":"OKP","x":%q}]}`, encode(s.rsa.N.Bytes()), encode(s.ec.X.FillBytes(x)),
		encode(s.ec.Y.FillBytes(y)), encode(s.edwards.Public().(ed25519.PublicKey)))
	return must(mxauth.New(mxauth.Options{ServerName: "example.org", Offline: true, Issuers: []mxauth.Issuer{{
		Name: "https://auth.example.org/", Audience: []string{"https://matrix.example.org"}, Keys: keys}}}))
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

func (s *signers) signMany(algorithm string, rows, columns int) [][]string {
	tokens := make([][]string, rows)
	for row := range tokens {
		for column := 0; column < columns; column++ {
			tokens[row] = append(tokens[row], s.sign(algorithm, fmt.Sprintf("%s-%d-%d", algorithm, row, column)))
		}
	}
	return tokens
}

func (s *signers) sign(algorithm, id string) string {
	now := time.Now().Unix()
	kid := map[string]string{"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}[algorithm]
	header := must(json.Marshal(map[string]string{"alg": algorithm, "kid": kid, "typ": "at+jwt"}))
	payload := must(json.Marshal(map[string]any{"iss": "https://auth.example.org/", "aud": "https://matrix.example.org",
		"sub": "01HXYZ", "client_id": "01CLIENT", "username": "alice", "iat": now, "exp": now + 3600, "jti": id,
		"scope": "openid urn:matrix:client:api:* urn:matrix:client:device:ABCDEFGHIJ"}))
	text := encode(header) + "." + encode(payload)
	digest := sha256.Sum256([]byte(text))
	var signature []byte
	switch algorithm {
	case "RS256":
		signature = must(rsa.SignPKCS1v15(rand.Reader, s.rsa, crypto.SHA256, digest[:]))
	case "PS256":
		signature = must(rsa.SignPSS(rand.Reader, s.rsa, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: 32}))
	case "ES256":
		r, t, err := ecdsa.Sign(rand.Reader, s.ec, digest[:])
		signature = append(must(r, err).FillBytes(make([]byte, 32)), t.FillBytes(make([]byte, 32))...)
	case "EdDSA":
		signature = ed25519.Sign(s.edwards, []byte(text))
	}
	return text + "." + encode(signature)
}

// verifier is the least that a program in Go has to do about a signature: no JSON is read, and no claim looked at.
func (s *signers) verifier(algorithm string) func(token string) bool {
	verify := map[string]func(text, signature []byte) bool{
		"RS256": func(text, signature []byte) bool {
			digest := sha256.Sum256(text)
			return rsa.VerifyPKCS1v15(&s.rsa.PublicKey, crypto.SHA256, digest[:], signature) == nil
		},
		"PS256": func(text, signature []byte) bool {
			digest := sha256.Sum256(text)
			return rsa.VerifyPSS(&s.rsa.PublicKey, crypto.SHA256, digest[:], signature, nil) == nil
		},
		"ES256": func(text, signature []byte) bool {
			digest := sha256.Sum256(text)
			r, t := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
			return ecdsa.Verify(&s.ec.PublicKey, digest[:], r, t)
		},
		"EdDSA": func(text, signature []byte) bool {
			return ed25519.Verify(s.edwards.Public().(ed25519.PublicKey), text, signature)
		},
	}[algorithm]
	return func(token string) bool {
		dot := strings.LastIndexByte(token, '.')
		signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
		return err == nil && verify([]byte(token[:dot]), signature)
	}
}
