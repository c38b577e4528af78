// Processes and links for checkerd_test. See rig.h.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/checkerd/rig.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "proto/codec/check_codec.h"

namespace holdfast::testing {

Child::Child(const char* program_variable, Fd link) {
  const char* program = std::getenv(program_variable);
  HF_CHECK(program != nullptr);
  pid_ = fork();
  HF_CHECK(pid_ >= 0);
  if (pid_ > 0) return;
  for (int capability = 0; capability < 64; ++capability) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);  // as the launcher starts it
  const int from = link.get();
  if (from == kParentLinkFd) {
    fcntl(from, F_SETFD, 0);
  } else {
    dup2(from, kParentLinkFd);
  }
  close_range(kParentLinkFd + 1, ~0U, 0);
  execl(program, program, nullptr);
  _exit(127);
}

Child& Child::operator=(Child&& other) noexcept {
  kill_and_wait();
  pid_ = std::exchange(other.pid_, -1);
  return *this;
}

void Child::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

void Child::kill_and_wait() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  waitpid(std::exchange(pid_, -1), nullptr, 0);
}

int Child::try_wait() {
  int status = 0;
  if (pid_ <= 0 || waitpid(pid_, &status, WNOHANG) != pid_) return -1;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

Rig::Rig(unsigned worker_count) {
  start_checkerd();
  for (unsigned slot = 0; slot < worker_count; ++slot) start_worker(slot);
  start_ipvsd();
}

bool Rig::until(std::function<bool()> condition, Duration limit) {
  const Instant end = loop.now() + limit;
  bool came = false;
  Loop::Timer tick;
  tick = loop.timer([&] {
    came = condition();
    if (came || loop.now() >= end) return loop.stop(0);
    tick.arm(loop.now() + Duration{3'000});
  });
  tick.arm(loop.now());
  loop.run();
  return came;
}

void Rig::run_for(Duration time) {
  until([] { return false; }, time);
}

void Rig::start_checkerd() {
  auto [mine, its] = *make_channel();
  checkerd = Child("HF_CHECKERD", std::move(its));
  link_ = Link<wire::ParentToCheckerd, wire::CheckerdToParent>(
      loop, std::move(mine), ChannelSocket::Descriptors::kRefused, [this](wire::CheckerdToParent& message, Fd) { on_checkerd(message); },
      [this](const Error&) { parent_closed = true; });
}

void Rig::start_worker(unsigned slot) {
  auto [checkerds, workers_own] = *make_channel();
  workers[slot] = Child("HF_WORKER", std::move(workers_own));
  wire::ParentToCheckerd message;
  message.mutable_worker_link()->set_slot(slot);
  HF_CHECK(link_.send(message, std::move(checkerds)));
}

void Rig::start_ipvsd() {
  auto [checkerds, ours] = *make_channel();
  table.clear();
  wishes.clear();
  ipvsd_ = Link<wire::IpvsdToCheckerd, wire::CheckerdToIpvsd>(
      loop, std::move(ours), ChannelSocket::Descriptors::kRefused, [this](wire::CheckerdToIpvsd& message, Fd) { on_wish(message); },
      [](const Error&) {});
  wire::ParentToCheckerd message;
  message.mutable_ipvsd_link();
  HF_CHECK(link_.send(message, std::move(checkerds)));
}

void Rig::send(const wire::ParentToCheckerd& message) { HF_CHECK(link_.send(message)); }

void Rig::send_plan(const CheckPlan& plan, const std::vector<CheckVerdict>& known, const std::vector<std::uint64_t>& quorum_up) {
  wire::ParentToCheckerd message;
  message.mutable_begin()->set_generation(plan.generation);
  message.mutable_begin()->set_chunks(static_cast<std::uint32_t>(plan.services.size() + 1));
  send(message);
  auto* first = message.mutable_chunk();
  first->mutable_settings()->set_seed(plan.seed);
  first->mutable_settings()->set_workers(plan.workers);
  for (const CheckVerdict& verdict : known) encode(verdict, *first->add_verdicts());
  for (const std::uint64_t service : quorum_up) first->add_quorum_up_services(service);
  send(message);
  for (const CheckedService& service : plan.services) {
    message.Clear();
    encode(service, *message.mutable_chunk()->add_services());
    send(message);
  }
  message.mutable_commit()->set_generation(plan.generation);
  send(message);
}

void Rig::on_checkerd(wire::CheckerdToParent& message) {
  const auto note = [this](const std::string& text) { events.push_back(text); };
  switch (message.body_case()) {
    case wire::CheckerdToParent::kReady: return note("ready");
    case wire::CheckerdToParent::kPlanApplied: return note("applied " + std::to_string(message.plan_applied().generation()));
    case wire::CheckerdToParent::kPlanRefused: return note("refused: " + message.plan_refused().reason());
    case wire::CheckerdToParent::kVerdictChanged: {
      const CheckVerdict verdict = *decode(message.verdict_changed().verdict());
      verdicts[verdict.id.value] = verdict;
      return;
    }
    case wire::CheckerdToParent::kServerChanged: {
      const auto& it = message.server_changed();
      return note("server " + std::to_string(it.destination()) + (it.up() ? " up" : " down") + (it.initial() ? " initial" : ""));
    }
    case wire::CheckerdToParent::kQuorumChanged: {
      const auto& it = message.quorum_changed();
      return note("quorum " + std::to_string(it.service()) + (it.up() ? " up" : " down") + (it.initial() ? " initial" : ""));
    }
    case wire::CheckerdToParent::kRunScript: {
      if (!script) return;
      wire::ParentToCheckerd answer;
      *answer.mutable_script_finished() = script(message.run_script());
      answer.mutable_script_finished()->set_script(message.run_script().script());
      answer.mutable_script_finished()->set_run(message.run_script().run());
      return send(answer);
    }
    case wire::CheckerdToParent::kWorkerStuck: return note("stuck " + std::to_string(message.worker_stuck().slot()));
    case wire::CheckerdToParent::kLog: log.push_back(message.log().text()); return;
    case wire::CheckerdToParent::kStopped: return note("stopped");
    case wire::CheckerdToParent::kPong: return note("pong " + std::to_string(message.pong().cookie()));
    case wire::CheckerdToParent::kServicesReport: reports.push_back(message.services_report()); return;
    case wire::CheckerdToParent::kOpenCheckSocket: {
      wire::ParentToCheckerd answer;
      answer.mutable_check_socket()->set_run(message.open_check_socket().run());
      answer.mutable_check_socket()->set_fault("the rig opens no sockets");
      note("socket " + std::to_string(message.open_check_socket().check()));
      return send(answer);
    }
    case wire::CheckerdToParent::BODY_NOT_SET: return;
  }
}

void Rig::on_wish(wire::CheckerdToIpvsd& message) {
  if (message.has_complete()) {
    wishes.push_back("complete " + std::to_string(message.complete().plan()));
    return;
  }
  for (const auto& wish : message.want().wishes()) {
    wishes.push_back(std::to_string(wish.destination()) + (wish.present() ? "=" + std::to_string(wish.weight()) : "-"));
    if (wish.present()) {
      table[wish.destination()] = wish.weight();
    } else {
      table.erase(wish.destination());
    }
  }
}

void Rig::refuse_wish(std::uint64_t destination) {
  wire::IpvsdToCheckerd message;
  message.mutable_refused()->set_destination(destination);
  message.mutable_refused()->set_code(1);
  HF_CHECK(ipvsd_.send(message));
}

bool Rig::logged(const std::string& text) const { return count_logged(text) > 0; }

std::size_t Rig::count_logged(const std::string& text) const {
  return static_cast<std::size_t>(std::ranges::count_if(log, [&](const std::string& line) { return line.find(text) != std::string::npos; }));
}

}  // namespace holdfast::testing
