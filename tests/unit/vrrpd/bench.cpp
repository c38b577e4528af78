// Plain plumbing; nothing here judges.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/vrrpd/bench.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "parent/launcher/sockets.h"
#include "proto/codec/values_codec.h"
#include "proto/codec/vrrp_codec.h"
#include "vrrpd/phrases.h"

namespace holdfast::vrrp {

Process::Process(Loop& loop, const std::string& program) : loop_(loop) {
  auto ends = *make_channel();
  pid_ = ::fork();
  HF_CHECK(pid_ >= 0);
  if (pid_ == 0) {
    if (ends.second.get() == kParentLinkFd) {
      ::fcntl(kParentLinkFd, F_SETFD, 0);
    } else {
      ::dup2(ends.second.get(), kParentLinkFd);
    }
    ::execl(program.c_str(), "holdfast-vrrpd", nullptr);
    ::_exit(127);
  }
  ends.second.reset();
  parent_ = std::make_unique<Link<wire::ParentToVrrpd, wire::VrrpdToParent>>(
      loop, std::move(ends.first), ChannelSocket::Descriptors::kRefused, [this](wire::VrrpdToParent& message, Fd) { from_vrrpd(message); },
      [](const Error&) {});
}

Process::~Process() {
  if (exit_status() == -1) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

int Process::exit_status() {
  int status = 0;
  if (status_ == -1 && ::waitpid(pid_, &status, WNOHANG) == pid_) status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  return status_;
}

void Process::send(const wire::ParentToVrrpd& message) { HF_CHECK(parent_->send(message)); }

void Process::attach_ipvsd(const LinkFacts& facts) {
  auto ends = *make_channel();
  wire::ParentToVrrpd message;
  message.mutable_ipvsd_link()->set_epoch(1);
  HF_CHECK(parent_->send(message, std::move(ends.second)));
  ipvsd_ = std::make_unique<Link<wire::IpvsdToVrrpd, wire::VrrpdToIpvsd>>(
      loop_, std::move(ends.first), ChannelSocket::Descriptors::kRefused, [this](wire::VrrpdToIpvsd& asked, Fd) { for_ipvsd(asked); },
      [](const Error&) {});
  tell(facts);
  wire::IpvsdToVrrpd all;
  all.mutable_all_links_told()->set_count(1);
  HF_CHECK(ipvsd_->send(all));
}

void Process::tell(const LinkFacts& facts) {
  wire::IpvsdToVrrpd message;
  encode(facts, *message.mutable_link_facts());
  HF_CHECK(ipvsd_->send(message));
}

void Process::give_socket(std::uint32_t index, Family family, bool unicast, const IpAddress* source) {
  launcher::Request request;
  request.interface_index = index;
  request.family = static_cast<std::uint8_t>(family);
  request.unicast = unicast;
  const auto group = family == Family::kIpv4 ? *IpAddress::parse("224.0.0.18") : *IpAddress::parse("ff02::12");
  std::copy(group.octets().begin(), group.octets().end(), request.group);
  if (source != nullptr) {
    request.has_source = 1;
    std::copy(source->octets().begin(), source->octets().end(), request.source);
  }
  auto socket = launcher::open_advert_socket(request);
  HF_CHECK(socket);
  wire::ParentToVrrpd message;
  auto& advert_socket = *message.mutable_advert_socket();
  advert_socket.set_interface_index(index);
  advert_socket.set_family(static_cast<std::uint32_t>(family));
  advert_socket.set_unicast(unicast);
  if (unicast && source != nullptr) encode(*source, *advert_socket.mutable_address());
  HF_CHECK(parent_->send(message, *std::move(socket)));
}

void Process::give_plan(const VrrpPlan& plan, const std::vector<ResumedInstance>& resumed) {
  wire::ParentToVrrpd begin;
  begin.mutable_begin()->set_generation(plan.generation);
  begin.mutable_begin()->set_chunks(1);
  send(begin);
  wire::ParentToVrrpd body;
  auto& chunk = *body.mutable_chunk();
  chunk.mutable_settings()->set_startup_delay_us(plan.startup_delay.count());
  for (const auto& tracker : plan.trackers) encode(tracker, *chunk.add_trackers());
  for (const auto& group : plan.groups) encode(group, *chunk.add_groups());
  for (const auto& instance : plan.instances) encode(instance, *chunk.add_instances());
  for (const auto& hint : resumed) encode(hint, *chunk.add_resumed());
  send(body);
  wire::ParentToVrrpd commit;
  commit.mutable_commit()->set_generation(plan.generation);
  send(commit);
}

void Process::from_vrrpd(const wire::VrrpdToParent& message) {
  switch (message.body_case()) {
    case wire::VrrpdToParent::kReady: ready = true; break;
    case wire::VrrpdToParent::kPlanApplied: applied.push_back(message.plan_applied().generation()); break;
    case wire::VrrpdToParent::kPlanRefused: refused.push_back(message.plan_refused().reason()); break;
    case wire::VrrpdToParent::kStateChanged: {
      const auto state = static_cast<VrrpState>(message.state_changed().state());
      states[InstanceId{message.state_changed().instance()}] = state;
      heard.emplace_back(name_of(state));
      break;
    }
    case wire::VrrpdToParent::kLog: logged.push_back(message.log().text()); break;
    case wire::VrrpdToParent::kStopped: stopped = true; break;
    case wire::VrrpdToParent::kStatusReport: reports.push_back(message.status_report()); break;
    case wire::VrrpdToParent::kRunScript: scripts.push_back(message.run_script()); break;
    case wire::VrrpdToParent::kGroupStateChanged:
    case wire::VrrpdToParent::kPriorityChanged:
    case wire::VrrpdToParent::kLowerPriorityHeard:
    case wire::VrrpdToParent::kPong:
    case wire::VrrpdToParent::kSessionChanged:
    case wire::VrrpdToParent::BODY_NOT_SET: break;
  }
}

void Process::for_ipvsd(const wire::VrrpdToIpvsd& message) {
  switch (message.body_case()) {
    case wire::VrrpdToIpvsd::kClaim:
      claimed[InstanceId{message.claim().instance()}] = true;
      heard.emplace_back("claim");
      break;
    case wire::VrrpdToIpvsd::kRelease:
      claimed[InstanceId{message.release().instance()}] = false;
      heard.emplace_back("release");
      break;
    case wire::VrrpdToIpvsd::kAnnounce: heard.push_back("announce " + std::to_string(message.announce().repeat())); break;
    case wire::VrrpdToIpvsd::kClaimsComplete: heard.push_back("complete " + std::to_string(message.claims_complete().count())); break;
    case wire::VrrpdToIpvsd::BODY_NOT_SET: break;
  }
}

bool run_until(Loop& loop, Duration limit, const std::function<bool()>& done) {
  const Instant end = loop.now() + limit;
  bool met = false;
  Loop::Timer timer = loop.timer([&] {
    met = done();
    if (met || loop.now() >= end) return loop.stop(0);
    timer.arm(loop.now() + Duration{1000});
  });
  timer.arm(loop.now());
  loop.run();
  return met;
}

}  // namespace holdfast::vrrp
