/* SPDX-License-Identifier: Apache-2.0
 *
 * What was done so far, and what clients are answered.
 */
#include "validator.h"

PyObject *validator_statistics(PyObject *self, PyObject *none) {
  struct engine *engine = ENGINE(self);
  mxauth_stats stats = MXAUTH_STATS_INIT;
  (void)none;
  if (!engine_enter(engine)) return NULL;
  mxauth_status status = mxauth_statistics(engine->validator, &stats);
  PyObject *result = status == MXAUTH_OK
                         ? Py_BuildValue("(IKKKKKKKKKKKKK)", stats.key_sets, stats.validations, stats.accepted,
                                         stats.pending, stats.exchanges_ok, stats.exchanges_failed,
                                         stats.key_sets_replaced, stats.key_sets_unchanged, stats.log_dropped,
                                         stats.cache_hits, stats.cache_entries, stats.cache_bytes,
                                         stats.introspections, stats.revocations)
                         : raise_status(engine->validator, status, NULL);
  engine_leave(engine);
  return result;
}

PyObject *validator_metrics(PyObject *self, PyObject *none) {
  struct engine *engine = ENGINE(self);
  PyObject *result;
  (void)none;
  if (!engine_enter(engine)) return NULL;
  WRITTEN(result, engine->validator, mxauth_metrics(engine->validator, TO_ROOM));
  engine_leave(engine);
  return result;
}

PyObject *validator_describe(PyObject *self, PyObject *arguments) {
  struct engine *engine = ENGINE(self);
  mxauth_status_info info = {.struct_size = sizeof info};
  int status;
  if (!PyArg_ParseTuple(arguments, "i", &status) || !engine_enter(engine)) return NULL;
  PyObject *result = described(mxauth_describe(engine->validator, status, &info), &info);
  engine_leave(engine);
  return result;
}

PyObject *validator_reply(PyObject *self, PyObject *arguments) {
  struct engine *engine = ENGINE(self);
  if (!engine_enter(engine)) return NULL;
  PyObject *result = replied(engine->validator, arguments);
  engine_leave(engine);
  return result;
}
