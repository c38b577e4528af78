// The links to the workers: probes with their descriptors out, verdicts in. A worker that ends or is stuck loses its probes, which are
// reported as lost, not as failed. Decides nothing about servers; who gets what is decided by connect/dispatch.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "checkerd/connect/dispatch.h"
#include "proto/channel/typed_link.h"
#include "proto/schema/checkerd_worker.pb.h"

namespace holdfast {

class Workers {
 public:
  struct Events {
    std::function<void(std::uint64_t probe, const wire::ProbeFinished&)> finished;
    std::function<void(std::uint64_t probe)> lost;
    std::function<void()> room;  // a worker became ready or has room again
    std::function<void(unsigned slot, const std::string& why)> stuck;  // it is to be replaced
  };

  Workers(Loop& loop, Events events);
  // A fresh link for `slot`; what the previous worker of the slot was doing is lost.
  Status attach(unsigned slot, Fd link);
  // False when no worker has room; `socket` is untouched then.
  bool submit(std::uint64_t probe, wire::Probe&& message, Duration timeout, Duration longest, Fd& socket);
  void cancel(std::uint64_t probe);
  std::size_t size() const { return links_.size(); }

 private:
  using WorkerLink = Link<wire::CheckerdToWorker, wire::WorkerToCheckerd>;
  struct Attached {
    std::uint64_t epoch = 0;  // of the link, so that the end of an old one is not taken for the end of its successor
    std::shared_ptr<WorkerLink> link;
  };
  bool current(unsigned slot, std::uint64_t epoch) const;
  void on_message(unsigned slot, const wire::WorkerToCheckerd& message);
  void give_up(unsigned slot, const std::string& why, bool stuck);
  void on_time();
  void rearm();

  Loop& loop_;
  Events events_;
  Dispatch dispatch_;
  std::map<unsigned, Attached> links_;
  std::uint64_t epochs_ = 0;
  Loop::Timer timer_;
  std::uint64_t pings_ = 0;
};

}  // namespace holdfast
