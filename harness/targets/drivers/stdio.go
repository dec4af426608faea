// The driver protocol, version 1, over standard input and output: calls in, answers out (driver-v1.schema.json).
//
// What a library returns as an error is a refusal; a panic inside it is a crash, and the driver goes on.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
)

type call struct {
	ID         int64  `json:"id"`
	Call       string `json:"call"`
	Browser    string `json:"browser"`
	RelayState string `json:"relay_state"`
	Method     string `json:"method"`
	Body       string `json:"body"`
}

type answer map[string]any

// One library.
type library interface {
	login(browser, relayState string) (location string, err error)
	acs(browser string, request *http.Request) (accepted answer, err error)
	reset()
}

func serve(name, module string, lib library) {
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := input.ReadBytes('\n')
		if err != nil {
			return
		}
		var c call
		if err := json.Unmarshal(line, &c); err != nil {
			fmt.Fprintln(os.Stderr, "not a call:", err)
			continue
		}
		reply := handle(c, name, module, lib)
		reply["id"] = c.ID
		text := must(json.Marshal(reply))
		must(os.Stdout.Write(append(text, '\n')))
	}
}

func handle(c call, name, module string, lib library) (reply answer) {
	defer func() {
		if cause := recover(); cause != nil {
			reply = answer{"error": fmt.Sprintf("panic: %.300v", cause)}
		}
	}()
	switch c.Call {
	case "health":
		return answer{"ok": true, "name": name, "version": version(module), "run_id": os.Getenv("SAMLSPEC_RUN_ID")}
	case "reset":
		lib.reset()
		return answer{"ok": true}
	case "login":
		location, err := lib.login(c.Browser, c.RelayState)
		if err != nil {
			return answer{"error": err.Error()}
		}
		return answer{"location": location}
	case "acs":
		accepted, err := lib.acs(c.Browser, request(c))
		if err != nil {
			return answer{"accepted": false, "reason": fmt.Sprintf("%.400s", err.Error())}
		}
		accepted["accepted"] = true
		return accepted
	}
	return answer{"error": "no such call: " + c.Call}
}

// The request as the library would get it from a web server.
func request(c call) *http.Request {
	var r *http.Request
	if c.Method == "GET" {
		r = must(http.NewRequest("GET", os.Getenv("SP_ACS")+"?"+c.Body, nil))
	} else {
		r = must(http.NewRequest("POST", os.Getenv("SP_ACS"), strings.NewReader(c.Body)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	_ = r.ParseForm() // a form that cannot be read has no fields
	if r.PostForm == nil {
		r.PostForm = url.Values{}
	}
	return r
}

func version(module string) string {
	build, _ := debug.ReadBuildInfo()
	for _, dependency := range build.Deps {
		if dependency.Path == module {
			return dependency.Version
		}
	}
	return "unknown"
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
