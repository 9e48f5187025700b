/* SPDX-License-Identifier: Apache-2.0
 *
 * mxauth._core: what of mxauth.h Python calls, for any CPython from 3.9 on (abi3). One interpreter in a process.
 */
#ifndef MXAUTH_PYTHON_CORE_H
#define MXAUTH_PYTHON_CORE_H

#define Py_LIMITED_API 0x03090000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <mxauth.h>
#include <stdbool.h>
#include <sys/types.h>

/* CPython 3.9, which changes no more, has both as they are; they were declared stable with 3.10. */
#ifndef METH_FASTCALL
#define METH_FASTCALL 0x0080
#endif
PyAPI_FUNC(const char *) PyUnicode_AsUTF8AndSize(PyObject *text, Py_ssize_t *length);

/* ---- text.c */

/** A str or bytes argument, borrowed for the call; `owner` is what has to be given back. */
struct text {
  const char *data;
  size_t length;
  PyObject *owner;
};

bool text_of(PyObject *value, const char *name, struct text *text);
void text_release(struct text *text);
/** Converters of PyArg_ParseTuple; `optional` ones leave NULL and 0 for None, `name` ones refuse a NUL inside. */
int take_text(PyObject *value, void *text);
int take_optional_text(PyObject *value, void *text);
int take_name(PyObject *value, void *text);
int take_optional_name(PyObject *value, void *text);

/** Room for text that the library writes. */
struct room {
  char *text;
  size_t capacity;
  size_t needed;
  char first[4096];
};

void room_open(struct room *room);
bool room_grow(struct room *room);
/** The text as a str, or the exception of `status`; closes the room. */
PyObject *room_close(struct room *room, mxauth_validator *validator, mxauth_status status, const mxauth_error *error);

/* Repeats CALL, which writes into TO(room), until its text fits; then `result` is a str or NULL. */
#define WRITTEN(result, validator, CALL)                                                      \
  do {                                                                                        \
    struct room room;                                                                         \
    mxauth_error error = MXAUTH_ERROR_INIT;                                                   \
    mxauth_status status;                                                                     \
    room_open(&room);                                                                         \
    while ((status = (CALL)) == MXAUTH_BUFFER_TOO_SMALL && room_grow(&room)) continue;        \
    result = room_close(&room, validator, status, &error);                                    \
  } while (0)
#define TO_ROOM room.text, room.capacity, &room.needed, &error

/* ---- errors.c */

/** Raises the exception of `status`, with the answers of `validator` (NULL: the table's). Always NULL. */
PyObject *raise_status(mxauth_validator *validator, mxauth_status status, const mxauth_error *error);
PyObject *raise_message(mxauth_status status, const char *subject, const char *message);
/** An object of the Python part of the package, imported once. Borrowed. */
PyObject *part_of_package(const char *module, const char *name, PyObject **kept);

/* ---- known.c */

/** Which tokens have been found good lately: whether a call is worth giving the GIL away for. */
struct known;

struct known *known_new(unsigned seconds);
void known_free(struct known *known);
bool known_has(const struct known *known, const struct text *token);
void known_add(struct known *known, const struct text *token);
void known_forget(struct known *known, const struct text *token);

/* ---- engine.c */

/** The library's validator with what its callbacks need. Everything in it changes under the GIL only. */
struct engine {
  mxauth_validator *validator;
  PyObject *log;   /* (level, message) -> None, or NULL */
  PyObject *clock; /* (which) -> nanoseconds, or NULL */
  struct known *known;
  unsigned users; /* calls that are in the library now */
  bool closed;    /* the last user frees it */
  bool transport; /* wanted */
  pid_t carried;  /* the process that the transport was started in */
};

struct engine *engine_new(PyObject *options, PyObject *log, PyObject *clock, unsigned known_seconds);
bool engine_enter(struct engine *engine);
void engine_leave(struct engine *engine);
void engine_close(struct engine *engine);
/** After a fork: the threads that were in the library are not in this process. */
void engine_forked(struct engine *engine);
/** Starts the transport if it is wanted and this process has none. */
mxauth_status engine_carry(struct engine *engine, mxauth_error *error);

/* ---- verdict.c */

struct verdict {
  PyObject_HEAD
  mxauth_verdict flat;
};

extern PyTypeObject *verdict_type;

bool verdict_ready(PyObject *module);
/** One of which only struct_size is set. */
struct verdict *verdict_new(void);
/** The verdict in `value`, NULL in `*flat` for None; TypeError for anything else. */
bool verdict_of(PyObject *value, const mxauth_verdict **flat);

/* ---- validator.c */

bool validator_ready(PyObject *module);

/* ---- functions.c */

extern PyMethodDef functions[];
/** A row of the status table as a tuple, or an exception. */
PyObject *described(mxauth_status status, const mxauth_status_info *info);
/** (HTTP status, body, challenge) of the arguments (status, scope). */
PyObject *replied(mxauth_validator *validator, PyObject *arguments);

#endif
