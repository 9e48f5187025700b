/* SPDX-License-Identifier: Apache-2.0
 *
 * Revocation, here and at the issuer.
 */
#include "validator.h"

PyObject *validator_revoke(PyObject *self, PyObject *arguments) {
  struct engine *engine = ENGINE(self);
  unsigned kind;
  struct text value;
  long long not_before;
  if (!PyArg_ParseTuple(arguments, "IO&L", &kind, take_name, &value, &not_before)) return NULL;
  PyObject *result = NULL;
  if (engine_enter(engine)) {
    mxauth_error error = MXAUTH_ERROR_INIT;
    result = done(engine, mxauth_revoke(engine->validator, kind, value.data, not_before, &error), &error);
  }
  text_release(&value);
  return result;
}

/* True, or None while an exchange is needed first, which is seen to. */
static PyObject *over(struct engine *engine, mxauth_status status, mxauth_error *error) {
  if (status == MXAUTH_PENDING && engine_carry(engine, error) != MXAUTH_OK) status = error->status;
  PyObject *result = status == MXAUTH_PENDING ? Py_None
                     : status == MXAUTH_OK    ? Py_True
                                              : raise_status(engine->validator, status, error);
  Py_XINCREF(result);
  engine_leave(engine);
  return result;
}

PyObject *validator_revoke_signed(PyObject *self, PyObject *notice_given) {
  struct engine *engine = ENGINE(self);
  struct text notice;
  if (!text_of(notice_given, "notice", &notice)) return NULL;
  PyObject *result = NULL;
  if (engine_enter(engine)) {
    mxauth_error error = MXAUTH_ERROR_INIT;
    mxauth_status status;
    Py_BEGIN_ALLOW_THREADS
    status = mxauth_revoke_signed(engine->validator, notice.data, notice.length, &error);
    Py_END_ALLOW_THREADS
    result = over(engine, status, &error);
  }
  text_release(&notice);
  return result;
}

/* Never waits. */
PyObject *validator_revoke_at_issuer(PyObject *self, PyObject *arguments) {
  struct engine *engine = ENGINE(self);
  unsigned issuer, hint;
  struct text token, client;
  if (!PyArg_ParseTuple(arguments, "IO&IO&", &issuer, take_text, &token, &hint, take_optional_name, &client)) {
    return NULL;
  }
  PyObject *result = NULL;
  if (engine_enter(engine)) {
    mxauth_error error = MXAUTH_ERROR_INIT;
    mxauth_status status = mxauth_revoke_at_issuer(engine->validator, issuer, token.data, token.length, hint,
                                                   client.data, 0, &error);
    result = over(engine, status, &error);
  }
  text_release(&token);
  text_release(&client);
  return result;
}
