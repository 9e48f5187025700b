#include "mxauth.h"
