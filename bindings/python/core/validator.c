/* SPDX-License-Identifier: Apache-2.0
 *
 * Validator: the base class of the one in Python, which has the names and the documentation.
 */
#include <unistd.h>

#include "validator.h"

static int validator_init(PyObject *self, PyObject *arguments, PyObject *keywords) {
  PyObject *options, *log, *clock;
  unsigned known_seconds;
  int transport;
  (void)keywords;
  if (!PyArg_ParseTuple(arguments, "OOOIp", &options, &log, &clock, &known_seconds, &transport)) return -1;
  if (ENGINE(self) != NULL) {
    PyErr_SetString(PyExc_TypeError, "a Validator is made once");
    return -1;
  }
  struct engine *engine = engine_new(options, log, clock, known_seconds);
  if (engine == NULL) return -1;
  mxauth_error error = MXAUTH_ERROR_INIT;
  engine->transport = transport != 0;
  mxauth_status status = engine_carry(engine, &error);
  if (status != MXAUTH_OK) {
    raise_status(NULL, status, &error);
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    engine_close(engine);
    PyErr_Restore(type, value, trace);
    return -1;
  }
  ENGINE(self) = engine;
  return 0;
}

static int validator_traverse(PyObject *self, visitproc visit, void *arg) {
  struct engine *engine = ENGINE(self);
  Py_VISIT(Py_TYPE(self));
  if (engine != NULL) {
    Py_VISIT(engine->log);
    Py_VISIT(engine->clock);
  }
  return 0;
}

static int validator_clear(PyObject *self) {
  struct engine *engine = ENGINE(self);
  ENGINE(self) = NULL;
  engine_close(engine);
  return 0;
}

/* Before the collector takes anything apart that a last message for the logger would need. */
static void validator_finalize(PyObject *self) {
  PyObject *kind, *value, *trace;
  PyErr_Fetch(&kind, &value, &trace);
  validator_clear(self);
  PyErr_Restore(kind, value, trace);
}

static void validator_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  validator_finalize(self);
  ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
  Py_DECREF(type);
}

static PyObject *validator_close(PyObject *self, PyObject *none) {
  (void)none;
  validator_clear(self);
  Py_RETURN_NONE;
}

static PyObject *validator_forked(PyObject *self, PyObject *none) {
  (void)none;
  if (ENGINE(self) != NULL) engine_forked(ENGINE(self));
  Py_RETURN_NONE;
}

static PyObject *validator_start(PyObject *self, PyObject *none) {
  struct engine *engine = ENGINE(self);
  mxauth_error error = MXAUTH_ERROR_INIT;
  (void)none;
  if (!engine_enter(engine)) return NULL;
  engine->transport = true;
  mxauth_status status = engine_carry(engine, &error);
  PyObject *result = status == MXAUTH_OK ? Py_None : raise_status(engine->validator, status, &error);
  engine_leave(engine);
  Py_XINCREF(result);
  return result;
}

static PyObject *validator_stop(PyObject *self, PyObject *none) {
  struct engine *engine = ENGINE(self);
  (void)none;
  if (!engine_enter(engine)) return NULL;
  engine->transport = false;
  if (engine->carried == getpid()) {
    engine->carried = 0;
    Py_BEGIN_ALLOW_THREADS
    mxauth_transport_stop(engine->validator);
    Py_END_ALLOW_THREADS
  }
  engine_leave(engine);
  Py_RETURN_NONE;
}

PyObject *done(struct engine *engine, mxauth_status status, const mxauth_error *error) {
  PyObject *result = status == MXAUTH_OK ? Py_None : raise_status(engine->validator, status, error);
  Py_XINCREF(result);
  engine_leave(engine);
  return result;
}

#define FAST(function) (PyCFunction)(void (*)(void))function, METH_FASTCALL | METH_KEYWORDS

PyDoc_STRVAR(validate_doc,
             "validate($self, /, token, *, timeout=10.0)\n--\n\n"
             "Judges an access token: what follows \"Bearer \" in an Authorization header. Returns a Verdict or\n"
             "raises an Error. Only if the issuer has to be asked first it waits, for `timeout` seconds at most,\n"
             "without the GIL; with a timeout of 0 it raises Pending then. Any thread.");
PyDoc_STRVAR(authorize_doc,
             "authorize($self, /, verdict, method, path)\n--\n\n"
             "May whoever sends this request send it? `verdict` is that on its token, None if it came without one;\n"
             "`method` and `path`, with or without a query, are those of the request. Returns None or raises an\n"
             "Error. Any thread; never waits.");

static PyMethodDef methods[] = {
    {"validate", FAST(validator_validate), validate_doc},
    {"authorize", FAST(validator_authorize), authorize_doc},
    {"_judge", validator_judge, METH_O, NULL},
    {"_explain", validator_explain, METH_O, NULL},
    {"_claims", validator_claims, METH_O, NULL},
    {"_scope_grants", validator_scope_grants, METH_O, NULL},
    {"_required_scope", validator_required_scope, METH_VARARGS, NULL},
    {"_takes_token", validator_takes_token, METH_VARARGS, NULL},
    {"_transaction_key", validator_transaction_key, METH_VARARGS, NULL},
    {"_interactive_auth", validator_interactive_auth, METH_VARARGS, NULL},
    {"_device_management", validator_device_management, METH_VARARGS, NULL},
    {"_revoke", validator_revoke, METH_VARARGS, NULL},
    {"_revoke_signed", validator_revoke_signed, METH_O, NULL},
    {"_revoke_at_issuer", validator_revoke_at_issuer, METH_VARARGS, NULL},
    {"_event_fd", validator_event_fd, METH_NOARGS, NULL},
    {"_clear_events", validator_clear_events, METH_NOARGS, NULL},
    {"_next_deadline", validator_next_deadline, METH_NOARGS, NULL},
    {"_next_exchange", validator_next_exchange, METH_NOARGS, NULL},
    {"_complete_exchange", validator_complete_exchange, METH_VARARGS, NULL},
    {"_statistics", validator_statistics, METH_NOARGS, NULL},
    {"_metrics", validator_metrics, METH_NOARGS, NULL},
    {"_describe", validator_describe, METH_VARARGS, NULL},
    {"_reply", validator_reply, METH_VARARGS, NULL},
    {"_start_transport", validator_start, METH_NOARGS, NULL},
    {"_stop_transport", validator_stop, METH_NOARGS, NULL},
    {"_close", validator_close, METH_NOARGS, NULL},
    {"_forked", validator_forked, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

bool validator_ready(PyObject *module) {
  PyType_Slot slots[] = {
      {Py_tp_init, validator_init},   {Py_tp_finalize, validator_finalize}, {Py_tp_dealloc, validator_dealloc},
      {Py_tp_clear, validator_clear}, {Py_tp_traverse, validator_traverse}, {Py_tp_methods, methods},
      {0, NULL},
  };
  PyType_Spec spec = {"mxauth._core.Validator", sizeof(struct validator), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, slots};
  PyObject *type = PyType_FromSpec(&spec);
  return type != NULL && PyModule_AddObject(module, "Validator", type) == 0;
}
