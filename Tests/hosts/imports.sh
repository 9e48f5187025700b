#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the library cannot do to a process, since it does not import the functions for it: imports.sh LIBRARY
set -euo pipefail
export LC_ALL=C
imported=$(nm -D --undefined-only "$1" | awk '{sub(/@.*/, "", $2); print $2}' | sort -u)
passed=0
failed=0

never() { # WHAT NAME...
  local found
  found=$(comm -12 <(printf '%s\n' "${@:2}" | sort -u) <(echo "$imported") | xargs)
  if [ -z "$found" ]; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAILED: $1: $found" >&2
  fi
}

never 'end it' exit _exit _Exit quick_exit abort __assert_fail kill raise pthread_kill tgkill pthread_exit pthread_cancel
never 'be called when it ends' atexit on_exit at_quick_exit __cxa_atexit
never 'handle signals' signal sigaction bsd_signal sigaltstack sigprocmask alarm setitimer timer_create signalfd
never 'read or change the environment' getenv secure_getenv setenv putenv unsetenv clearenv environ __environ
never 'read or change the locale' setlocale newlocale uselocale localeconv nl_langinfo
never 'write to its output' stdout stderr stdin printf fprintf vfprintf puts fputs putchar perror syslog vsyslog fwrite
never 'change its directory, limits or identity' chdir fchdir chroot umask setrlimit prlimit setuid setgid prctl nice
never 'start programs' fork vfork clone system popen posix_spawn execve execv execvp execl
never 'jump' setjmp _setjmp longjmp siglongjmp
never 'lower floating-point care' fesetround fesetenv feenableexcept
never 'set up OpenSSL' OPENSSL_init_crypto OPENSSL_init_ssl OPENSSL_config CONF_modules_load OSSL_PROVIDER_load \
  OSSL_PROVIDER_unload OSSL_LIB_CTX_set0_default EVP_set_default_properties CRYPTO_set_mem_functions RAND_set_rand_method \
  ENGINE_load_builtin_engines OPENSSL_cleanup ERR_clear_error ERR_get_error
never 'set up jansson' json_set_alloc_funcs json_set_alloc_funcs2 json_object_seed
never 'need libcurl' curl_global_init curl_easy_init curl_multi_init

echo "imports: $passed passed, $failed failed"
[ $failed = 0 ]
