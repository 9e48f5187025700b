// SPDX-License-Identifier: Apache-2.0
// The part of a validator that has to do with the network: its transport, or the exchanges for a host that carries them.
#ifndef MXAUTH_OUTBOX_HPP
#define MXAUTH_OUTBOX_HPP

#include <memory>
#include <optional>
#include <utility>

#include "config.hpp"
#include "exchange.hpp"

namespace mxauth {

namespace detail {

struct validator_deleter {
  void operator()(mxauth_validator* validator) const noexcept { mxauth_validator_free(validator); }
};

}  // namespace detail

/** What the code of an event loop needs of a validator, which is one. */
class outbox {
 public:
  /** Starts a thread that carries exchanges with libcurl, which is loaded now. */
  result<void> start_transport() noexcept {
    error why;
    return detail::outcome(mxauth_transport_start(c_validator(), why.c_error()), why);
  }

  /** Stops it and waits for it. */
  void stop_transport() noexcept { mxauth_transport_stop(c_validator()); }

  /** For hosts without that thread: the next exchange that is due, if there is one. */
  std::optional<exchange> next_exchange() const noexcept {
    std::optional<exchange> next(std::in_place);
    if (mxauth_next_exchange(c_validator(), &next->raw_) != MXAUTH_OK) next.reset();
    return next;
  }

  /** Hands in what came of it. */
  result<void> complete(std::uint64_t id, const response& came) const noexcept {
    mxauth_response c_response = MXAUTH_RESPONSE_INIT;
    c_response.http_status = came.http_status;
    c_response.headers = came.headers.data();
    c_response.headers_length = came.headers.size();
    c_response.body = came.body.data();
    c_response.body_length = came.body.size();
    error why;
    return detail::outcome(mxauth_complete_exchange(c_validator(), id, &c_response, why.c_error()), why);
  }

  /**
   * Carries all exchanges that are due, one after the other: `perform` is called with each and returns an owned_response.
   * Returns how many there were. If it throws, that exchange has failed, and the exception goes on to the caller.
   */
  template <class Perform>
  std::size_t carry(Perform&& perform) const {
    struct completion {
      const outbox& of;
      std::uint64_t id;
      owned_response came;
      // One that is over time meanwhile is not wanted any more.
      ~completion() { static_cast<void>(of.complete(id, {came.http_status, came.headers, came.body})); }
    };
    std::size_t count = 0;
    while (const auto next = next_exchange()) {
      completion done{*this, next->id(), {}};
      done.came = perform(*next);
      count++;
    }
    return count;
  }

  /** The time until next_exchange should be called though no token has asked for anything; none for never. */
  std::optional<std::chrono::milliseconds> next_deadline() const noexcept {
    const std::int64_t milliseconds = mxauth_next_deadline(c_validator());
    if (milliseconds < 0) return std::nullopt;
    return std::chrono::milliseconds(milliseconds);
  }

  /** A descriptor for poll or epoll: readable when an exchange has become due or was completed. Not to be closed. */
  int event_fd() const noexcept { return mxauth_event_fd(c_validator()); }

  /** Makes it unreadable until the next event. */
  void clear_events() const noexcept { mxauth_clear_events(c_validator()); }

  /** For functions of mxauth.h; null after a move. */
  mxauth_validator* c_validator() const noexcept { return handle_.get(); }

 protected:
  outbox(std::shared_ptr<detail::callbacks> callbacks, mxauth_validator* made) noexcept
      : callbacks_(std::move(callbacks)), handle_(made) {}
  ~outbox() = default;

  outbox(outbox&& other) noexcept = default;

  /** What this one was is freed before its functions are. */
  outbox& operator=(outbox&& other) noexcept {
    handle_ = std::move(other.handle_);
    callbacks_ = std::move(other.callbacks_);
    return *this;
  }

 private:
  /** Outlives the handle, whose threads may call it to the last. */
  std::shared_ptr<detail::callbacks> callbacks_;
  std::unique_ptr<mxauth_validator, detail::validator_deleter> handle_;
};

}  // namespace mxauth

#endif
