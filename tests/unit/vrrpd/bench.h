// The real holdfast-vrrpd, inside its sandbox, between a parent and an ipvsd that the test plays. Sockets are the launcher's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "proto/channel/typed_link.h"
#include "proto/schema/parent_vrrpd.pb.h"
#include "proto/schema/vrrpd_ipvsd.pb.h"
#include "proto/value/link_facts.h"
#include "proto/value/vrrp_plan.h"

namespace holdfast::vrrp {

class Process {
 public:
  // `program`: the path of holdfast-vrrpd; it is started with one end of a fresh link as descriptor 3.
  Process(Loop& loop, const std::string& program);
  ~Process();  // ends it
  Process(const Process&) = delete;

  void attach_ipvsd(const LinkFacts& facts);
  void lose_ipvsd() { ipvsd_ = nullptr; }
  void give_socket(std::uint32_t index, Family family, bool unicast = false, const IpAddress* source = nullptr);
  void give_plan(const VrrpPlan& plan, const std::vector<ResumedInstance>& resumed = {});
  void tell(const LinkFacts& facts);
  void send(const wire::ParentToVrrpd& message);
  void close_parent() { parent_ = nullptr; }
  // Exit status once it has ended by itself, -1 before, 1000 + signal number if killed.
  int exit_status();
  pid_t pid() const { return pid_; }

  // What was heard.
  bool ready = false;
  bool stopped = false;
  std::vector<std::uint64_t> applied;
  std::vector<std::string> refused;
  std::vector<std::string> logged;
  std::vector<std::string> heard;  // in order: "MASTER", "claim", "release", "announce 5", "complete 1"
  std::map<InstanceId, VrrpState> states;
  std::map<InstanceId, bool> claimed;
  std::vector<wire::StatusReport> reports;
  std::vector<wire::RunScript> scripts;

 private:
  void from_vrrpd(const wire::VrrpdToParent& message);
  void for_ipvsd(const wire::VrrpdToIpvsd& message);

  Loop& loop_;
  pid_t pid_ = -1;
  int status_ = -1;
  std::unique_ptr<Link<wire::ParentToVrrpd, wire::VrrpdToParent>> parent_;
  std::unique_ptr<Link<wire::IpvsdToVrrpd, wire::VrrpdToIpvsd>> ipvsd_;
};

// Runs the loop until `done` or the time is over; false: over.
bool run_until(Loop& loop, Duration limit, const std::function<bool()>& done);

}  // namespace holdfast::vrrp
