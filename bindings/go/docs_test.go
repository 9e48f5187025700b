// SPDX-License-Identifier: Apache-2.0

package mxauth

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// TestDocumentsCompile: each block of Go in the documents is a file that compiles without a complaint of vet, and the
// first program does what it says.
func TestDocumentsCompile(t *testing.T) {
	if raceDetector {
		t.Skip("nothing is run in this process")
	}
	binding, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	module := fmt.Sprintf("module docs\n\ngo 1.19\n\nrequire mxauth v0.0.0\n\nreplace mxauth => %s\n", binding)
	files := map[string]string{"go.mod": module}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)\n```").FindAllStringSubmatch(read(t, "../../docs/go.md",
		"README.md"), -1)
	if len(blocks) < 3 {
		t.Fatalf("%d blocks", len(blocks))
	}
	for n, block := range blocks {
		files[fmt.Sprintf("block%d/block.go", n)] = block[1]
	}
	for name, text := range files {
		path := filepath.Join(work, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golang := func(arguments ...string) (string, error) {
		command := exec.Command(filepath.Join(runtime.GOROOT(), "bin", "go"), arguments...)
		command.Dir = work
		output, err := command.CombinedOutput()
		return string(output), err
	}
	if output, err := golang("vet", "./..."); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	i := newIssuer(t)
	token := i.sign(map[string]any{"iss": "https://auth.example.org/", "aud": "https://matrix.example.org"})
	if output, err := golang("run", "./block0", i.keys(), token); err != nil || output != "@alice:example.org\n" {
		t.Errorf("%v\n%s", err, output)
	}
	if output, err := golang("run", "./block0", i.keys(), i.sign(nil)); err == nil || !strings.Contains(output,
		"MXAUTH_ISSUER_UNKNOWN") {
		t.Errorf("%v\n%s", err, output)
	}
}
