// SPDX-License-Identifier: Apache-2.0
// Options, a clock and a log on their way to a validator.
#ifndef MXAUTH_CONFIG_HPP
#define MXAUTH_CONFIG_HPP

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text.hpp"

namespace mxauth {

/** Which time a clock is asked for. */
enum class clock_kind : std::uint32_t {
  wall = MXAUTH_CLOCK_WALL,           /**< Since 1970-01-01T00:00:00Z: what claims are compared with. */
  monotonic = MXAUTH_CLOCK_MONOTONIC, /**< What only ever grows: what caches and timers go by. */
};

enum class log_level : std::uint32_t {
  error = MXAUTH_LOG_ERROR,
  warning = MXAUTH_LOG_WARNING,
  info = MXAUTH_LOG_INFO,
  debug = MXAUTH_LOG_DEBUG,
};

/**
 * Called on the thread that validates, possibly on several at once; must not call the library. An exception that leaves it
 * ends the program (std::terminate), for it must not pass through the library.
 */
using clock_function = std::function<std::chrono::nanoseconds(clock_kind)>;

/**
 * `message` is one line without token, key or secret, valid during the call. Called on whatever thread does the work,
 * possibly on several at once; must not end the validator. Exceptions end the program, as with a clock.
 */
using log_function = std::function<void(log_level, std::string_view message)>;

/** One row of the option table. All text is static. */
struct option_info {
  std::string_view name;
  std::string_view type;          /**< "text", "list", "boolean", "integer" or "duration" (seconds). */
  std::string_view unit;          /**< "bytes", "seconds", "bits", or "". */
  std::string_view default_value; /**< As it would be set; empty for none. */
  std::string_view range;
  std::string_view meaning;
};

/** The table of options, as in docs/options.md. */
inline std::vector<option_info> options() {
  std::vector<option_info> all;
  all.reserve(mxauth_option_count());
  for (std::size_t i = 0; i < mxauth_option_count(); i++) {
    mxauth_option_info row{};
    row.struct_size = sizeof row;
    if (mxauth_option_at(i, &row) == MXAUTH_OK)
      all.push_back({row.name, row.type, row.unit, row.default_value, row.range, row.meaning});
  }
  return all;
}

namespace detail {

/** What the library calls; shared by a configuration and the validators made from it. */
struct callbacks {
  clock_function clock;
  log_function log;
};

extern "C" inline std::int64_t mxauth_hpp_clock(void* user, std::uint32_t clock) noexcept {
  return static_cast<callbacks*>(user)->clock(static_cast<clock_kind>(clock)).count();
}

extern "C" inline void mxauth_hpp_log(void* user, std::uint32_t level, const char* message) noexcept {
  static_cast<callbacks*>(user)->log(static_cast<log_level>(level), message);
}

struct config_deleter {
  void operator()(mxauth_config* config) const noexcept { mxauth_config_free(config); }
};

}  // namespace detail

class validator;

/** Options on their way to a validator. Owns its mxauth_config; moves, does not copy; one thread at a time. */
class config {
 public:
  using option = std::pair<std::string_view, std::string_view>;

  config() : handle_(mxauth_config_new()) {}

  /**
   * Sets one option of docs/options.md. What is refused changes nothing. The value is a note, empty except for a key set
   * that was taken though some of its entries had to be skipped.
   */
  result<std::string> set(std::string_view name, std::string_view value) {
    const detail::terminated c_name(name), c_value(value);
    if (c_name.holds_nul()) return detail::nul_inside(status::option_unknown, "name");
    if (c_value.holds_nul()) return detail::nul_inside(status::option_invalid, c_name.get());
    error why;
    if (mxauth_config_set(handle_.get(), c_name.get(), c_value.get(), why.c_error()) != MXAUTH_OK) return why;
    return std::string(why.message());
  }

  /** Sets one after the other, up to the first that is refused; the value is their notes, each with a line feed. */
  result<std::string> set(std::initializer_list<option> options) {
    std::string notes;
    for (const auto& [name, value] : options) {
      auto note = set(name, value);
      if (!note) return note;
      if (!note->empty()) notes.append(*note).push_back('\n');
    }
    return notes;
  }

  /** A clock in place of the system's, for validators that are made later and the tests of hosts. */
  result<void> set_clock(clock_function clock) {
    const bool is_there = static_cast<bool>(clock);
    renew().clock = std::move(clock);
    return register_callbacks(is_there, static_cast<bool>(callbacks_->log));
  }

  /** Whom validators that are made later tell of their doings with issuers; an empty function for nobody. */
  result<void> set_log(log_function log) {
    const bool is_there = static_cast<bool>(log);
    renew().log = std::move(log);
    return register_callbacks(static_cast<bool>(callbacks_->clock), is_there);
  }

  /** For functions of mxauth.h; null if memory ran out, or after a move. */
  mxauth_config* c_config() const noexcept { return handle_.get(); }

 private:
  friend class validator;

  /** Validators that were made before go on with what they were made with. */
  detail::callbacks& renew() {
    callbacks_ = std::make_shared<detail::callbacks>(callbacks_ ? *callbacks_ : detail::callbacks());
    return *callbacks_;
  }

  result<void> register_callbacks(bool clock, bool log) {
    mxauth_status code =
        mxauth_config_set_clock(handle_.get(), clock ? &detail::mxauth_hpp_clock : nullptr, callbacks_.get());
    if (code == MXAUTH_OK)
      code = mxauth_config_set_log(handle_.get(), log ? &detail::mxauth_hpp_log : nullptr, callbacks_.get());
    if (code == MXAUTH_OK) return {};
    return error(static_cast<status>(code), "config", "There is no configuration. Use one that was not moved from.");
  }

  std::shared_ptr<detail::callbacks> callbacks_;
  std::unique_ptr<mxauth_config, detail::config_deleter> handle_;
};

}  // namespace mxauth

#endif
