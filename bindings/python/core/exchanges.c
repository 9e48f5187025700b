/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP requests that a host carries itself, and the descriptor that event loops watch.
 */
#include "validator.h"

PyObject *validator_event_fd(PyObject *self, PyObject *none) {
  struct engine *engine = ENGINE(self);
  (void)none;
  if (!engine_enter(engine)) return NULL;
  int descriptor = mxauth_event_fd(engine->validator);
  engine_leave(engine);
  return PyLong_FromLong(descriptor);
}

PyObject *validator_clear_events(PyObject *self, PyObject *none) {
  struct engine *engine = ENGINE(self);
  (void)none;
  if (!engine_enter(engine)) return NULL;
  mxauth_clear_events(engine->validator);
  engine_leave(engine);
  Py_RETURN_NONE;
}

PyObject *validator_next_deadline(PyObject *self, PyObject *none) {
  struct engine *engine = ENGINE(self);
  (void)none;
  if (!engine_enter(engine)) return NULL;
  int64_t milliseconds = mxauth_next_deadline(engine->validator);
  engine_leave(engine);
  return PyLong_FromLongLong(milliseconds);
}

PyObject *validator_next_exchange(PyObject *self, PyObject *none) {
  struct engine *engine = ENGINE(self);
  mxauth_exchange exchange = MXAUTH_EXCHANGE_INIT;
  (void)none;
  if (!engine_enter(engine)) return NULL;
  PyObject *result = NULL;
  mxauth_status status = mxauth_next_exchange(engine->validator, &exchange);
  if (status == MXAUTH_IDLE) {
    Py_INCREF(result = Py_None);
  } else if (status != MXAUTH_OK) {
    raise_status(engine->validator, status, NULL);
  } else {
    result = Py_BuildValue("(KIsssy#n)", (unsigned long long)exchange.id, exchange.timeout_ms, exchange.method,
                           exchange.url, exchange.headers, exchange.body, (Py_ssize_t)exchange.body_length,
                           (Py_ssize_t)exchange.max_response);
  }
  engine_leave(engine);
  return result;
}

PyObject *validator_complete_exchange(PyObject *self, PyObject *arguments) {
  struct engine *engine = ENGINE(self);
  unsigned long long id;
  mxauth_response response = MXAUTH_RESPONSE_INIT;
  struct text headers, body;
  unsigned http_status;
  if (!PyArg_ParseTuple(arguments, "KIO&O&", &id, &http_status, take_text, &headers, take_text, &body)) return NULL;
  PyObject *result = NULL;
  if (engine_enter(engine)) {
    mxauth_error error = MXAUTH_ERROR_INIT;
    mxauth_status status;
    response.http_status = http_status;
    response.headers = headers.data;
    response.headers_length = headers.length;
    response.body = body.data;
    response.body_length = body.length;
    Py_BEGIN_ALLOW_THREADS /* reads keys and checks signatures of answers */
    status = mxauth_complete_exchange(engine->validator, id, &response, &error);
    Py_END_ALLOW_THREADS
    result = done(engine, status, &error);
  }
  text_release(&headers);
  text_release(&body);
  return result;
}
