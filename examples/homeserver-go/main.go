// SPDX-License-Identifier: Apache-2.0

// A homeserver that is small but real: a client can ask who it is, create rooms, send into them, sync and log out. It
// keeps everything in memory. Every request is judged by libmxauth before the homeserver sees it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"mxauth"
)

type homeserver struct {
	validator    *mxauth.Validator
	name, issuer string
	metadata     json.RawMessage
	mutex        sync.Mutex
	rooms        map[string]string          // Who created each: its only member.
	sent         map[string]string          // The event of each transaction.
	keys         map[string]json.RawMessage // Each user's cross-signing keys, as they were uploaded.
}

// refusal is an answer other than 200.
type refusal struct {
	status   int
	document any
}

func (r refusal) Error() string { return http.StatusText(r.status) }

func refuse(status int, errcode, text string) error {
	return refusal{status, map[string]string{"errcode": errcode, "error": text}}
}

// ServeHTTP answers what the guard has let through, by the segments of the path, decoded once as the guard does it.
func (h *homeserver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/_matrix/client/"), "/")
	for n := range path {
		path[n], _ = url.PathUnescape(path[n])
	}
	status := http.StatusOK
	document, err := h.answer(r, path)
	switch why := err.(type) {
	case *mxauth.Error:
		status, document = why.HTTPStatus, json.RawMessage(h.validator.Reply(why.Status, nil).Body)
	case refusal:
		status, document = why.status, why.document
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(document)
}

func (h *homeserver) answer(r *http.Request, path []string) (any, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 65536))
	if err != nil {
		return nil, refuse(http.StatusRequestEntityTooLarge, "M_TOO_LARGE", "The request is too large.")
	}
	verdict, _ := mxauth.FromContext(r.Context())
	endpoint := r.Method + " " + strings.Join(path, "/")
	if endpoint == "POST v3/logout" {
		return struct{}{}, h.logOut(r, verdict) // It may wait for the issuer, and nobody else has to.
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if len(path) == 6 && r.Method == "PUT" && path[1] == "rooms" && path[3] == "send" {
		return h.send(r, verdict, path[2], body)
	}
	switch endpoint {
	case "GET versions":
		return map[string]any{"versions": []string{"v1.11", "v1.18"}}, nil
	case "GET v1/auth_metadata":
		return h.metadata, nil
	case "GET v3/login":
		return mxauth.LoginFlows(mxauth.LoginSSO|mxauth.LoginOAuthAwarePreferred, nil)
	case "GET v3/account/whoami":
		return map[string]string{"user_id": verdict.UserID(), "device_id": verdict.DeviceID()}, nil
	case "GET v3/sync":
		return map[string]any{"next_batch": "1", "rooms": struct{}{}}, nil
	case "POST v3/createRoom":
		room := fmt.Sprintf("!%d:%s", len(h.rooms)+1, h.name)
		h.rooms[room] = verdict.UserID()
		return map[string]string{"room_id": room}, nil
	case "POST v3/keys/device_signing/upload":
		return h.uploadKeys(verdict.UserID(), body)
	}
	return nil, refuse(http.StatusNotFound, "M_UNRECOGNIZED", "Not served here.")
}

// send gives a repeated request the event that it had the first time (MSC3970).
func (h *homeserver) send(r *http.Request, verdict *mxauth.Verdict, room string, body []byte) (any, error) {
	transaction, err := h.validator.TransactionKey(verdict, r.Method, r.URL.EscapedPath())
	switch {
	case err != nil:
		return nil, err
	case !json.Valid(body):
		return nil, refuse(http.StatusBadRequest, "M_NOT_JSON", "The event is not JSON.")
	case h.rooms[room] != verdict.UserID():
		return nil, refuse(http.StatusForbidden, "M_FORBIDDEN", "You are not in that room.")
	case h.sent[transaction] == "":
		h.sent[transaction] = fmt.Sprintf("$%d", len(h.sent)+1)
	}
	return map[string]string{"event_id": h.sent[transaction]}, nil
}

// uploadKeys decides about cross-signing keys (MSC3967, MSC4312). Nobody can approve a reset here: it stays refused.
func (h *homeserver) uploadKeys(user string, body []byte) (any, error) {
	if h.keys[user] == nil {
		h.keys[user] = json.RawMessage("{}")
	}
	session, err := mxauth.CrossSigningRetry(body)
	if err != nil {
		return nil, err
	}
	switch decision, err := mxauth.CheckCrossSigning(h.keys[user], body); {
	case err != nil:
		return nil, err
	case decision == mxauth.CrossSigningUIA:
		repeated := session != ""
		if !repeated {
			session, _ = mxauth.GenerateDeviceID()
		}
		stage, err := mxauth.CrossSigningStage(h.issuer+"account", session, repeated)
		if err == nil {
			err = refusal{http.StatusUnauthorized, stage}
		}
		return nil, err
	case decision == mxauth.CrossSigningFirst:
		upload, keys := map[string]json.RawMessage{}, map[string]json.RawMessage{}
		json.Unmarshal(body, &upload)
		for _, name := range []string{"master_key", "self_signing_key", "user_signing_key"} {
			keys[name] = upload[name]
		}
		h.keys[user], _ = json.Marshal(keys)
	}
	return struct{}{}, nil
}

// logOut ends the device's tokens here, from the next request on, and asks the issuer to revoke this one.
func (h *homeserver) logOut(r *http.Request, verdict *mxauth.Verdict) error {
	token, err := mxauth.BearerToken(r, 0)
	if err == nil && verdict.DeviceID() != "" {
		err = h.validator.Revoke(mxauth.RevokeDevice, verdict.UserID()+" "+verdict.DeviceID(), time.Time{})
	}
	if err != nil {
		return err
	}
	err = h.validator.RevokeAtIssuer(r.Context(), verdict.Issuer(), token, mxauth.TokenHintAccess, verdict.ClientID())
	if err != nil {
		log.Print(err) // It is refused here all the same.
	}
	return nil
}

// main takes a server name, an issuer, its auth_metadata, and options as in docs/options.md.
func main() {
	if len(os.Args) < 4 {
		log.Fatal("usage: homeserver SERVER_NAME ISSUER METADATA NAME=VALUE...")
	}
	h := &homeserver{name: os.Args[1], issuer: os.Args[2], metadata: json.RawMessage(os.Args[3]),
		rooms: map[string]string{}, sent: map[string]string{}, keys: map[string]json.RawMessage{}}
	options := mxauth.Options{ServerName: h.name}
	for _, argument := range append([]string{"issuer=" + h.issuer}, os.Args[4:]...) {
		name, value, _ := strings.Cut(argument, "=")
		options.More = append(options.More, mxauth.Option{Name: name, Value: value})
	}
	for _, problem := range must(mxauth.CheckMetadata(h.metadata, h.issuer)).Problems {
		log.Printf("auth_metadata: %s: %s", problem.Member, problem.Rule)
	}
	h.validator = must(mxauth.New(options))
	defer h.validator.Close()
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	fmt.Printf("http://%s/\n", listener.Addr())
	server := &http.Server{Handler: mxauth.Guard{Validator: h.validator}.Wrap(h)}
	ended, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go server.Serve(listener)
	<-ended.Done()
	server.Shutdown(context.Background())
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
