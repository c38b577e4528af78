// The event loop of every process: libevent behind three move-only handles. The only reader of the clock.
// Handles: destroying one unsubscribes. A callback must not destroy its own handle; use later() for that.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ctime>
#include <functional>
#include <memory>

#include "proto/value/instant.h"

struct event;
struct event_base;

namespace holdfast {

// How long ago a kernel stamp of the wall clock (SO_TIMESTAMPNS) was taken; anything, also negative, after a clock step.
Duration age_of(const timespec& stamp);

// Time since 1970 as people set it: for what other machines compare with their clocks, never for waiting.
Duration time_of_day();

class Loop {
 public:
  struct FreeEvent {
    void operator()(event*) const noexcept;
  };

  // Calls while the descriptor is ready, or when the signal has arrived.
  class Watch {
   public:
    Watch() = default;
    explicit operator bool() const { return event_ != nullptr; }

   private:
    friend class Loop;
    std::unique_ptr<std::function<void()>> call_;
    std::unique_ptr<event, FreeEvent> event_;
  };

  // Calls once at (never before) the deadline it was last armed with. Microsecond deadlines, timerfd precision.
  class Timer {
   public:
    Timer() = default;
    void arm(Instant deadline);  // kNever cancels
    void cancel();
    Instant deadline() const;

   private:
    friend class Loop;
    struct Body;
    struct FreeBody {
      void operator()(Body*) const noexcept;
    };
    std::unique_ptr<Body, FreeBody> body_;
  };

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  Instant now() const;
  [[nodiscard]] Watch on_readable(int fd, std::function<void()> call);
  [[nodiscard]] Watch on_writable(int fd, std::function<void()> call);
  [[nodiscard]] Watch on_signal(int number, std::function<void()> call);
  [[nodiscard]] Timer timer(std::function<void()> call);
  void later(std::function<void()> call);  // once, from the loop, in order
  int run();                               // until stop(); returns its code
  void stop(int code);
  event_base* base() const;                // for evhttp and friends, nobody else

 private:
  struct Queue;
  std::unique_ptr<Queue> queue_;
  event_base* base_;
};

}  // namespace holdfast
