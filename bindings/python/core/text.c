/* SPDX-License-Identifier: Apache-2.0
 *
 * Text on its way in and out.
 */
#include <stdlib.h>
#include <string.h>

#include "core.h"

bool text_of(PyObject *value, const char *name, struct text *text) {
  Py_ssize_t length = 0;
  text->owner = NULL;
  if (PyUnicode_Check(value)) {
    text->data = PyUnicode_AsUTF8AndSize(value, &length);
    if (text->data == NULL) {
      /* Lone surrogates: what servers make of bytes that are no UTF-8. The library refuses them as it does those. */
      if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) return false;
      PyErr_Clear();
      value = text->owner = PyUnicode_AsEncodedString(value, "utf-8", "surrogatepass");
      if (value == NULL) return false;
    }
  } else if (!PyBytes_Check(value)) {
    PyErr_Format(PyExc_TypeError, "%s must be str or bytes, not %R", name, (PyObject *)Py_TYPE(value));
    return false;
  }
  if (PyBytes_Check(value)) {
    char *bytes;
    PyBytes_AsStringAndSize(value, &bytes, &length);
    text->data = bytes;
  }
  text->length = (size_t)length;
  return true;
}

void text_release(struct text *text) { Py_CLEAR(text->owner); }

static int converted(PyObject *value, struct text *text, bool optional, bool name) {
  if (value == NULL) {
    text_release(text);
    return 1;
  }
  if (optional && value == Py_None) {
    *text = (struct text){NULL, 0, NULL};
    return 1;
  }
  if (!text_of(value, "text", text)) return 0;
  if (name && memchr(text->data, 0, text->length) != NULL) {
    text_release(text);
    raise_message(MXAUTH_INPUT_INVALID, "", "The text has a NUL in it.");
    return 0;
  }
  return Py_CLEANUP_SUPPORTED;
}

int take_text(PyObject *value, void *text) { return converted(value, text, false, false); }
int take_optional_text(PyObject *value, void *text) { return converted(value, text, true, false); }
int take_name(PyObject *value, void *text) { return converted(value, text, false, true); }
int take_optional_name(PyObject *value, void *text) { return converted(value, text, true, true); }

void room_open(struct room *room) {
  room->text = room->first;
  room->capacity = sizeof room->first;
  room->needed = 0;
}

static void room_free(struct room *room) {
  if (room->text != room->first) free(room->text);
}

bool room_grow(struct room *room) {
  char *larger = malloc(room->needed);
  if (larger == NULL) return false;
  room_free(room);
  room->text = larger;
  room->capacity = room->needed;
  return true;
}

PyObject *room_close(struct room *room, mxauth_validator *validator, mxauth_status status, const mxauth_error *error) {
  PyObject *result = status == MXAUTH_OK ? PyUnicode_FromStringAndSize(room->text, (Py_ssize_t)room->needed - 1)
                                         : raise_status(validator, status, error);
  room_free(room);
  return result;
}
