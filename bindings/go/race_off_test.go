// SPDX-License-Identifier: Apache-2.0

//go:build !race

package mxauth

const raceDetector = false
