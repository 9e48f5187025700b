/* SPDX-License-Identifier: Apache-2.0
 *
 * What requests need besides a good token.
 */
#include "validator.h"

PyObject *validator_scope_grants(PyObject *self, PyObject *scope_given) {
  struct engine *engine = ENGINE(self);
  struct text scope;
  PyObject *result = NULL;
  if (!text_of(scope_given, "scope", &scope)) return NULL;
  if (engine_enter(engine)) {
    mxauth_error error = MXAUTH_ERROR_INIT;
    uint64_t grants = 0;
    mxauth_status status = mxauth_scope_grants(engine->validator, scope.data, scope.length, &grants, &error);
    result = status == MXAUTH_OK ? PyLong_FromUnsignedLongLong(grants)
                                 : raise_status(engine->validator, status, &error);
    engine_leave(engine);
  }
  text_release(&scope);
  return result;
}

/* The arguments (method, path) or (verdict, method, path), and the engine entered. */
struct request {
  const mxauth_verdict *verdict;
  struct text method, path;
};

#define REQUEST(request) \
  request.method.data, request.method.length, request.path.data, request.path.length

static int take_verdict(PyObject *value, void *flat) { return verdict_of(value, flat); }

static void request_release(struct request *request) {
  text_release(&request->method);
  text_release(&request->path);
}

static bool request_begin(struct engine *engine, struct request *request) {
  if (engine_enter(engine)) return true;
  request_release(request);
  return false;
}

static void request_end(struct engine *engine, struct request *request) {
  engine_leave(engine);
  request_release(request);
}

PyObject *validator_required_scope(PyObject *self, PyObject *arguments) {
  struct engine *engine = ENGINE(self);
  struct request request;
  PyObject *result;
  if (!PyArg_ParseTuple(arguments, "O&O&", take_text, &request.method, take_text, &request.path)) return NULL;
  if (!request_begin(engine, &request)) return NULL;
  WRITTEN(result, engine->validator, mxauth_required_scope(engine->validator, REQUEST(request), TO_ROOM));
  request_end(engine, &request);
  return result;
}

/* Asked with a refused verdict, whose status comes back only if the endpoint looks at tokens. */
PyObject *validator_takes_token(PyObject *self, PyObject *arguments) {
  struct engine *engine = ENGINE(self);
  struct request request;
  if (!PyArg_ParseTuple(arguments, "O&O&", take_text, &request.method, take_text, &request.path)) return NULL;
  if (!request_begin(engine, &request)) return NULL;
  mxauth_verdict refused = MXAUTH_VERDICT_INIT;
  refused.status = MXAUTH_TOKEN_INACTIVE;
  mxauth_status status = mxauth_authorize(engine->validator, &refused, REQUEST(request), NULL);
  bool known = status == MXAUTH_OK || status == MXAUTH_TOKEN_INACTIVE;
  PyObject *result = known ? PyBool_FromLong(status != MXAUTH_OK) : raise_status(engine->validator, status, NULL);
  request_end(engine, &request);
  return result;
}

static bool take_request(struct engine *engine, PyObject *arguments, struct request *request, int *exists) {
  return PyArg_ParseTuple(arguments, "O&O&O&|p", take_verdict, &request->verdict, take_text, &request->method,
                          take_text, &request->path, exists) &&
         request_begin(engine, request);
}

PyObject *validator_transaction_key(PyObject *self, PyObject *arguments) {
  struct engine *engine = ENGINE(self);
  struct request request;
  int exists = 0;
  PyObject *result;
  if (!take_request(engine, arguments, &request, &exists)) return NULL;
  WRITTEN(result, engine->validator,
          mxauth_transaction_key(engine->validator, request.verdict, REQUEST(request), TO_ROOM));
  request_end(engine, &request);
  return result;
}

PyObject *validator_interactive_auth(PyObject *self, PyObject *arguments) {
  struct engine *engine = ENGINE(self);
  struct request request;
  int exists = 0;
  if (!take_request(engine, arguments, &request, &exists)) return NULL;
  mxauth_error error = MXAUTH_ERROR_INIT;
  uint32_t need = 0;
  const char *action = "";
  mxauth_status status =
      mxauth_interactive_auth(engine->validator, request.verdict, REQUEST(request), &need, &action, &error);
  PyObject *result = status == MXAUTH_OK ? Py_BuildValue("(Is)", need, action)
                                         : raise_status(engine->validator, status, &error);
  request_end(engine, &request);
  return result;
}

PyObject *validator_device_management(PyObject *self, PyObject *arguments) {
  struct engine *engine = ENGINE(self);
  struct request request;
  int exists = 0;
  if (!take_request(engine, arguments, &request, &exists)) return NULL;
  mxauth_error error = MXAUTH_ERROR_INIT;
  uint32_t decision = 0;
  mxauth_status status =
      mxauth_device_management(engine->validator, request.verdict, REQUEST(request), exists, &decision, &error);
  PyObject *result = status == MXAUTH_OK ? PyLong_FromUnsignedLong(decision)
                                         : raise_status(engine->validator, status, &error);
  request_end(engine, &request);
  return result;
}
