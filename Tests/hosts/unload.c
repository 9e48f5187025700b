/* SPDX-License-Identifier: Apache-2.0
 *
 * A host that opens the library with dlopen, also privately, and closes it again: it stays (-z nodelete), for threads that
 * have used it still have something of it to free, and fork still calls it. unload LIBRARY
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mxauth.h>

static const char *path;
static pthread_barrier_t used, closed;

static int works(void *library) {
  mxauth_config *(*make)(void);
  mxauth_status (*set)(mxauth_config *, const char *, const char *, mxauth_error *);
  void (*drop)(mxauth_config *);
  mxauth_status (*make_validator)(const mxauth_config *, mxauth_validator **, mxauth_error *);
  void (*drop_validator)(mxauth_validator *);
  mxauth_status (*validate)(mxauth_validator *, const char *, size_t, mxauth_verdict *, mxauth_error *);
  *(void **)&make = dlsym(library, "mxauth_config_new");
  *(void **)&set = dlsym(library, "mxauth_config_set");
  *(void **)&drop = dlsym(library, "mxauth_config_free");
  *(void **)&make_validator = dlsym(library, "mxauth_validator_new");
  *(void **)&drop_validator = dlsym(library, "mxauth_validator_free");
  *(void **)&validate = dlsym(library, "mxauth_validate");
  if (!make || !set || !drop || !make_validator || !drop_validator || !validate) return 0;
  static const char secret[] = "{\"kty\":\"oct\",\"alg\":\"HS256\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\"}";
  static const char token[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovL2kuZXhhbXBsZS8ifQ."
                              "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  mxauth_config *config = make();
  mxauth_validator *validator = NULL;
  mxauth_verdict verdict = MXAUTH_VERDICT_INIT;
  mxauth_error error = MXAUTH_ERROR_INIT;
  int good = !set(config, "server_name", "example.org", &error) && !set(config, "issuer", "https://i.example/", &error) &&
             !set(config, "issuer.any_audience", "true", &error) && !set(config, "issuer.algorithms", "HS256", &error) &&
             !set(config, "issuer.keys", secret, &error) && !make_validator(config, &validator, &error) &&
             validate(validator, token, strlen(token), &verdict, &error) == MXAUTH_SIGNATURE_INVALID;
  if (!good) fprintf(stderr, "%s\n", error.message);
  drop_validator(validator);
  drop(config);
  return good;
}

static void *use_then_outlive(void *library) {
  int good = works(library);
  pthread_barrier_wait(&used);
  pthread_barrier_wait(&closed);
  // Ends, and with it what the library kept for this thread, after the last dlclose.
  return good ? (void *)&path : NULL;
}

int main(int argc, char **argv) {
  int passed = 0, failed = 0;
  if (argc < 2) return 2;
  path = argv[1];
#define CHECK(holds) ((holds) ? passed++ : (failed++, fprintf(stderr, "FAILED: line %d: %s\n", __LINE__, #holds)))
  for (int i = 0; i < 5; i++) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL && works(library));
    CHECK(dlclose(library) == 0);
  }
  CHECK(dlopen(path, RTLD_NOW | RTLD_NOLOAD) != NULL);
  void *private = dlmopen(LM_ID_NEWLM, path, RTLD_NOW);
  CHECK(private != NULL && works(private));

  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL), *outcome = NULL;
  pthread_t thread;
  pthread_barrier_init(&used, NULL, 2);
  pthread_barrier_init(&closed, NULL, 2);
  CHECK(pthread_create(&thread, NULL, use_then_outlive, library) == 0);
  pthread_barrier_wait(&used);
  CHECK(dlclose(library) == 0);
  pthread_barrier_wait(&closed);
  CHECK(pthread_join(thread, &outcome) == 0 && outcome != NULL);

  pid_t child = fork();
  if (child == 0) _exit(works(dlopen(path, RTLD_NOW)) ? 0 : 1);
  int ending = -1;
  waitpid(child, &ending, 0);
  CHECK(ending == 0);
  printf("unload: %d passed, %d failed\n", passed, failed);
  return failed != 0;
}
