/* SPDX-License-Identifier: Apache-2.0
 *
 * What the methods of Validator share, and their names for the table in validator.c.
 */
#ifndef MXAUTH_PYTHON_VALIDATOR_H
#define MXAUTH_PYTHON_VALIDATOR_H

#include "core.h"

struct validator {
  PyObject_HEAD
  struct engine *engine;
};

#define ENGINE(self) (((struct validator *)(self))->engine)

/** Leaves the engine; None, or the exception of `status`. */
PyObject *done(struct engine *engine, mxauth_status status, const mxauth_error *error);

/* ---- judging.c */

PyObject *validator_validate(PyObject *self, PyObject *const *arguments, Py_ssize_t given, PyObject *keywords);
PyObject *validator_judge(PyObject *self, PyObject *token_given);
PyObject *validator_authorize(PyObject *self, PyObject *const *arguments, Py_ssize_t given, PyObject *keywords);
PyObject *validator_explain(PyObject *self, PyObject *token);
PyObject *validator_claims(PyObject *self, PyObject *token);

/* ---- requests.c */

PyObject *validator_scope_grants(PyObject *self, PyObject *scope_given);
PyObject *validator_required_scope(PyObject *self, PyObject *arguments);
PyObject *validator_takes_token(PyObject *self, PyObject *arguments);
PyObject *validator_transaction_key(PyObject *self, PyObject *arguments);
PyObject *validator_interactive_auth(PyObject *self, PyObject *arguments);
PyObject *validator_device_management(PyObject *self, PyObject *arguments);

/* ---- revocation.c */

PyObject *validator_revoke(PyObject *self, PyObject *arguments);
PyObject *validator_revoke_signed(PyObject *self, PyObject *notice_given);
PyObject *validator_revoke_at_issuer(PyObject *self, PyObject *arguments);

/* ---- exchanges.c */

PyObject *validator_event_fd(PyObject *self, PyObject *none);
PyObject *validator_clear_events(PyObject *self, PyObject *none);
PyObject *validator_next_deadline(PyObject *self, PyObject *none);
PyObject *validator_next_exchange(PyObject *self, PyObject *none);
PyObject *validator_complete_exchange(PyObject *self, PyObject *arguments);

/* ---- answers.c */

PyObject *validator_statistics(PyObject *self, PyObject *none);
PyObject *validator_metrics(PyObject *self, PyObject *none);
PyObject *validator_describe(PyObject *self, PyObject *arguments);
PyObject *validator_reply(PyObject *self, PyObject *arguments);

#endif
