// SPDX-License-Identifier: Apache-2.0
//
// Writes what check.c judges: issuer and audience, and for each algorithm a line of its name and the number of tokens, its
// key set and the tokens. They come from the seed: the same libcrypto writes the same file.
#include <cstdio>

#include "tokens.hpp"

int main() {
  using namespace bench;
  std::printf("%s\n%s\n", kIssuer, kAudience);
  for (const Algorithm algorithm : kAlgorithms) {
    // A P-384 signature costs ten times the others.
    const int count = algorithm == Algorithm::ES384 ? 40 : 200;
    const Key &key = key_of(algorithm);
    const Seeded seeded(std::string("tokens to count by, ") + name_of(algorithm));
    std::printf("%s %d\n%s\n", name_of(algorithm), count, key_set({key}).c_str());
    for (const Token &token : make_tokens(key, count)) std::printf("%s\n", token.text.c_str());
  }
}
