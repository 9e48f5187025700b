// SPDX-License-Identifier: Apache-2.0
//
// Two threads, each on a processor of its own. They work in short windows of time; a window in which the system took the
// processor from either thread says nothing and is left out, whereas waiting for a lock counts.
#pragma once
#include <functional>
#include <string>

namespace bench {

bool has_two_processors();

/// `ratio.NAME.2threads`: calls in a time by both threads, over the mean of each alone. `make(i)` gives what thread i does;
/// it is copied, and has to keep its place all the same.
void measure_threads(const std::string &name, const std::function<std::function<void()>(size_t)> &make);

/// The nanoseconds that one of the `count` steps of a call takes while both threads work at it.
void measure_together(const std::string &key, int calls, double count, const std::function<std::function<void()>(size_t)> &make);

}  // namespace bench
