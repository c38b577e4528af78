// See driver.h. A script's limit: SIGTERM to its group, SIGKILL two seconds later, repeated until it is gone.
// SPDX-License-Identifier: Apache-2.0
#include "parent/scriptd/driver.h"

#include <sys/wait.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "parent/scriptd/fifo.h"
#include "parent/scriptd/process.h"
#include "proto/channel/typed_link.h"
#include "proto/runtime/log.h"

namespace holdfast::scriptd {

Driver::Driver(Loop& loop, Fd link, Mode mode)
    : loop_(loop), link_(std::move(link), ChannelSocket::Descriptors::kRefused), table_(mode),
      files_(loop, [this](TrackerId id, std::int64_t value) { say(FileRead{id, value}); }) {
  readable_ = loop_.on_readable(link_.fd(), [this] { readable(); });
  children_ = loop_.on_signal(SIGCHLD, [this] { reap(); });
}

Driver::~Driver() {
  for (const std::string& path : made_fifos_) unlink(path.c_str());
}

void Driver::readable() {
  for (int count = 0; count < kMessagesPerWakeup && link_.open(); ++count) {
    auto datagram = link_.receive();
    if (!datagram) return datagram.error().code == EPIPE ? end_of_link() : violated(datagram.error());
    if (!*datagram) return;
    const auto message = decode_to_scriptd((*datagram)->bytes);
    if (!message) return violated(message.error());
    std::visit([this](const auto& body) { obey(body); }, *message);
  }
}

void Driver::obey(const BeginTable& message) {
  if (const Status status = table_.begin(message); !status) violated(status.error());
}

void Driver::obey(const ScriptRow& message) {
  if (const Status status = table_.add(message); !status) violated(status.error());
}

void Driver::obey(const CommitTable& message) {
  const auto remarks = table_.commit(message);
  if (!remarks) return violated(remarks.error());
  for (const RowChecked& remark : *remarks) say(remark);
  say(TableReady{message.generation});
}

void Driver::obey(const Run& message) {
  const auto not_run = [&](int code) { say(Finished{message.run, {ScriptOutcome::Kind::kNotRun, code}}); };
  const CheckedRow* row = table_.find(message.script);
  if (row == nullptr) return not_run(EACCES);
  if (running_.contains(message.run)) return violated(Error{"run " + std::to_string(message.run) + " is running already", EPROTO});
  if (running_.size() >= kRunsMax || row->argv.size() + message.arguments.size() > kArgumentsMax) return not_run(EAGAIN);
  const auto leader = start_process(*row, message.arguments);
  if (!leader) {
    log_warning(LogEvent::kScriptState, "script " + leader.error().message + " cannot run: " + std::strerror(leader.error().code));
    return not_run(leader.error().code);
  }
  auto running = std::make_unique<Running>();
  running->run = message.run;
  running->leader = *leader;
  running->timer = loop_.timer([this, body = running.get()] { out_of_time(*body); });
  if (row->timeout > Duration{0}) {
    running->next_signal = SIGTERM;
    running->timer.arm(loop_.now() + row->timeout);
  }
  running_.emplace(message.run, std::move(running));
}

void Driver::out_of_time(Running& running) {
  if (running.next_signal == SIGTERM) running.timed_out = true;
  signal_group(running.leader, running.next_signal);
  running.next_signal = SIGKILL;
  running.timer.arm(loop_.now() + kKillDelay);
}

// Asked for, so not a time-out.
void Driver::end(Running& running) {
  signal_group(running.leader, SIGTERM);
  running.next_signal = SIGKILL;
  running.timer.arm(loop_.now() + kKillDelay);
}

void Driver::obey(const Cancel& message) {
  const auto found = running_.find(message.run);
  if (found != running_.end()) end(*found->second);  // it may have finished meanwhile
}

void Driver::obey(const KillAll&) {
  for (auto& [run, running] : running_) end(*running);
}

void Driver::obey(const OpenFifo& message) {
  auto opened = open_fifo(message, table_.mode());
  FifoOpened answer{message.cookie, 0, false};
  if (!opened) {
    answer.error = opened.error().code != 0 ? opened.error().code : EPERM;
    log_warning(LogEvent::kMessage, opened.error().message + ": " + std::strerror(answer.error));
    return say(answer);
  }
  answer.created = opened->created;
  if (opened->created) made_fifos_.push_back(message.path);
  say(answer, std::move(opened->descriptor));
}

void Driver::obey(const WatchFile& message) {
  if (const Status status = files_.watch(message.file); !status) violated(status.error());
}

void Driver::obey(const ForgetFile& message) { files_.forget(message.id); }

void Driver::reap() {
  for (int status = 0;;) {
    const pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0) break;
    const auto found = std::find_if(running_.begin(), running_.end(), [pid](const auto& item) { return item.second->leader == pid; });
    if (found == running_.end()) continue;
    ScriptOutcome outcome;
    outcome.kind = found->second->timed_out ? ScriptOutcome::Kind::kTimedOut : WIFSIGNALED(status) ? ScriptOutcome::Kind::kSignalled : ScriptOutcome::Kind::kExited;
    outcome.status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    if (found->second->next_signal == SIGKILL) signal_group(pid, SIGKILL);  // what the leader left of its group
    say(Finished{found->first, outcome});
    running_.erase(found);
  }
  stop_when_idle();
}

void Driver::say(const FromScriptd& message, Fd descriptor) {
  if (!link_.open()) return;
  if (const Status sent = link_.send(encode(message), std::move(descriptor)); !sent) return violated(sent.error());
  if (!link_.backlogged() || writable_) return;
  writable_ = loop_.on_writable(link_.fd(), [this] {
    if (const Status flushed = link_.flush(); !flushed) return end_of_link();
    if (!link_.backlogged()) loop_.later([this] { if (!link_.backlogged()) writable_ = {}; });
  });
}

void Driver::violated(const Error& error) {
  log_error(LogEvent::kLinkBroken, "parent: " + error.message);
  end_of_link();
}

// The parent has gone or is not to be trusted: what runs is ended, then scriptd ends.
void Driver::end_of_link() {
  if (std::exchange(ending_, true)) return;
  link_.close();
  loop_.later([this] {
    readable_ = {};
    writable_ = {};
    for (auto& [run, running] : running_) end(*running);
    stop_when_idle();
  });
}

void Driver::stop_when_idle() {
  if (ending_ && running_.empty()) loop_.stop(0);
}

}  // namespace holdfast::scriptd
