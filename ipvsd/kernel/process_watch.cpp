// See process_watch.h. The first look starts at once; an acknowledgement of the connector ends the looking.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/kernel/process_watch.h"

#include "proto/runtime/log.h"

namespace holdfast {

ProcessWatch::ProcessWatch(Loop& loop, ProcessSource source, OnCount on_count)
    : loop_(loop), source_(std::move(source)), on_count_(std::move(on_count)), timer_(loop.timer([this] { unseen_.empty() ? look() : step(); })) {
  if (source_.events_fd() >= 0) events_ = loop_.on_readable(source_.events_fd(), [this] { hear(); });
}

void ProcessWatch::set_plan(const std::vector<CountedProcesses>& wanted) {
  if (wanted == wanted_) return;
  const bool first = wanted_.empty();
  wanted_ = wanted;
  census_.set_plan(wanted);
  counted_ = false;
  unseen_.clear();
  if (census_.empty() || !source_.readable()) {
    source_.listen(false);
    told_by_kernel_ = false;
    return timer_.cancel();
  }
  if (first) source_.listen(true);
  if (first && !source_.sees_others()) {
    log_warning(LogEvent::kMessage, "/proc hides what other users run here (hidepid=, ProtectProc=): track_process counts only what is not hidden");
  }
  look();
}

void ProcessWatch::tell_all() const {
  if (!counted_) return;
  for (const auto& [id, count] : census_.all()) on_count_(id, count);
}

void ProcessWatch::look() {
  alive_ = source_.list();
  unseen_.assign(alive_.begin(), alive_.end());
  step();
}

void ProcessWatch::step() {
  for (std::size_t count = 0; count < kProcessesPerStep && !unseen_.empty(); ++count) {
    const ProcessNumber process = unseen_.front();
    unseen_.pop_front();
    if (const auto text = source_.read(process, census_.reads_words())) census_.saw(process, *text);
    else census_.ended(process);
  }
  if (!unseen_.empty()) return timer_.arm(loop_.now());
  if (!told_by_kernel_) census_.keep_only(alive_);
  if (counted_ && !told_by_kernel_ && !said_) {
    said_ = true;
    log_warning(LogEvent::kMessage, "the kernel does not tell of processes here (no process connector): they are counted once a second");
  }
  counted_ = true;
  tell();
  if (told_by_kernel_) return timer_.cancel();
  timer_.arm(loop_.now() + kProcessPolling);
}

void ProcessWatch::hear() {
  bool lost = false;
  for (const ProcessEvent& event : source_.events()) {
    if (census_.empty()) continue;
    switch (event.kind) {
      case ProcessEvent::Kind::kAcknowledged: told_by_kernel_ = true; break;
      case ProcessEvent::Kind::kForked: census_.forked(event.parent, event.process); break;
      case ProcessEvent::Kind::kEnded: census_.ended(event.process); break;
      case ProcessEvent::Kind::kLost: lost = true; break;
      case ProcessEvent::Kind::kChanged:
        if (const auto text = source_.read(event.process, census_.reads_words())) census_.saw(event.process, *text);
        else census_.ended(event.process);
        break;
    }
  }
  if (lost) {
    alive_ = source_.list();
    census_.keep_only(alive_);
    unseen_.assign(alive_.begin(), alive_.end());
    timer_.arm(loop_.now());
  }
  tell();
}

void ProcessWatch::tell() {
  if (!counted_) return;
  for (const auto& [id, count] : census_.changed()) on_count_(id, count);
}

}  // namespace holdfast
