// SPDX-License-Identifier: Apache-2.0

module mxauth

go 1.19
