#include <dlfcn.h>
#include <string.h>
#include <time.h>
