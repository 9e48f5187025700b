// SPDX-License-Identifier: Apache-2.0
//
// scitokens-cpp: keys come from its cache on disk, in a directory of its own here. Only EC keys can be put there without
// a server, and of those it takes P-256.
#include <scitokens/scitokens.h>

#include <cstdlib>

#include "basics.hpp"
#include "peers.hpp"

namespace bench {

namespace {

Verify make(const Key &key) {
  if (key.algorithm != Algorithm::ES256) return {};
  static char directory[] = "/tmp/mxauth-bench-XXXXXX";
  static const bool made = mkdtemp(directory) != nullptr;
  demand(made, "a directory for the keys of scitokens");
  setenv("XDG_CACHE_HOME", directory, 1);
  std::atexit([] {
    const std::string command = std::string("rm -rf ") + directory;
    if (std::system(command.c_str()) != 0) say("left behind: " + std::string(directory));
  });
  char *error = nullptr;
  const int stored = scitoken_store_public_ec_key(kIssuer, key.kid.c_str(), key.pem().c_str(), &error);
  std::free(error);
  if (stored != 0) return {};
  return [](const Token &token) {
    static const char *const issuers[] = {kIssuer, nullptr};
    SciToken read = nullptr;
    char *trouble = nullptr, *audience = nullptr;
    bool good = scitoken_deserialize(token.text.c_str(), &read, issuers, &trouble) == 0;
    std::free(trouble);
    trouble = nullptr;
    good = good && scitoken_get_claim_string(read, "aud", &audience, &trouble) == 0 && std::string_view(audience) == kAudience;
    std::free(trouble);
    std::free(audience);
    if (read != nullptr) scitoken_destroy(read);
    return good;
  };
}

}  // namespace

Peer scitokens() { return {"scitokens", HAVE_SCITOKENS, make, "at+jwt"}; }

}  // namespace bench
