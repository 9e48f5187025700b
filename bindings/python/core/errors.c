/* SPDX-License-Identifier: Apache-2.0
 *
 * Statuses as exceptions, whose classes are the Python part's.
 */
#include "core.h"

PyObject *part_of_package(const char *module, const char *name, PyObject **kept) {
  if (*kept == NULL) {
    PyObject *imported = PyImport_ImportModule(module);
    if (imported == NULL) return NULL;
    *kept = PyObject_GetAttrString(imported, name);
    Py_DECREF(imported);
  }
  return *kept;
}

PyObject *raise_status(mxauth_validator *validator, mxauth_status status, const mxauth_error *error) {
  static PyObject *error_of;
  mxauth_status_info info = {.struct_size = sizeof info};
  mxauth_status described =
      validator ? mxauth_describe(validator, status, &info) : mxauth_status_describe(status, &info);
  if (described != MXAUTH_OK) info = (mxauth_status_info){.http_status = 500, .errcode = "M_UNKNOWN", .sentence = ""};
  if (part_of_package("mxauth._errors", "error_of", &error_of) == NULL) return NULL;
  bool explained = error != NULL && error->status == status && error->message[0] != 0;
  PyObject *exception =
      PyObject_CallFunction(error_of, "issisi", (int)status, explained ? error->subject : "",
                            explained ? error->message : info.sentence, (int)info.http_status, info.errcode,
                            (int)info.soft_logout);
  if (exception == NULL) return NULL;
  PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
  Py_DECREF(exception);
  return NULL;
}

PyObject *raise_message(mxauth_status status, const char *subject, const char *message) {
  mxauth_error error = {.struct_size = sizeof error, .status = status};
  PyOS_snprintf(error.subject, sizeof error.subject, "%s", subject);
  PyOS_snprintf(error.message, sizeof error.message, "%s", message);
  return raise_status(NULL, status, &error);
}
