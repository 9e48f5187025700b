// SPDX-License-Identifier: Apache-2.0

module homeserver

go 1.19

require mxauth v0.0.0

replace mxauth => ../../bindings/go
