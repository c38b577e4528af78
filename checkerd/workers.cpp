// Worker links. See workers.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/workers.h"

#include <cerrno>
#include <utility>

namespace holdfast {

Workers::Workers(Loop& loop, Events events)
    : loop_(loop), events_(std::move(events)), timer_(loop.timer([this] { on_time(); })) {}

Status Workers::attach(unsigned slot, Fd link) {
  if (slot >= kWorkerSlotsMax) return Error{"worker slot " + std::to_string(slot) + " is not below " + std::to_string(kWorkerSlotsMax), EINVAL};
  if (!link) return Error{"worker link came without a descriptor", EPROTO};
  give_up(slot, "replaced", false);
  dispatch_.open(slot);
  const std::uint64_t epoch = ++epochs_;
  Attached& attached = links_[slot];
  attached.epoch = epoch;
  attached.link = std::make_shared<WorkerLink>(
      loop_, std::move(link), ChannelSocket::Descriptors::kRefused,
      [this, slot, epoch](wire::WorkerToCheckerd& message, Fd) {
        if (current(slot, epoch)) on_message(slot, message);
      },
      [this, slot, epoch](const Error& error) {
        if (current(slot, epoch)) give_up(slot, error.message, error.code != EPIPE);
      });
  return ok();
}

bool Workers::current(unsigned slot, std::uint64_t epoch) const {
  const auto at = links_.find(slot);
  return at != links_.end() && at->second.epoch == epoch;
}

bool Workers::submit(std::uint64_t probe, wire::Probe&& message, Duration timeout, Duration longest, Fd& socket) {
  const auto slot = dispatch_.choose();
  if (!slot) return false;
  wire::CheckerdToWorker envelope;
  *envelope.mutable_probe() = std::move(message);
  dispatch_.started(*slot, probe, loop_.now(), timeout, longest);
  rearm();
  if (auto sent = links_.at(*slot).link->send(envelope, std::move(socket)); !sent) give_up(*slot, sent.error().message, true);
  return true;
}

void Workers::cancel(std::uint64_t probe) {
  const auto slot = dispatch_.forget(probe);
  if (!slot) return;
  wire::CheckerdToWorker envelope;
  envelope.mutable_cancel()->set_id(probe);
  if (auto sent = links_.at(*slot).link->send(envelope); !sent) give_up(*slot, sent.error().message, true);
}

void Workers::on_message(unsigned slot, const wire::WorkerToCheckerd& message) {
  dispatch_.heard(slot);
  switch (message.body_case()) {
    case wire::WorkerToCheckerd::kReady:
      dispatch_.ready(slot);
      events_.room();
      break;
    case wire::WorkerToCheckerd::kPong:
      break;
    case wire::WorkerToCheckerd::kFinished:
      // A cancelled probe may have finished meanwhile: its answer is for nobody.
      if (!dispatch_.finished(slot, message.finished().id())) break;
      events_.finished(message.finished().id(), message.finished());
      events_.room();
      break;
    case wire::WorkerToCheckerd::BODY_NOT_SET:
      break;  // the link refuses such a message
  }
  rearm();
}

// The link is closed from outside its own callbacks.
void Workers::give_up(unsigned slot, const std::string& why, bool stuck) {
  const auto at = links_.find(slot);
  if (at == links_.end()) return;
  std::shared_ptr<WorkerLink> link = std::move(at->second.link);
  links_.erase(at);
  const std::vector<std::uint64_t> lost = dispatch_.close(slot);
  loop_.later([link] { link->close(); });
  if (stuck) events_.stuck(slot, why);
  for (const std::uint64_t probe : lost) events_.lost(probe);
  rearm();
}

void Workers::on_time() {
  const Dispatch::Doubt doubt = dispatch_.doubt(loop_.now());
  for (const unsigned slot : doubt.stuck) give_up(slot, "does not answer", true);
  for (const unsigned slot : doubt.ask) {
    wire::CheckerdToWorker ping;
    ping.mutable_ping()->set_cookie(++pings_);
    if (auto sent = links_.at(slot).link->send(ping); !sent) give_up(slot, sent.error().message, true);
  }
  rearm();
}

// Only ever earlier: a timer that comes too early finds nobody to doubt and is set again.
void Workers::rearm() {
  const Instant deadline = dispatch_.deadline();
  if (deadline < timer_.deadline()) timer_.arm(deadline);
}

}  // namespace holdfast
