/* SPDX-License-Identifier: Apache-2.0 */
#include "core.h"

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "mxauth._core", "What of libmxauth Python calls; see the package mxauth.", -1, functions,
    NULL,                  NULL,           NULL,                                                      NULL,
};

PyMODINIT_FUNC PyInit__core(void) {
  PyObject *module = PyModule_Create(&definition);
  if (module != NULL && !(verdict_ready(module) && validator_ready(module))) Py_CLEAR(module);
  return module;
}
