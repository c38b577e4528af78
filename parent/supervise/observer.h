// What the supervisor tells the driver: facts from the children, and the few things that only the driver can decide.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "parent/supervise/role.h"
#include "proto/runtime/log_event.h"
#include "proto/schema/parent_checkerd.pb.h"
#include "proto/schema/parent_vrrpd.pb.h"
#include "proto/value/identifier.h"
#include "proto/value/link_facts.h"
#include "proto/value/vrrp_plan.h"

namespace holdfast {

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void instance_changed(InstanceId, VrrpState, unsigned priority, const std::string& reason) = 0;
  virtual void group_changed(GroupId, VrrpState) = 0;
  virtual void priority_changed(InstanceId, unsigned from, unsigned to) = 0;
  virtual void lower_priority_heard(InstanceId) = 0;
  virtual void server_changed(DestinationId, bool up, bool initial) = 0;
  virtual void quorum_changed(ServiceId, bool up, bool initial) = 0;
  virtual void script_wanted(launcher::Child asker, ScriptId, std::uint64_t run) = 0;
  virtual void logged(const RoleRow&, pid_t, LogLevel, LogEvent, std::string_view text) = 0;
  virtual void instances_reported(const wire::StatusReport&) = 0;
  virtual void services_reported(const wire::ServicesReport&) = 0;
  virtual void links_changed() = 0;
  virtual void settings_kept() = 0;
  // The pid of vrrpd or checkerd is now this one.
  virtual void child_started(launcher::Child, pid_t) = 0;
  // Every process that has a part in it runs the plan with this generation.
  virtual void plan_applied(Generation) = 0;
  virtual void plan_refused(const RoleRow&, const std::string& reason) = 0;
  // The instances of vrrpd are stopped, those that were active have said so on the wire.
  virtual void instances_stopped() = 0;
  // Every child has ended after stop().
  virtual void stopped() = 0;
  // The parent cannot go on; it stops in order and ends with this status.
  virtual void lost(const std::string& why, int exit_status) = 0;
};

}  // namespace holdfast
