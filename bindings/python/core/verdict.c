/* SPDX-License-Identifier: Apache-2.0
 *
 * Verdict: the library's flat struct inside a Python object. What it holds becomes Python objects when it is asked for.
 */
#include <stddef.h>
#include <string.h>

#include "core.h"

PyTypeObject *verdict_type;

/* Memory of verdicts that are gone: one is made for every request. */
enum { SPARES = 16 };
static struct verdict *spares[SPARES];
static int spare_count;

struct verdict *verdict_new(void) {
  struct verdict *verdict;
  if (spare_count > 0) {
    verdict = spares[--spare_count];
    PyObject_Init((PyObject *)verdict, verdict_type);
  } else {
    verdict = PyObject_New(struct verdict, verdict_type);
    if (verdict == NULL) return NULL;
  }
  verdict->flat.struct_size = sizeof verdict->flat;
  return verdict;
}

static void verdict_dealloc(PyObject *self) {
  if (spare_count < SPARES) {
    spares[spare_count++] = (struct verdict *)self;
  } else {
    PyObject_Free(self);
  }
  Py_DECREF(verdict_type);
}

bool verdict_of(PyObject *value, const mxauth_verdict **flat) {
  if (value == Py_None) {
    *flat = NULL;
    return true;
  }
  if (Py_TYPE(value) != verdict_type) {
    PyErr_Format(PyExc_TypeError, "verdict must be a Verdict or None, not %R", (PyObject *)Py_TYPE(value));
    return false;
  }
  *flat = &((struct verdict *)value)->flat;
  return true;
}

#define FLAT(self) (&((struct verdict *)(self))->flat)

static PyObject *get_kind(PyObject *self, void *closure) {
  static PyObject *kind;
  (void)closure;
  if (part_of_package("mxauth._enums", "Kind", &kind) == NULL) return NULL;
  return PyObject_CallFunction(kind, "I", FLAT(self)->kind);
}

static PyObject *get_grants(PyObject *self, void *closure) {
  static PyObject *grant, *last;
  static uint64_t last_bits;
  uint64_t bits = FLAT(self)->grants;
  (void)closure;
  if (last == NULL || bits != last_bits) {
    if (part_of_package("mxauth._enums", "Grant", &grant) == NULL) return NULL;
    PyObject *made = PyObject_CallFunction(grant, "K", (unsigned long long)bits);
    if (made == NULL) return NULL;
    Py_XDECREF(last);
    last = made;
    last_bits = bits;
  }
  Py_INCREF(last);
  return last;
}

static PyObject *get_flag(PyObject *self, void *flag) {
  return PyBool_FromLong((FLAT(self)->flags & (uint32_t)(uintptr_t)flag) != 0);
}

static PyObject *get_time(PyObject *self, void *offset) {
  return PyLong_FromLongLong(*(const int64_t *)((const char *)FLAT(self) + (uintptr_t)offset));
}

static PyObject *get_issuer(PyObject *self, void *closure) {
  (void)closure;
  return PyLong_FromUnsignedLong(FLAT(self)->issuer);
}

static PyObject *get_text(PyObject *self, void *offset) {
  const mxauth_text *text = (const mxauth_text *)((const char *)FLAT(self) + (uintptr_t)offset);
  return PyUnicode_FromStringAndSize(text->bytes, text->length);
}

#define OFFSET(field) ((void *)offsetof(mxauth_verdict, field))

static PyGetSetDef attributes[] = {
    {"kind", get_kind, NULL, "Kind: how the token was judged.", NULL},
    {"cached", get_flag, NULL, "bool: from the verdict cache. Does not count in comparisons.",
     (void *)(uintptr_t)MXAUTH_VERDICT_CACHED},
    {"unknown_scopes", get_flag, NULL, "bool: scopes were present that grant nothing here.",
     (void *)(uintptr_t)MXAUTH_VERDICT_UNKNOWN_SCOPES},
    {"grants", get_grants, NULL, "Grant: what the scopes allow.", NULL},
    {"expires_at", get_time, NULL, "int: `exp` in Unix seconds; 0 for an introspected token that does not expire.",
     OFFSET(expires_at)},
    {"issued_at", get_time, NULL, "int: `iat` in Unix seconds, 0 when absent.", OFFSET(issued_at)},
    {"issuer", get_issuer, NULL, "int: the position of its issuer among those configured, from 0.", NULL},
    {"user_id", get_text, NULL, "str: the full Matrix user ID; empty only if require_user is false.", OFFSET(user_id)},
    {"device_id", get_text, NULL, "str: the device ID; empty when no scope names one.", OFFSET(device_id)},
    {"subject", get_text, NULL, "str: `sub`; may be empty.", OFFSET(subject)},
    {"client_id", get_text, NULL, "str: `client_id`, else `azp`; may be empty.", OFFSET(client_id)},
    {NULL, NULL, NULL, NULL, NULL},
};

/* What is compared: all but whether it came from the cache. */
static uint32_t compared_flags(const mxauth_verdict *flat) { return flat->flags & ~MXAUTH_VERDICT_CACHED; }

static bool same_text(const mxauth_text *first, const mxauth_text *second) {
  return first->length == second->length && memcmp(first->bytes, second->bytes, first->length) == 0;
}

static bool same(const mxauth_verdict *a, const mxauth_verdict *b) {
  return a->kind == b->kind && compared_flags(a) == compared_flags(b) && a->grants == b->grants &&
         a->expires_at == b->expires_at && a->issued_at == b->issued_at && a->issuer == b->issuer &&
         same_text(&a->user_id, &b->user_id) && same_text(&a->device_id, &b->device_id) &&
         same_text(&a->subject, &b->subject) && same_text(&a->client_id, &b->client_id);
}

static PyObject *verdict_compare(PyObject *self, PyObject *other, int operation) {
  if (Py_TYPE(other) != verdict_type || (operation != Py_EQ && operation != Py_NE)) {
    Py_INCREF(Py_NotImplemented);
    return Py_NotImplemented;
  }
  return PyBool_FromLong(same(FLAT(self), FLAT(other)) == (operation == Py_EQ));
}

static PyObject *compared_values(const mxauth_verdict *flat) {
  return Py_BuildValue("(IIKLLIs#s#s#s#)", flat->kind, compared_flags(flat), (unsigned long long)flat->grants,
                       (long long)flat->expires_at, (long long)flat->issued_at, flat->issuer, flat->user_id.bytes,
                       (Py_ssize_t)flat->user_id.length, flat->device_id.bytes, (Py_ssize_t)flat->device_id.length,
                       flat->subject.bytes, (Py_ssize_t)flat->subject.length, flat->client_id.bytes,
                       (Py_ssize_t)flat->client_id.length);
}

static Py_hash_t verdict_hash(PyObject *self) {
  PyObject *values = compared_values(FLAT(self));
  Py_hash_t hash = values ? PyObject_Hash(values) : -1;
  Py_XDECREF(values);
  return hash;
}

static PyObject *verdict_repr(PyObject *self) {
  PyObject *user = get_text(self, OFFSET(user_id)), *device = get_text(self, OFFSET(device_id));
  PyObject *grants = get_grants(self, NULL), *repr = NULL;
  if (user != NULL && device != NULL && grants != NULL) {
    repr = PyUnicode_FromFormat("<mxauth.Verdict user_id=%R device_id=%R grants=%R>", user, device, grants);
  }
  Py_XDECREF(user);
  Py_XDECREF(device);
  Py_XDECREF(grants);
  return repr;
}

static bool put_text(PyObject *value, const char *name, mxauth_text *text) {
  struct text given = {NULL, 0, NULL};
  *text = (mxauth_text){0, {0}};
  if (value == NULL) return true;
  if (!text_of(value, name, &given)) return false;
  bool fits = given.length < sizeof text->bytes && given.owner == NULL;
  if (fits) {
    memcpy(text->bytes, given.data, given.length);
    text->length = (uint16_t)given.length;
  } else {
    PyErr_Format(PyExc_ValueError, "%s is no text of at most %d bytes of UTF-8", name, (int)sizeof text->bytes - 1);
  }
  text_release(&given);
  return fits;
}

static PyObject *verdict_made(PyObject *class, PyObject *arguments, PyObject *keywords) {
  static char *names[] = {"grants",    "user_id", "device_id",  "subject",   "client_id",
                          "kind",      "issuer",  "expires_at", "issued_at", "unknown_scopes", NULL};
  PyObject *user = NULL, *device = NULL, *subject = NULL, *client = NULL;
  unsigned long long grants = 0;
  unsigned kind = MXAUTH_KIND_NONE, issuer = 0;
  long long expires_at = 0, issued_at = 0;
  int unknown_scopes = 0;
  (void)class;
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "|$KUUUUIILLp", names, &grants, &user, &device, &subject,
                                   &client, &kind, &issuer, &expires_at, &issued_at, &unknown_scopes)) {
    return NULL;
  }
  struct verdict *verdict = verdict_new();
  if (verdict == NULL) return NULL;
  mxauth_verdict *flat = &verdict->flat;
  flat->status = MXAUTH_OK;
  flat->kind = kind;
  flat->flags = unknown_scopes ? MXAUTH_VERDICT_UNKNOWN_SCOPES : 0;
  flat->grants = grants;
  flat->expires_at = expires_at;
  flat->issued_at = issued_at;
  flat->issuer = issuer;
  flat->exchange = 0;
  if (!put_text(user, "user_id", &flat->user_id) || !put_text(device, "device_id", &flat->device_id) ||
      !put_text(subject, "subject", &flat->subject) || !put_text(client, "client_id", &flat->client_id)) {
    Py_DECREF(verdict);
    return NULL;
  }
  return (PyObject *)verdict;
}

/* Py_TPFLAGS_DISALLOW_INSTANTIATION came with 3.10. */
static PyObject *verdict_no_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
  (void)type, (void)arguments, (void)keywords;
  PyErr_SetString(PyExc_TypeError, "verdicts come from a Validator, or from Verdict.of");
  return NULL;
}

static PyMethodDef methods[] = {
    {"of", (PyCFunction)(void (*)(void))verdict_made, METH_VARARGS | METH_KEYWORDS | METH_CLASS,
     "A host's own verdict, on a guest or an application service, say: what it names is set, the rest empty."},
    {NULL, NULL, 0, NULL},
};

bool verdict_ready(PyObject *module) {
  PyType_Slot slots[] = {
      {Py_tp_doc, "What is known of the bearer of a good token. Immutable; compared by value."},
      {Py_tp_dealloc, verdict_dealloc},
      {Py_tp_repr, verdict_repr},
      {Py_tp_hash, verdict_hash},
      {Py_tp_richcompare, verdict_compare},
      {Py_tp_getset, attributes},
      {Py_tp_methods, methods},
      {Py_tp_new, verdict_no_new},
      {0, NULL},
  };
  PyType_Spec spec = {"mxauth.Verdict", sizeof(struct verdict), 0, Py_TPFLAGS_DEFAULT, slots};
  verdict_type = (PyTypeObject *)PyType_FromSpec(&spec);
  if (verdict_type == NULL) return false;
  Py_INCREF(verdict_type);
  return PyModule_AddObject(module, "Verdict", (PyObject *)verdict_type) == 0;
}
