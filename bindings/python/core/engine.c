/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a validator: made from options, used by threads, freed when the last one has left it; and the callbacks
 * that the library makes, on threads of its own as well.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core.h"

/* How many callbacks this thread is in. Within one, nothing may wait for the thread that makes it. */
static _Thread_local unsigned called_back;

static void write_log(void *user, uint32_t level, const char *message) {
  struct engine *engine = user;
  if (!Py_IsInitialized()) return;
  PyGILState_STATE state = PyGILState_Ensure();
  PyObject *type, *value, *trace;
  PyErr_Fetch(&type, &value, &trace);
  called_back++;
  PyObject *text = PyUnicode_DecodeUTF8(message, (Py_ssize_t)strlen(message), "replace");
  PyObject *done = text ? PyObject_CallFunction(engine->log, "IO", (unsigned)level, text) : NULL;
  if (done == NULL) PyErr_WriteUnraisable(engine->log);
  Py_XDECREF(done);
  Py_XDECREF(text);
  called_back--;
  PyErr_Restore(type, value, trace);
  PyGILState_Release(state);
}

static int64_t read_system_clock(uint32_t which) {
  struct timespec time;
  clock_gettime(which == MXAUTH_CLOCK_WALL ? CLOCK_REALTIME : CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t read_clock(void *user, uint32_t which) {
  struct engine *engine = user;
  if (!Py_IsInitialized()) return read_system_clock(which);
  PyGILState_STATE state = PyGILState_Ensure();
  PyObject *type, *value, *trace;
  PyErr_Fetch(&type, &value, &trace);
  called_back++;
  PyObject *result = PyObject_CallFunction(engine->clock, "I", (unsigned)which);
  int64_t time = result ? PyLong_AsLongLong(result) : -1;
  if (PyErr_Occurred()) {
    PyErr_WriteUnraisable(engine->clock);
    time = read_system_clock(which);
  }
  Py_XDECREF(result);
  called_back--;
  PyErr_Restore(type, value, trace);
  PyGILState_Release(state);
  return time;
}

/* Sets pairs of str, in their order. False with an exception. */
static bool set_options(mxauth_config *config, PyObject *options, PyObject *log) {
  Py_ssize_t count = PySequence_Size(options);
  for (Py_ssize_t index = 0; index < count; index++) {
    PyObject *pair = PySequence_GetItem(options, index);
    const char *name, *value;
    if (pair == NULL || !PyArg_ParseTuple(pair, "ss", &name, &value)) {
      Py_XDECREF(pair);
      return false;
    }
    mxauth_error error = MXAUTH_ERROR_INIT;
    mxauth_status status = mxauth_config_set(config, name, value, &error);
    PyObject *noted = Py_None;
    if (status != MXAUTH_OK) {
      noted = raise_status(NULL, status, &error);
    } else if (error.message[0] != 0 && log != Py_None) {
      noted = PyObject_CallFunction(log, "is", MXAUTH_LOG_WARNING, error.message);
      Py_XDECREF(noted);
    }
    Py_DECREF(pair);
    if (noted == NULL) return false;
  }
  return count >= 0;
}

static void engine_free(struct engine *engine) {
  mxauth_validator *validator = engine->validator;
  Py_BEGIN_ALLOW_THREADS /* the transport, which is waited for, may be about to log */
  mxauth_validator_free(validator);
  Py_END_ALLOW_THREADS
  Py_XDECREF(engine->log);
  Py_XDECREF(engine->clock);
  known_free(engine->known);
  free(engine);
}

struct engine *engine_new(PyObject *options, PyObject *log, PyObject *clock, unsigned known_seconds) {
  struct engine *engine = calloc(1, sizeof *engine);
  mxauth_config *config = mxauth_config_new();
  if (engine == NULL || config == NULL || (engine->known = known_new(known_seconds)) == NULL) {
    PyErr_NoMemory();
  } else if (set_options(config, options, log)) {
    mxauth_error error = MXAUTH_ERROR_INIT;
    if (log != Py_None) {
      Py_INCREF(engine->log = log);
      mxauth_config_set_log(config, write_log, engine);
    }
    if (clock != Py_None) {
      Py_INCREF(engine->clock = clock);
      mxauth_config_set_clock(config, read_clock, engine);
    }
    mxauth_status status = mxauth_validator_new(config, &engine->validator, &error);
    if (status != MXAUTH_OK) raise_status(NULL, status, &error);
  }
  mxauth_config_free(config);
  if (engine != NULL && engine->validator == NULL) {
    engine_free(engine);
    return NULL;
  }
  return engine;
}

bool engine_enter(struct engine *engine) {
  if (engine == NULL || engine->closed) {
    raise_message(MXAUTH_MISUSE, "validator", "The validator is closed.");
    return false;
  }
  engine->users++;
  return true;
}

static int free_later(void *engine) {
  engine_free(engine);
  return 0;
}

static void engine_end(struct engine *engine) {
  if (called_back == 0) {
    engine_free(engine);
  } else {
    Py_AddPendingCall(free_later, engine); /* this thread may be the very one that freeing waits for */
  }
}

void engine_leave(struct engine *engine) {
  if (engine->users > 0) engine->users--;
  if (engine->closed && engine->users == 0) engine_end(engine);
}

void engine_close(struct engine *engine) {
  if (engine == NULL || engine->closed) return;
  engine->closed = true;
  if (engine->users == 0) engine_end(engine);
}

void engine_forked(struct engine *engine) { engine->users = 0; }

mxauth_status engine_carry(struct engine *engine, mxauth_error *error) {
  if (!engine->transport || engine->carried == getpid()) return MXAUTH_OK;
  mxauth_status status = mxauth_transport_start(engine->validator, error);
  if (status == MXAUTH_OK) engine->carried = getpid();
  return status;
}
