// vrrpd's only place where pure logic meets descriptors and the clock: sockets -> intake -> router -> messages and packets.
// Contains no rule of the protocol.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "proto/channel/log_relay.h"
#include "proto/channel/typed_link.h"
#include "proto/runtime/log.h"
#include "proto/schema/parent_vrrpd.pb.h"
#include "proto/schema/vrrpd_ipvsd.pb.h"
#include "vrrpd/intake.h"
#include "vrrpd/net/advert_socket.h"
#include "vrrpd/net/bfd_service.h"
#include "vrrpd/phrases.h"
#include "vrrpd/plan_assembly.h"
#include "vrrpd/protocol/router.h"

namespace holdfast::vrrp {

inline constexpr int kPacketsPerWakeup = 32;  // per socket; timers are looked at before each
inline constexpr std::size_t kSocketsMax = 16000;
inline constexpr Duration kNoteSpacing{500'000};  // between lines of one kind about one instance that packets cause

class Driver {
 public:
  Driver(Loop& loop, Fd parent);
  // The sandbox is closed: say so.
  void ready();

 private:
  struct Port {
    AdvertSocket socket;
    std::uint64_t plans;  // how many plans had been applied when it came
    Loop::Watch readable;
  };

  // links
  void from_parent(wire::ParentToVrrpd& message, Fd descriptor);
  void from_ipvsd(wire::IpvsdToVrrpd& message);
  void attach_ipvsd(Fd descriptor);
  void ipvsd_gone(const Error& error);
  void open_socket(const wire::AdvertSocket& message, Fd descriptor);
  void open_bfd_socket(const wire::BfdSocket& message, Fd descriptor);
  void session_changed(const BfdSession& session, bool up);
  void commit(const wire::PlanCommit& message);
  void close_unused_sockets();
  void close_sockets_of(std::uint32_t index);
  void stop(const StopAll& how, int code);
  void stopped();
  void nonsense(const Error& error);

  // the loop
  void handle(const RouterEvent& event);
  void timers_due();
  void drain(Port& port);
  Clocks clocks() const { return {loop_.now(), time_of_day()}; }

  // actions
  void perform(const Actions& actions);
  // what others wait for
  void act(const SendAdvert& action);
  void act(const ClaimAddresses& action);
  void act(const ReleaseAddresses& action);
  void act(const AnnounceAddresses& action);
  void act(const auto&) {}
  // what can wait for that
  void report(const SendAdvert&) {}
  void report(const ClaimAddresses& action);
  void report(const ReleaseAddresses& action);
  void report(const AnnounceAddresses&) {}
  void report(const StateChanged& action);
  void report(const GroupStateChanged& action);
  void report(const PriorityChanged& action);
  void report(const LowerPriorityHeard& action);
  void report(const RunScript& action);
  void report(const Noted& action);
  void report(const ScriptNoted& action);
  void report(const ObjectNoted& action);
  void account(const SendAdvert& action, const VrrpInstance& config, const Status& status);
  void complete_claims();
  void say_claim(const ClaimAddresses& claim);
  void say_afterwards();
  void tell_parent(const wire::VrrpdToParent& message, std::uint64_t key = 0);
  void tell_ipvsd(const wire::VrrpdToIpvsd& message, std::uint64_t key = 0);
  void say(const Line& line);

  Loop& loop_;
  Router router_;
  Intake intake_;
  PlanAssembly assembly_;
  BfdService bfd_;
  std::map<SocketKey, std::unique_ptr<Port>> ports_;
  AdvertSocket::Buffer buffer_{};
  Loop::Timer timer_;
  Instant armed_ = kNever;
  std::uint64_t plans_ = 0;
  std::uint64_t ipvsd_epoch_ = 0;  // counts links, so that a late end of an old one is not taken for the new one's
  bool claims_complete_ = true;
  std::vector<Line> afterwards_;
  bool stopping_ = false;
  bool ended_ = false;
  int exit_code_ = 0;
  std::map<std::pair<InstanceId, Note>, Instant> quiet_until_;
  std::map<InstanceId, int> send_errors_;  // errno that was logged, until a send works again
  Link<wire::VrrpdToParent, wire::ParentToVrrpd> parent_;
  LogRelay<wire::VrrpdToParent, wire::ParentToVrrpd> log_relay_{parent_};
  std::unique_ptr<Link<wire::VrrpdToIpvsd, wire::IpvsdToVrrpd>> ipvsd_;
};

}  // namespace holdfast::vrrp
