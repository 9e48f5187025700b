// SPDX-License-Identifier: Apache-2.0

package mxauth

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func read(t *testing.T, names ...string) string {
	t.Helper()
	text := ""
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text += string(content)
	}
	return text
}

func sources(t *testing.T, pattern string) (names []string) {
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatal(err)
	}
	for _, name := range found {
		if !strings.HasSuffix(name, "_test.go") {
			names = append(names, name)
		}
	}
	return names
}

// TestHeaderIsComplete: each function of mxauth.h is called, and each constant has its value in Go.
func TestHeaderIsComplete(t *testing.T) {
	header := read(t, "../../include/mxauth.h")
	code := read(t, append(sources(t, "*.go"), "shim.c")...)
	replaced := map[string]string{
		"mxauth_validate_wait":  "would hold a thread; Validate waits",
		"mxauth_clear_events":   "events.go reads the descriptor",
		"mxauth_transport_stop": "mxauth_validator_free does it",
	}
	functions := regexp.MustCompile(`(?m)^[^ */#].*[ *](mxauth_[a-z_]+)\(`).FindAllStringSubmatch(header, -1)
	if len(functions) < 60 {
		t.Fatalf("%d functions", len(functions))
	}
	for _, function := range functions {
		called := regexp.MustCompile(`\b` + function[1] + `\(`).MatchString(code)
		if called == (replaced[function[1]] != "") {
			t.Errorf("%s: called: %v", function[1], called)
		}
	}
	values := regexp.MustCompile(`(?m)^(?:#define|) +(MXAUTH_[A-Z0-9_]+)(?: |\(n)`).FindAllStringSubmatch(header, -1)
	unnamed := regexp.MustCompile(`^MXAUTH_(VERSION_.*|CLOCK_.*|GRANT_.*|.*_INIT)$`)
	for _, value := range values {
		status, isStatus := statusNamed(value[1])
		if isStatus && strings.Contains(code, " Status = "+status) || unnamed.MatchString(value[1]) {
			continue
		}
		if !regexp.MustCompile(`\bC\.` + value[1] + `\b`).MatchString(code) {
			t.Errorf("%s is not there in Go", value[1])
		}
	}
}

func statusNamed(name string) (value string, found bool) {
	for _, info := range Statuses() {
		if info.Name == name {
			return strconv.Itoa(int(info.Status)), true
		}
	}
	return "", false
}

// TestGrantsAreTheHeaders: what Go has for MXAUTH_GRANT_… are numbers, as C's are no constants to cgo.
func TestGrantsAreTheHeaders(t *testing.T) {
	header := read(t, "../../include/mxauth.h")
	found := regexp.MustCompile(`MXAUTH_GRANT_([A-Z_]+) +\(\(uint64_t\)1 << (\d+)\)`).FindAllStringSubmatch(header, -1)
	names := map[string]Grants{
		"CLIENT_API": GrantClientAPI, "OPENID": GrantOpenID, "SYNAPSE_ADMIN": GrantSynapseAdmin,
		"MAS_ADMIN": GrantMASAdmin,
		"GUEST":     GrantGuest, "APPSERVICE": GrantAppservice, "SERVER_ADMINISTRATION": GrantServerAdministration,
		"ROOMS_IS_JOINED": GrantRoomsIsJoined,
	}
	if len(found) != len(names) {
		t.Errorf("%d grants in the header, %d here", len(found), len(names))
	}
	for _, grant := range found {
		if bit := names[grant[1]]; bit == 0 || bit != 1<<number(t, grant[2]) {
			t.Errorf("%s: %b", grant[1], bit)
		}
	}
}

func number(t *testing.T, text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// TestDocumentation: each exported name has a comment, its own or that of its group.
func TestDocumentation(t *testing.T) {
	set := token.NewFileSet()
	files := map[string]*ast.File{}
	for _, name := range sources(t, "*.go") {
		file, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = file
	}
	//lint:ignore SA1019 go/doc has no other way to a package
	documented := doc.New(&ast.Package{Name: "mxauth", Files: files}, "mxauth", 0)
	if len(documented.Doc) < 500 {
		t.Error("the package's own comment")
	}
	names := 0
	check := func(name, comment string) {
		names++
		if ast.IsExported(name) && len(strings.TrimSpace(comment)) < 10 {
			t.Errorf("%s has no comment", name)
		}
	}
	values := func(values []*doc.Value) {
		for _, value := range values {
			check(value.Names[0], value.Doc)
		}
	}
	functions := func(functions []*doc.Func) {
		for _, function := range functions {
			check(function.Name, function.Doc)
		}
	}
	values(documented.Consts)
	values(documented.Vars)
	functions(documented.Funcs)
	for _, kind := range documented.Types {
		check(kind.Name, kind.Doc)
		values(kind.Consts)
		values(kind.Vars)
		functions(kind.Funcs)
		functions(kind.Methods)
	}
	if names < 100 {
		t.Errorf("%d names", names)
	}
}
