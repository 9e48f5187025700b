/* SPDX-License-Identifier: Apache-2.0
 *
 * Grants: the rotation of refresh tokens and polls with a device code.
 */
#include "helper.h"

static void is(mxauth_status found, mxauth_status expected, const char *what) {
  check(found == expected, "%s: %s, not %s", what, mxauth_status_name(found), mxauth_status_name(expected));
}

static void about(const mxauth_error *error, mxauth_status status, const char *subject) {
  check(error->status == status && strcmp(error->subject, subject) == 0 && error->message[0] != 0, "%s: error %d about %s",
        subject, (int)error->status, error->subject);
}

static void refresh(void) {
  static const struct {
    uint32_t event;
    uint64_t generation;
    uint32_t action;
    uint64_t issued, retired[2], newest, previous;
    uint32_t flags;
  } steps[] = {
      {MXAUTH_REFRESH_USE_ACCESS, 1, MXAUTH_REFRESH_ALLOW, 0, {0, 0}, 1, 0, 0},
      {MXAUTH_REFRESH_USE_REFRESH, 1, MXAUTH_REFRESH_ISSUE, 2, {0, 0}, 2, 1, 0},
      {MXAUTH_REFRESH_USE_REFRESH, 1, MXAUTH_REFRESH_ISSUE, 3, {2, 0}, 3, 1, 0},
      {MXAUTH_REFRESH_USE_ACCESS, 2, MXAUTH_REFRESH_REFUSE, 0, {0, 0}, 3, 1, 0},
      {MXAUTH_REFRESH_USE_ACCESS, 3, MXAUTH_REFRESH_ALLOW, 0, {1, 0}, 3, 0, 0},
      {MXAUTH_REFRESH_USE_REFRESH, 3, MXAUTH_REFRESH_ISSUE, 4, {0, 0}, 4, 3, 0},
      {MXAUTH_REFRESH_USE_REFRESH, 1, MXAUTH_REFRESH_REVOKE_SESSION, 0, {4, 3}, 4, 0, MXAUTH_REFRESH_REVOKED},
      {MXAUTH_REFRESH_USE_REFRESH, 4, MXAUTH_REFRESH_REFUSE, 0, {0, 0}, 4, 0, MXAUTH_REFRESH_REVOKED},
      {MXAUTH_REFRESH_REVOKE, 99, MXAUTH_REFRESH_REVOKE_SESSION, 0, {0, 0}, 4, 0, MXAUTH_REFRESH_REVOKED},
  };
  mxauth_refresh_state state = MXAUTH_REFRESH_STATE_INIT;
  mxauth_refresh_outcome outcome = MXAUTH_REFRESH_OUTCOME_INIT;
  mxauth_error error = MXAUTH_ERROR_INIT, unset = {0};
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    is(mxauth_refresh_step(&state, steps[i].event, steps[i].generation, &outcome, i % 2 ? &error : NULL), MXAUTH_OK, "a step");
    check(outcome.action == steps[i].action && outcome.issued == steps[i].issued && outcome.retired[0] == steps[i].retired[0] &&
              outcome.retired[1] == steps[i].retired[1], "step %zu: action %u, issued %llu", i, (unsigned)outcome.action,
          (unsigned long long)outcome.issued);
    check(state.newest == steps[i].newest && state.previous == steps[i].previous && state.flags == steps[i].flags &&
              state.struct_size == sizeof state, "step %zu: state", i);
  }

  static const mxauth_refresh_state none[] = {
      {sizeof state, 0, 0, 0}, {sizeof state, 0, 1, 1}, {sizeof state, 0, 1, 2}, {sizeof state, 2, 1, 0}, {sizeof state, UINT32_MAX, 1, 0}};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    state = none[i];
    outcome.action = MXAUTH_REFRESH_ISSUE;
    is(mxauth_refresh_step(&state, MXAUTH_REFRESH_USE_REFRESH, 1, &outcome, &error), MXAUTH_INPUT_INVALID, "no state");
    about(&error, MXAUTH_INPUT_INVALID, "state");
    check(memcmp(&state, &none[i], sizeof state) == 0 && outcome.action == MXAUTH_REFRESH_REFUSE, "no state %zu: changed", i);
  }
  const mxauth_refresh_state good = MXAUTH_REFRESH_STATE_INIT, last = {sizeof state, 0, UINT64_MAX, 1};
  const struct {
    mxauth_refresh_state state;
    uint32_t event;
    uint64_t generation;
  } never[] = {{good, MXAUTH_REFRESH_USE_REFRESH, 0}, {good, MXAUTH_REFRESH_USE_ACCESS, 0}, {good, MXAUTH_REFRESH_USE_REFRESH, 2},
               {good, MXAUTH_REFRESH_USE_ACCESS, UINT64_MAX}, {last, MXAUTH_REFRESH_USE_REFRESH, UINT64_MAX},
               {last, MXAUTH_REFRESH_USE_REFRESH, 1}};
  for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
    state = never[i].state;
    outcome.action = MXAUTH_REFRESH_ISSUE;
    is(mxauth_refresh_step(&state, never[i].event, never[i].generation, &outcome, &error), MXAUTH_INPUT_INVALID, "never issued");
    about(&error, MXAUTH_INPUT_INVALID, "generation");
    check(memcmp(&state, &never[i].state, sizeof state) == 0 && outcome.action == MXAUTH_REFRESH_REFUSE, "never issued %zu: changed", i);
  }

  const uint32_t sizes[] = {0, sizeof state - 1};
  for (size_t i = 0; i < 2; i++) {
    state = good;
    state.struct_size = sizes[i];
    is(mxauth_refresh_step(&state, MXAUTH_REFRESH_USE_REFRESH, 1, &outcome, &error), MXAUTH_MISUSE, "a state's struct_size");
    check(state.newest == 1, "a state without struct_size changed");
    state = good;
    outcome.struct_size = sizes[i];
    outcome.action = 77;
    is(mxauth_refresh_step(&state, MXAUTH_REFRESH_USE_REFRESH, 1, &outcome, &error), MXAUTH_MISUSE, "an outcome's struct_size");
    check(state.newest == 1 && outcome.action == 77, "an outcome without struct_size changed");
    outcome.struct_size = sizeof outcome;
  }
  const uint32_t events[] = {0, 4, UINT32_MAX};
  for (size_t i = 0; i < 3; i++) {
    outcome.action = MXAUTH_REFRESH_ISSUE;
    is(mxauth_refresh_step(&state, events[i], 1, &outcome, &error), MXAUTH_MISUSE, "no event");
    check(state.newest == 1 && outcome.action == MXAUTH_REFRESH_REFUSE, "event %u changed something", (unsigned)events[i]);
  }
  is(mxauth_refresh_step(NULL, MXAUTH_REFRESH_USE_REFRESH, 1, &outcome, &error), MXAUTH_MISUSE, "no state");
  is(mxauth_refresh_step(&state, MXAUTH_REFRESH_USE_REFRESH, 1, NULL, &error), MXAUTH_MISUSE, "no outcome");
  outcome.action = MXAUTH_REFRESH_ISSUE;
  is(mxauth_refresh_step(&state, MXAUTH_REFRESH_USE_REFRESH, 1, &outcome, &unset), MXAUTH_MISUSE, "an error without struct_size");
  check(state.newest == 1 && outcome.action == MXAUTH_REFRESH_REFUSE, "an error without struct_size changed something");
}

static void device(void) {
  mxauth_device_grant grant = MXAUTH_DEVICE_GRANT_INIT(1000, 0), before;
  mxauth_error error = MXAUTH_ERROR_INIT, unset = {0};
  uint32_t outcome = 77;
  static const struct {
    uint32_t decision;
    int64_t now;
    uint32_t outcome;
    const char *error;
    uint32_t interval;
  } polls[] = {
      {MXAUTH_DEVICE_GRANT_PENDING, 0, MXAUTH_DEVICE_POLL_PENDING, "authorization_pending", 5},
      {MXAUTH_DEVICE_GRANT_PENDING, 4, MXAUTH_DEVICE_POLL_SLOW_DOWN, "slow_down", 10},
      {MXAUTH_DEVICE_GRANT_PENDING, 14, MXAUTH_DEVICE_POLL_PENDING, "authorization_pending", 10},
      {MXAUTH_DEVICE_GRANT_DENIED, 15, MXAUTH_DEVICE_POLL_DENIED, "access_denied", 10},
      {MXAUTH_DEVICE_GRANT_APPROVED, 999, MXAUTH_DEVICE_POLL_ISSUE, "", 10},
      {MXAUTH_DEVICE_GRANT_APPROVED, 999, MXAUTH_DEVICE_POLL_REDEEMED, "invalid_grant", 10},
      {MXAUTH_DEVICE_GRANT_PENDING, 2000, MXAUTH_DEVICE_POLL_REDEEMED, "invalid_grant", 10},
  };
  for (size_t i = 0; i < sizeof polls / sizeof polls[0]; i++) {
    grant.decision = polls[i].decision;
    is(mxauth_device_grant_poll(&grant, polls[i].now, &outcome, i % 2 ? &error : NULL), MXAUTH_OK, "a poll");
    check(outcome == polls[i].outcome && grant.interval == polls[i].interval && grant.decision == polls[i].decision,
          "poll %zu: %u, interval %u", i, (unsigned)outcome, (unsigned)grant.interval);
    check(strcmp(mxauth_device_grant_error(outcome), polls[i].error) == 0, "poll %zu: %s", i, mxauth_device_grant_error(outcome));
  }
  check(grant.flags == MXAUTH_DEVICE_GRANT_REDEEMED && grant.last_poll == 14, "after all: flags %u", (unsigned)grant.flags);
  grant = (mxauth_device_grant)MXAUTH_DEVICE_GRANT_INIT(1000, 5);
  is(mxauth_device_grant_poll(&grant, INT64_MAX, &outcome, NULL), MXAUTH_OK, "the end of time");
  check(outcome == MXAUTH_DEVICE_POLL_EXPIRED && grant.flags == MXAUTH_DEVICE_GRANT_EXPIRED && grant.last_poll == -1, "expired: %u", (unsigned)outcome);
  grant.decision = MXAUTH_DEVICE_GRANT_APPROVED;
  is(mxauth_device_grant_poll(&grant, 0, &outcome, NULL), MXAUTH_OK, "the clock set back");
  check(outcome == MXAUTH_DEVICE_POLL_EXPIRED && strcmp(mxauth_device_grant_error(outcome), "expired_token") == 0, "then: %u", (unsigned)outcome);

  const uint32_t none[] = {0, 7, UINT32_MAX};
  for (size_t i = 0; i < 3; i++) check(mxauth_device_grant_error(none[i]) == NULL, "%u has an error", (unsigned)none[i]);

  const mxauth_device_grant bad[] = {
      {sizeof grant, 4, 0, 5, -1, 1000}, {sizeof grant, 0, 3, 5, -1, 1000}, {sizeof grant, 0, UINT32_MAX, 5, -1, 1000},
      {sizeof grant, 0, 0, 5, -2, 1000}, {sizeof grant, 0, 1, 5, -1, -1}, {sizeof grant, 0, 1, 5, INT64_MIN, INT64_MIN}};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    before = grant = bad[i];
    outcome = 77;
    is(mxauth_device_grant_poll(&grant, 0, &outcome, &error), MXAUTH_INPUT_INVALID, "no grant");
    about(&error, MXAUTH_INPUT_INVALID, "grant");
    check(memcmp(&grant, &before, sizeof grant) == 0 && outcome == 77, "no grant %zu: changed", i);
  }
  grant = (mxauth_device_grant)MXAUTH_DEVICE_GRANT_INIT(1000, 5);
  grant.decision = MXAUTH_DEVICE_GRANT_APPROVED;
  is(mxauth_device_grant_poll(&grant, -1, &outcome, &error), MXAUTH_INPUT_INVALID, "before 1970");
  about(&error, MXAUTH_INPUT_INVALID, "now");
  is(mxauth_device_grant_poll(NULL, 0, &outcome, &error), MXAUTH_MISUSE, "no grant");
  is(mxauth_device_grant_poll(&grant, 0, NULL, &error), MXAUTH_MISUSE, "no outcome");
  is(mxauth_device_grant_poll(&grant, 0, &outcome, &unset), MXAUTH_MISUSE, "an error without struct_size");
  const uint32_t sizes[] = {0, sizeof grant - 1};
  for (size_t i = 0; i < 2; i++) {
    grant.struct_size = sizes[i];
    is(mxauth_device_grant_poll(&grant, 0, &outcome, &error), MXAUTH_MISUSE, "struct_size");
  }
  check(grant.flags == 0 && outcome == 77, "tokens for nothing");
}

int main(void) {
  refresh();
  device();
  return finish("grant_states");
}
