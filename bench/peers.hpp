// SPDX-License-Identifier: Apache-2.0
//
// Other libraries that judge a token: parse it, check its signature, and compare exp, iss and aud. Keys are loaded before,
// wherever the library can keep one. Those that are not installed are not compiled in, and the results name them.
#pragma once
#include <string>
#include <vector>

#include "floors.hpp"

namespace bench {

struct Peer {
  std::string name;
  std::string version;            ///< "" if it is not installed.
  Verify (*make)(const Key &key); ///< Empty for an algorithm that it does not know.
  const char *type = "at+jwt";    ///< The `typ` of tokens that it takes.
};

#ifdef HAVE_LIBJWT
Peer libjwt();
#endif
#ifdef HAVE_CJOSE
Peer cjose();
#endif
#ifdef HAVE_RHONABWY
Peer rhonabwy();
#endif
#ifdef HAVE_SCITOKENS
Peer scitokens();
#endif

inline std::vector<Peer> peers() {
  return {
#ifdef HAVE_LIBJWT
      libjwt(),
#else
      {"libjwt", "", nullptr, ""},
#endif
#ifdef HAVE_CJOSE
      cjose(),
#else
      {"cjose", "", nullptr, ""},
#endif
#ifdef HAVE_RHONABWY
      rhonabwy(),
#else
      {"rhonabwy", "", nullptr, ""},
#endif
#ifdef HAVE_SCITOKENS
      scitokens(),
#else
      {"scitokens", "", nullptr, ""},
#endif
  };
}

}  // namespace bench
