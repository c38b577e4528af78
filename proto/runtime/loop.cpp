// libevent behind the handles of loop.h. The one place that reads the clock (CLOCK_MONOTONIC) and frees libevent objects.
// SPDX-License-Identifier: Apache-2.0
#include "proto/runtime/loop.h"

#include <event2/event.h>
#include <time.h>

#include <deque>

#include "proto/runtime/result.h"

namespace holdfast {

namespace {

timeval until(Instant now, Instant deadline) {
  const Duration left = std::max(deadline - now, Duration{0});
  return {static_cast<time_t>(left.count() / 1'000'000), static_cast<suseconds_t>(left.count() % 1'000'000)};
}

void run_call(evutil_socket_t, short, void* call) noexcept { (*static_cast<std::function<void()>*>(call))(); }

event_base* new_base() {
  event_config* config = event_config_new();
  HF_CHECK(config != nullptr);
  // Precise: timerfd in the epoll backend instead of whole milliseconds. No cache: deadlines are counted from the real now.
  event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
  event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME);
  event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
  event_base* base = event_base_new_with_config(config);
  event_config_free(config);
  HF_CHECK(base != nullptr);
  return base;
}

}  // namespace

struct Loop::Queue {
  std::deque<std::function<void()>> calls;
  std::unique_ptr<event, FreeEvent> wake;
  int code = 0;
};

struct Loop::Timer::Body {
  const Loop* loop;
  std::function<void()> call;
  Instant deadline = kNever;
  std::unique_ptr<event, FreeEvent> alarm;

  static void fired(evutil_socket_t, short, void* self) noexcept {
    auto* body = static_cast<Body*>(self);
    if (body->deadline == kNever) return;
    const Instant now = body->loop->now();
    if (now < body->deadline) {  // rounding: never early
      const timeval left = until(now, body->deadline);
      event_add(body->alarm.get(), &left);
      return;
    }
    body->deadline = kNever;
    body->call();
  }
};

void Loop::FreeEvent::operator()(event* subscription) const noexcept { event_free(subscription); }
void Loop::Timer::FreeBody::operator()(Body* body) const noexcept { delete body; }

void Loop::Timer::arm(Instant deadline) {
  body_->deadline = deadline;
  if (deadline == kNever) {
    event_del(body_->alarm.get());
    return;
  }
  const timeval left = until(body_->loop->now(), deadline);
  event_add(body_->alarm.get(), &left);
}

void Loop::Timer::cancel() {
  if (body_) arm(kNever);
}
Instant Loop::Timer::deadline() const { return body_->deadline; }

Loop::Loop() : queue_(std::make_unique<Queue>()), base_(new_base()) {
  queue_->wake.reset(event_new(
      base_, -1, 0,
      [](evutil_socket_t, short, void* self) noexcept {
        auto* queue = static_cast<Queue*>(self);
        std::deque<std::function<void()>> calls;
        calls.swap(queue->calls);
        for (auto& call : calls) call();
      },
      queue_.get()));
}

Loop::~Loop() {
  queue_.reset();
  event_base_free(base_);
}

namespace {

Duration since(clockid_t clock, const timespec& then) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::duration_cast<Duration>(std::chrono::seconds{time.tv_sec - then.tv_sec} + std::chrono::nanoseconds{time.tv_nsec - then.tv_nsec});
}

}  // namespace

Instant Loop::now() const { return Instant{since(CLOCK_MONOTONIC, timespec{})}; }

Duration age_of(const timespec& stamp) { return since(CLOCK_REALTIME, stamp); }

Duration time_of_day() { return since(CLOCK_REALTIME, timespec{}); }

namespace {

event* subscribe(event_base* base, int fd, short what, std::function<void()>* call) {
  event* subscription = event_new(base, fd, static_cast<short>(what | EV_PERSIST), run_call, call);
  HF_CHECK(subscription != nullptr && event_add(subscription, nullptr) == 0);
  return subscription;
}

}  // namespace

Loop::Watch Loop::on_readable(int fd, std::function<void()> call) {
  Watch watch;
  watch.call_ = std::make_unique<std::function<void()>>(std::move(call));
  watch.event_.reset(subscribe(base_, fd, EV_READ, watch.call_.get()));
  return watch;
}

Loop::Watch Loop::on_writable(int fd, std::function<void()> call) {
  Watch watch;
  watch.call_ = std::make_unique<std::function<void()>>(std::move(call));
  watch.event_.reset(subscribe(base_, fd, EV_WRITE, watch.call_.get()));
  return watch;
}

Loop::Watch Loop::on_signal(int number, std::function<void()> call) {
  Watch watch;
  watch.call_ = std::make_unique<std::function<void()>>(std::move(call));
  watch.event_.reset(subscribe(base_, number, EV_SIGNAL, watch.call_.get()));
  return watch;
}

Loop::Timer Loop::timer(std::function<void()> call) {
  Timer timer;
  timer.body_.reset(new Timer::Body{this, std::move(call), kNever, nullptr});
  timer.body_->alarm.reset(event_new(base_, -1, 0, Timer::Body::fired, timer.body_.get()));
  HF_CHECK(timer.body_->alarm != nullptr);
  return timer;
}

void Loop::later(std::function<void()> call) {
  queue_->calls.push_back(std::move(call));
  event_active(queue_->wake.get(), EV_TIMEOUT, 1);
}

int Loop::run() {
  event_base_loop(base_, EVLOOP_NO_EXIT_ON_EMPTY);
  return queue_->code;
}

void Loop::stop(int code) {
  queue_->code = code;
  event_base_loopbreak(base_);
}

event_base* Loop::base() const { return base_; }

}  // namespace holdfast
