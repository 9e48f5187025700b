// SPDX-License-Identifier: Apache-2.0

package main

// static void empty(void) {}
import "C"

// emptyCall is what each call of C costs at least.
func emptyCall() { C.empty() }
