/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions that need no validator. Each takes str or bytes where the header has text with a length.
 */
#include "core.h"

/* ---------------------------------------------------------------- Tables */

PyObject *described(mxauth_status status, const mxauth_status_info *info) {
  if (status != MXAUTH_OK) return raise_message(status, "status", "There is no such status.");
  return Py_BuildValue("(isssiOss)", (int)info->status, info->name, info->sentence, info->remedy,
                       (int)info->http_status, info->soft_logout ? Py_True : Py_False, info->errcode,
                       info->oauth_error);
}

static PyObject *status_describe(PyObject *module, PyObject *arguments) {
  mxauth_status_info info = {.struct_size = sizeof info};
  int status;
  (void)module;
  if (!PyArg_ParseTuple(arguments, "i", &status)) return NULL;
  return described(mxauth_status_describe(status, &info), &info);
}

static PyObject *status_name(PyObject *module, PyObject *arguments) {
  int status;
  (void)module;
  if (!PyArg_ParseTuple(arguments, "i", &status)) return NULL;
  return PyUnicode_FromString(mxauth_status_name(status));
}

static PyObject *statuses(PyObject *module, PyObject *none) {
  (void)module, (void)none;
  PyObject *rows = PyList_New(0);
  for (size_t index = 0; rows != NULL && index < mxauth_status_count(); index++) {
    mxauth_status_info info = {.struct_size = sizeof info};
    PyObject *row = described(mxauth_status_at(index, &info), &info);
    if (row == NULL || PyList_Append(rows, row) != 0) Py_CLEAR(rows);
    Py_XDECREF(row);
  }
  return rows;
}

static PyObject *options(PyObject *module, PyObject *none) {
  (void)module, (void)none;
  PyObject *rows = PyList_New(0);
  for (size_t index = 0; rows != NULL && index < mxauth_option_count(); index++) {
    mxauth_option_info info = {.struct_size = sizeof info};
    mxauth_option_at(index, &info);
    PyObject *row = Py_BuildValue("(ssssss)", info.name, info.type, info.unit, info.default_value, info.range,
                                  info.meaning);
    if (row == NULL || PyList_Append(rows, row) != 0) Py_CLEAR(rows);
    Py_XDECREF(row);
  }
  return rows;
}

static PyObject *version(PyObject *module, PyObject *none) {
  (void)module, (void)none;
  return PyUnicode_FromString(mxauth_version());
}

static PyObject *version_number(PyObject *module, PyObject *none) {
  (void)module, (void)none;
  return PyLong_FromUnsignedLong(mxauth_version_number());
}

/* ---------------------------------------------------------------- Requests and answers */

static PyObject *bearer_extract(PyObject *module, PyObject *arguments) {
  struct text authorization, query;
  unsigned flags;
  PyObject *result;
  (void)module;
  if (!PyArg_ParseTuple(arguments, "O&O&I", take_optional_text, &authorization, take_optional_text, &query, &flags)) {
    return NULL;
  }
  WRITTEN(result, NULL, mxauth_bearer_extract(authorization.data, authorization.length, query.data, query.length,
                                              flags, TO_ROOM));
  text_release(&authorization);
  text_release(&query);
  return result;
}

PyObject *replied(mxauth_validator *validator, PyObject *arguments) {
  int status;
  struct text scope;
  if (!PyArg_ParseTuple(arguments, "iO&", &status, take_optional_name, &scope)) return NULL;
  mxauth_reply reply = MXAUTH_REPLY_INIT;
  mxauth_status written = mxauth_error_response(validator, status, scope.data, &reply);
  text_release(&scope);
  if (written != MXAUTH_OK) {
    return raise_message(written, "", "The status is none that a client is told of, or the scope is none.");
  }
  return Py_BuildValue("(Iy#s#)", reply.http_status, reply.body, (Py_ssize_t)reply.body_length,
                       reply.www_authenticate, (Py_ssize_t)reply.challenge_length);
}

static PyObject *error_response(PyObject *module, PyObject *arguments) {
  (void)module;
  return replied(NULL, arguments);
}

/* ---------------------------------------------------------------- Text in, text out */

typedef mxauth_status (*of_one)(const char *, size_t, char *, size_t, size_t *, mxauth_error *);
typedef mxauth_status (*of_one_with_flags)(const char *, size_t, uint32_t, char *, size_t, size_t *, mxauth_error *);
typedef mxauth_status (*of_two)(const char *, size_t, const char *, size_t, char *, size_t, size_t *, mxauth_error *);

static PyObject *write_of_one(PyObject *given, of_one write) {
  struct text text;
  PyObject *result;
  if (!text_of(given, "text", &text)) return NULL;
  WRITTEN(result, NULL, write(text.data, text.length, TO_ROOM));
  text_release(&text);
  return result;
}

static PyObject *write_of_one_with_flags(PyObject *arguments, of_one_with_flags write) {
  struct text text;
  unsigned flags;
  PyObject *result;
  if (!PyArg_ParseTuple(arguments, "O&I", take_text, &text, &flags)) return NULL;
  WRITTEN(result, NULL, write(text.data, text.length, flags, TO_ROOM));
  text_release(&text);
  return result;
}

static PyObject *write_of_two(PyObject *arguments, of_two write) {
  struct text first, second;
  PyObject *result;
  if (!PyArg_ParseTuple(arguments, "O&O&", take_text, &first, take_optional_text, &second)) return NULL;
  WRITTEN(result, NULL, write(first.data, first.length, second.data, second.length, TO_ROOM));
  text_release(&first);
  text_release(&second);
  return result;
}

#define OF_ONE(name)                                            \
  static PyObject *name(PyObject *module, PyObject *given) {    \
    (void)module;                                               \
    return write_of_one(given, mxauth_##name);                  \
  }
#define OF_ONE_WITH_FLAGS(name)                                     \
  static PyObject *name(PyObject *module, PyObject *arguments) {    \
    (void)module;                                                   \
    return write_of_one_with_flags(arguments, mxauth_##name);       \
  }
#define OF_TWO(name)                                                \
  static PyObject *name(PyObject *module, PyObject *arguments) {    \
    (void)module;                                                   \
    return write_of_two(arguments, mxauth_##name);                  \
  }

OF_ONE(inspect_keys)
OF_ONE(registration_check)
OF_ONE(cross_signing_retry)
OF_ONE(device_id_check)
OF_ONE(pkce_challenge)
OF_ONE_WITH_FLAGS(scope_inspect)
OF_ONE_WITH_FLAGS(scope_normalise)
OF_TWO(metadata_merge)
OF_TWO(scope_narrow)
OF_TWO(scope_merge)

static PyObject *metadata_check(PyObject *module, PyObject *arguments) {
  struct text document, issuer;
  PyObject *result;
  (void)module;
  if (!PyArg_ParseTuple(arguments, "O&O&", take_text, &document, take_optional_name, &issuer)) return NULL;
  WRITTEN(result, NULL, mxauth_metadata_check(document.data, document.length, issuer.data, TO_ROOM));
  text_release(&document);
  text_release(&issuer);
  return result;
}

static PyObject *login_flows(PyObject *module, PyObject *arguments) {
  struct text providers;
  unsigned flags;
  PyObject *result;
  (void)module;
  if (!PyArg_ParseTuple(arguments, "IO&", &flags, take_optional_text, &providers)) return NULL;
  WRITTEN(result, NULL, mxauth_login_flows(flags, providers.data, providers.length, TO_ROOM));
  text_release(&providers);
  return result;
}

static PyObject *account_url(PyObject *module, PyObject *arguments) {
  struct text target, action, device;
  PyObject *result;
  (void)module;
  if (!PyArg_ParseTuple(arguments, "O&O&O&", take_text, &target, take_optional_name, &action, take_optional_name,
                        &device)) {
    return NULL;
  }
  WRITTEN(result, NULL, mxauth_account_url(target.data, target.length, action.data, device.data, TO_ROOM));
  text_release(&target);
  text_release(&action);
  text_release(&device);
  return result;
}

static PyObject *cross_signing_stage(PyObject *module, PyObject *arguments) {
  struct text target, session;
  unsigned flags;
  PyObject *result;
  (void)module;
  if (!PyArg_ParseTuple(arguments, "O&O&I", take_text, &target, take_name, &session, &flags)) return NULL;
  WRITTEN(result, NULL, mxauth_cross_signing_stage(target.data, target.length, session.data, flags, TO_ROOM));
  text_release(&target);
  text_release(&session);
  return result;
}

static PyObject *authorization_check(PyObject *module, PyObject *arguments) {
  struct text query, client;
  unsigned flags;
  PyObject *result;
  (void)module;
  if (!PyArg_ParseTuple(arguments, "O&O&I", take_text, &query, take_text, &client, &flags)) return NULL;
  WRITTEN(result, NULL, mxauth_authorization_check(query.data, query.length, client.data, client.length, flags,
                                                   TO_ROOM));
  text_release(&query);
  text_release(&client);
  return result;
}

static PyObject *device_id_generate(PyObject *module, PyObject *none) {
  PyObject *result;
  (void)module, (void)none;
  WRITTEN(result, NULL, mxauth_device_id_generate(TO_ROOM));
  return result;
}

/* ---------------------------------------------------------------- Decisions */

static PyObject *decided(mxauth_status status, uint32_t decision, const mxauth_error *error) {
  return status == MXAUTH_OK ? PyLong_FromUnsignedLong(decision) : raise_status(NULL, status, error);
}

static PyObject *login_action(PyObject *module, PyObject *given) {
  struct text query;
  mxauth_error error = MXAUTH_ERROR_INIT;
  uint32_t action = 0;
  (void)module;
  if (!text_of(given, "query", &query)) return NULL;
  mxauth_status status = mxauth_login_action(query.data, query.length, &action, &error);
  text_release(&query);
  return decided(status, action, &error);
}

static PyObject *appservice_registration(PyObject *module, PyObject *given) {
  struct text body;
  mxauth_error error = MXAUTH_ERROR_INIT;
  uint32_t decision = 0;
  (void)module;
  if (!text_of(given, "body", &body)) return NULL;
  mxauth_status status = mxauth_appservice_registration(body.data, body.length, &decision, &error);
  text_release(&body);
  return decided(status, decision, &error);
}

static PyObject *cross_signing_check(PyObject *module, PyObject *arguments) {
  struct text stored, upload;
  mxauth_error error = MXAUTH_ERROR_INIT;
  uint32_t decision = 0;
  (void)module;
  if (!PyArg_ParseTuple(arguments, "O&O&", take_text, &stored, take_text, &upload)) return NULL;
  mxauth_status status =
      mxauth_cross_signing_check(stored.data, stored.length, upload.data, upload.length, &decision, &error);
  text_release(&stored);
  text_release(&upload);
  return decided(status, decision, &error);
}

static PyObject *pkce_check(PyObject *module, PyObject *arguments) {
  struct text verifier, challenge, method;
  mxauth_error error = MXAUTH_ERROR_INIT;
  (void)module;
  if (!PyArg_ParseTuple(arguments, "O&O&O&", take_text, &verifier, take_text, &challenge, take_optional_name,
                        &method)) {
    return NULL;
  }
  mxauth_status status = mxauth_pkce_check(verifier.data, verifier.length, challenge.data, challenge.length,
                                           method.data, &error);
  text_release(&verifier);
  text_release(&challenge);
  text_release(&method);
  if (status != MXAUTH_OK) return raise_status(NULL, status, &error);
  Py_RETURN_NONE;
}

/* (flags, newest, previous), event, generation -> (flags, newest, previous), (action, issued, (retired, retired)) */
static PyObject *refresh_step(PyObject *module, PyObject *arguments) {
  mxauth_refresh_state state = MXAUTH_REFRESH_STATE_INIT;
  mxauth_refresh_outcome outcome = MXAUTH_REFRESH_OUTCOME_INIT;
  mxauth_error error = MXAUTH_ERROR_INIT;
  unsigned flags, event;
  unsigned long long newest, previous, generation;
  (void)module;
  if (!PyArg_ParseTuple(arguments, "(IKK)IK", &flags, &newest, &previous, &event, &generation)) return NULL;
  state.flags = flags;
  state.newest = newest;
  state.previous = previous;
  mxauth_status status = mxauth_refresh_step(&state, event, generation, &outcome, &error);
  if (status != MXAUTH_OK) return raise_status(NULL, status, &error);
  return Py_BuildValue("((IKK)(IK(KK)))", state.flags, (unsigned long long)state.newest,
                       (unsigned long long)state.previous, outcome.action, (unsigned long long)outcome.issued,
                       (unsigned long long)outcome.retired[0], (unsigned long long)outcome.retired[1]);
}

/* (flags, decision, interval, last_poll, expires_at), now -> the same, outcome */
static PyObject *device_grant_poll(PyObject *module, PyObject *arguments) {
  mxauth_device_grant grant = MXAUTH_DEVICE_GRANT_INIT(0, 0);
  mxauth_error error = MXAUTH_ERROR_INIT;
  unsigned flags, decision, interval;
  long long last_poll, expires_at, now;
  uint32_t outcome = 0;
  (void)module;
  if (!PyArg_ParseTuple(arguments, "(IIILL)L", &flags, &decision, &interval, &last_poll, &expires_at, &now)) {
    return NULL;
  }
  grant.flags = flags;
  grant.decision = decision;
  grant.interval = interval;
  grant.last_poll = last_poll;
  grant.expires_at = expires_at;
  mxauth_status status = mxauth_device_grant_poll(&grant, now, &outcome, &error);
  if (status != MXAUTH_OK) return raise_status(NULL, status, &error);
  return Py_BuildValue("((IIILL)I)", grant.flags, grant.decision, grant.interval, (long long)grant.last_poll,
                       (long long)grant.expires_at, outcome);
}

static PyObject *device_grant_error(PyObject *module, PyObject *arguments) {
  unsigned outcome;
  (void)module;
  if (!PyArg_ParseTuple(arguments, "I", &outcome)) return NULL;
  return Py_BuildValue("z", mxauth_device_grant_error(outcome));
}

PyMethodDef functions[] = {
    {"status_describe", status_describe, METH_VARARGS, NULL},
    {"status_name", status_name, METH_VARARGS, NULL},
    {"statuses", statuses, METH_NOARGS, NULL},
    {"options", options, METH_NOARGS, NULL},
    {"version", version, METH_NOARGS, NULL},
    {"version_number", version_number, METH_NOARGS, NULL},
    {"bearer_extract", bearer_extract, METH_VARARGS, NULL},
    {"error_response", error_response, METH_VARARGS, NULL},
    {"inspect_keys", inspect_keys, METH_O, NULL},
    {"registration_check", registration_check, METH_O, NULL},
    {"cross_signing_retry", cross_signing_retry, METH_O, NULL},
    {"device_id_check", device_id_check, METH_O, NULL},
    {"pkce_challenge", pkce_challenge, METH_O, NULL},
    {"scope_inspect", scope_inspect, METH_VARARGS, NULL},
    {"scope_normalise", scope_normalise, METH_VARARGS, NULL},
    {"metadata_merge", metadata_merge, METH_VARARGS, NULL},
    {"scope_narrow", scope_narrow, METH_VARARGS, NULL},
    {"scope_merge", scope_merge, METH_VARARGS, NULL},
    {"metadata_check", metadata_check, METH_VARARGS, NULL},
    {"login_flows", login_flows, METH_VARARGS, NULL},
    {"account_url", account_url, METH_VARARGS, NULL},
    {"cross_signing_stage", cross_signing_stage, METH_VARARGS, NULL},
    {"authorization_check", authorization_check, METH_VARARGS, NULL},
    {"device_id_generate", device_id_generate, METH_NOARGS, NULL},
    {"login_action", login_action, METH_O, NULL},
    {"appservice_registration", appservice_registration, METH_O, NULL},
    {"cross_signing_check", cross_signing_check, METH_VARARGS, NULL},
    {"pkce_check", pkce_check, METH_VARARGS, NULL},
    {"refresh_step", refresh_step, METH_VARARGS, NULL},
    {"device_grant_poll", device_grant_poll, METH_VARARGS, NULL},
    {"device_grant_error", device_grant_error, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
