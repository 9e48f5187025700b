// SPDX-License-Identifier: Apache-2.0

package mxauth

// #include "shim.h"
import "C"

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Option is an option by its name in docs/options.md, for options that come from a configuration file.
type Option struct {
	Name  string
	Value string
}

// OptionInfo is one row of the option table.
type OptionInfo struct {
	Name    string
	Type    string // "text", "list", "boolean", "integer" or "duration" (seconds).
	Unit    string // "bytes", "seconds", "bits", or "".
	Default string // As it would be set; "" for none.
	Range   string // What values are allowed, in words.
	Meaning string
}

// OptionTable is the table of all options, which the fields of Options and Issuer are made from.
func OptionTable() []OptionInfo {
	rows := make([]OptionInfo, C.mxauth_option_count())
	for i := range rows {
		row := C.mxauth_option_info{struct_size: C.sizeof_mxauth_option_info}
		C.mxauth_option_at(C.size_t(i), &row)
		rows[i] = OptionInfo{
			Name: C.GoString(row.name), Type: C.GoString(row._type), Unit: C.GoString(row.unit),
			Default: C.GoString(row.default_value), Range: C.GoString(row._range), Meaning: C.GoString(row.meaning),
		}
	}
	return rows
}

// Ptr is a pointer to a value, for the options whose zero means something other than their default.
func Ptr[T any](value T) *T { return &value }

// list is the options in the order in which the library is to get them: an issuer's follow the issuer.
func (o *Options) list() ([]Option, error) {
	list, err := fieldsOf(nil, *o)
	for _, issuer := range o.Issuers {
		if err == nil {
			list, err = fieldsOf(list, issuer)
		}
	}
	return append(list, o.More...), err
}

// fieldsOf appends the options that a struct's tags name, except those that are zero. An issuer's name is never left
// out, as it begins the issuer.
func fieldsOf(list []Option, options any) ([]Option, error) {
	fields := reflect.ValueOf(options)
	for i := 0; i < fields.NumField(); i++ {
		name := fields.Type().Field(i).Tag.Get("option")
		if name == "" || fields.Field(i).IsZero() && name != "issuer" {
			continue
		}
		values, err := valuesOf(name, reflect.Indirect(fields.Field(i)).Interface())
		if err != nil {
			return nil, err
		}
		for _, value := range values {
			list = append(list, Option{name, value})
		}
	}
	return list, nil
}

// valuesOf is a field as text, as often as the option is to be set.
func valuesOf(name string, field any) ([]string, error) {
	switch field := field.(type) {
	case []string:
		if name == "scope_rule" {
			return field, nil
		}
		for _, element := range field {
			if element == "" || strings.Contains(element, " ") {
				return nil, refusal(StatusOptionInvalid, name, fmt.Sprintf("%q is no element of a list.", element))
			}
		}
		return []string{strings.Join(field, " ")}, nil
	case time.Duration:
		if field%time.Second != 0 {
			return nil, refusal(StatusOptionInvalid, name, fmt.Sprintf("%v has parts of a second.", field))
		}
		return []string{strconv.FormatInt(int64(field/time.Second), 10)}, nil
	}
	return []string{fmt.Sprint(field)}, nil
}
