// SPDX-License-Identifier: Apache-2.0

// Package mxauth answers, for each request to a Matrix homeserver, whether the bearer of its access token may make it.
// It is libmxauth, with one call of C for each answer.
//
// A Validator is made once from Options and shared by all goroutines. Validate judges a token, and waits for its
// issuer, if it has to, as long as a context allows. A Guard does all that is to be done about a request, as an
// http.Handler. The other functions are what else a homeserver or an authorization server has to decide: docs/matrix.md
// goes through them.
//
//	validator, err := mxauth.New(mxauth.Options{
//		ServerName: "example.org",
//		Issuers: []mxauth.Issuer{{
//			Name:     "https://auth.example.org/",
//			Audience: []string{"https://matrix.example.org"},
//		}},
//	})
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer validator.Close()
//	http.ListenAndServe(":8008", mxauth.Guard{Validator: validator}.Wrap(homeserver))
package mxauth
