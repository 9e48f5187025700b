/* SPDX-License-Identifier: Apache-2.0
 *
 * What a token is worth, and what its bearer may do with it.
 */
#include <time.h>

#include "validator.h"

/* The GIL is given away for what may take a signature's time. */
static mxauth_status judge(struct engine *engine, const struct text *token, mxauth_verdict *verdict,
                           mxauth_error *error) {
  mxauth_status status;
  bool known = known_has(engine->known, token);
  if (known) {
    status = mxauth_validate(engine->validator, token->data, token->length, verdict, error);
    if (status != MXAUTH_OK || (verdict->flags & MXAUTH_VERDICT_CACHED) == 0) known_forget(engine->known, token);
  } else {
    Py_BEGIN_ALLOW_THREADS
    status = mxauth_validate(engine->validator, token->data, token->length, verdict, error);
    Py_END_ALLOW_THREADS
    if (status == MXAUTH_OK) known_add(engine->known, token);
  }
  return status;
}

static double seconds_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Waits in slices, between which signals are handled. MXAUTH_PENDING with an exception if a handler has raised one. */
static mxauth_status wait_for(struct engine *engine, const struct text *token, double timeout, mxauth_verdict *verdict,
                              mxauth_error *error) {
  double end = seconds_now() + timeout;
  mxauth_status status = engine_carry(engine, error);
  if (status != MXAUTH_OK) return status;
  for (;;) {
    double left = end - seconds_now();
    int64_t slice = left > 0.1 ? 100 : left > 0 ? (int64_t)(left * 1000) : 0;
    Py_BEGIN_ALLOW_THREADS
    status = mxauth_validate_wait(engine->validator, token->data, token->length, slice, verdict, error);
    Py_END_ALLOW_THREADS
    if (status != MXAUTH_TIMED_OUT || left <= 0) return status;
    if (PyErr_CheckSignals() != 0) return MXAUTH_PENDING;
    if (engine->closed) return status;
  }
}

/* Which of the arguments of a fast call is called `name`: the next one, or a keyword. NULL if it was not given. */
static PyObject *argument(PyObject *const *arguments, Py_ssize_t given, PyObject *keywords, Py_ssize_t position,
                          const char *name, Py_ssize_t *taken) {
  if (position >= 0 && position < given) {
    ++*taken;
    return arguments[position];
  }
  Py_ssize_t count = keywords ? PyTuple_Size(keywords) : 0;
  for (Py_ssize_t index = 0; index < count; index++) {
    if (PyUnicode_CompareWithASCIIString(PyTuple_GetItem(keywords, index), name) == 0) {
      ++*taken;
      return arguments[given + index];
    }
  }
  return NULL;
}

static bool all_taken(const char *function, Py_ssize_t given, PyObject *keywords, Py_ssize_t taken, bool complete) {
  if (complete && taken == given + (keywords ? PyTuple_Size(keywords) : 0)) return true;
  PyErr_Format(PyExc_TypeError, "%s: an argument is missing, or there is one too many", function);
  return false;
}

PyObject *validator_validate(PyObject *self, PyObject *const *arguments, Py_ssize_t given, PyObject *keywords) {
  double timeout = 10;
  PyObject *token_given;
  if (given == 1 && keywords == NULL) {
    token_given = arguments[0];
  } else {
    Py_ssize_t taken = 0;
    token_given = argument(arguments, given, keywords, 0, "token", &taken);
    PyObject *timeout_given = argument(arguments, given, keywords, -1, "timeout", &taken);
    if (!all_taken("validate(token, *, timeout=10.0)", given, keywords, taken, token_given != NULL)) return NULL;
    if (timeout_given != NULL) timeout = PyFloat_AsDouble(timeout_given);
    if (timeout == -1 && PyErr_Occurred()) return NULL;
    if (!(timeout >= 0)) {
      PyErr_SetString(PyExc_ValueError, "timeout must be 0 or more seconds");
      return NULL;
    }
  }

  struct engine *engine = ENGINE(self);
  struct text token;
  if (!text_of(token_given, "token", &token)) return NULL;
  struct verdict *verdict = NULL;
  if (!engine_enter(engine)) goto released;
  verdict = verdict_new();
  if (verdict == NULL) goto left;
  mxauth_error error;
  error.struct_size = sizeof error;
  mxauth_status status = judge(engine, &token, &verdict->flat, &error);
  if (status == MXAUTH_PENDING && timeout > 0) {
    status = wait_for(engine, &token, timeout, &verdict->flat, &error);
    if (status == MXAUTH_OK) known_add(engine->known, &token);
  }
  if (status != MXAUTH_OK) {
    if (!PyErr_Occurred()) raise_status(engine->validator, status, &error);
    Py_CLEAR(verdict);
  }
left:
  engine_leave(engine);
released:
  text_release(&token);
  return (PyObject *)verdict;
}

/* The verdict, or None if the issuer has to be asked first: for event loops. */
PyObject *validator_judge(PyObject *self, PyObject *token_given) {
  struct engine *engine = ENGINE(self);
  struct text token;
  if (!text_of(token_given, "token", &token)) return NULL;
  PyObject *result = NULL;
  if (!engine_enter(engine)) goto released;
  struct verdict *verdict = verdict_new();
  if (verdict == NULL) goto left;
  mxauth_error error;
  error.struct_size = sizeof error;
  mxauth_status status = judge(engine, &token, &verdict->flat, &error);
  if (status == MXAUTH_OK) {
    result = (PyObject *)verdict;
    goto left;
  }
  if (status == MXAUTH_PENDING) status = engine_carry(engine, &error) == MXAUTH_OK ? status : error.status;
  if (status == MXAUTH_PENDING) {
    Py_INCREF(result = Py_None);
  } else {
    raise_status(engine->validator, status, &error);
  }
  Py_DECREF(verdict);
left:
  engine_leave(engine);
released:
  text_release(&token);
  return result;
}

PyObject *validator_authorize(PyObject *self, PyObject *const *arguments, Py_ssize_t given,
                                     PyObject *keywords) {
  static const char *const names[] = {"verdict", "method", "path"};
  PyObject *values[3];
  Py_ssize_t taken = 0;
  bool complete = true;
  for (int index = 0; index < 3; index++) {
    values[index] = argument(arguments, given, keywords, index, names[index], &taken);
    complete = complete && values[index] != NULL;
  }
  if (!all_taken("authorize(verdict, method, path)", given, keywords, taken, complete)) return NULL;

  struct engine *engine = ENGINE(self);
  const mxauth_verdict *verdict;
  struct text method, path;
  if (!verdict_of(values[0], &verdict) || !text_of(values[1], "method", &method)) return NULL;
  PyObject *result = NULL;
  if (!text_of(values[2], "path", &path)) goto method_released;
  if (!engine_enter(engine)) goto released;
  mxauth_error error;
  error.struct_size = sizeof error;
  mxauth_status status = mxauth_authorize(engine->validator, verdict, method.data, method.length, path.data,
                                          path.length, &error);
  result = status == MXAUTH_OK ? Py_None : raise_status(engine->validator, status, &error);
  Py_XINCREF(result);
  engine_leave(engine);
released:
  text_release(&path);
method_released:
  text_release(&method);
  return result;
}

typedef mxauth_status (*about_token)(mxauth_validator *, const char *, size_t, char *, size_t, size_t *,
                                     mxauth_error *);

/* Validates too, and is not for every request: always without the GIL. */
static mxauth_status without_gil(about_token write, mxauth_validator *validator, const struct text *token, char *text,
                                 size_t capacity, size_t *needed, mxauth_error *error) {
  mxauth_status status;
  Py_BEGIN_ALLOW_THREADS
  status = write(validator, token->data, token->length, text, capacity, needed, error);
  Py_END_ALLOW_THREADS
  return status;
}

static PyObject *tell_of(PyObject *self, PyObject *token_given, about_token write) {
  struct engine *engine = ENGINE(self);
  struct text token;
  PyObject *result = NULL;
  if (!text_of(token_given, "token", &token)) return NULL;
  if (engine_enter(engine)) {
    WRITTEN(result, engine->validator, without_gil(write, engine->validator, &token, TO_ROOM));
    engine_leave(engine);
  }
  text_release(&token);
  return result;
}

PyObject *validator_explain(PyObject *self, PyObject *token) { return tell_of(self, token, mxauth_explain); }
PyObject *validator_claims(PyObject *self, PyObject *token) { return tell_of(self, token, mxauth_claims); }
