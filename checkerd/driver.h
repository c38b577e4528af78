// checkerd's driver: plan and links in; runs when the schedule says so; results to schedule and verdict; what follows from them to ipvsd, to
// the parent and to the log. The only place of this process where the pure rooms meet links, descriptors and timers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "checkerd/log_lines.h"
#include "checkerd/outbox.h"
#include "checkerd/plan_intake.h"
#include "checkerd/runs.h"
#include "checkerd/schedule/schedule.h"
#include "checkerd/verdict/pools.h"
#include "checkerd/verdict/suspension.h"
#include "proto/channel/typed_link.h"
#include "proto/schema/checkerd_ipvsd.pb.h"
#include "proto/schema/parent_checkerd.pb.h"

namespace holdfast {

inline constexpr std::size_t kWishesPerMessage = 1'000;
inline constexpr std::size_t kStatusesPerMessage = 1'000;
inline constexpr std::size_t kRunsPerBatch = 256;    // begun at once; after a stall thousands may be due
inline constexpr Duration kBatchPause{10'000};       // before the next ones
inline constexpr Duration kRefusalDelay{1'000'000};  // before a refused wish is said again: ipvsd may not have its plan yet
inline constexpr unsigned kRefusalsMax = 5;          // in a row, for one destination

inline constexpr std::size_t kNumbersMax = 65536;  // files and sessions whose last number is remembered

class CheckerdDriver {
 public:
  // `runs_max`: how many runs may be in flight; each needs a descriptor.
  CheckerdDriver(Loop& loop, Fd parent, std::size_t runs_max);
  ~CheckerdDriver();

 private:
  using IpvsdLink = Link<wire::CheckerdToIpvsd, wire::IpvsdToCheckerd>;

  // Parent.
  void on_parent(wire::ParentToCheckerd& message, Fd descriptor);
  void on_plan(const wire::ParentToCheckerd& message);
  void commit(const wire::PlanCommit& message);
  void apply(PlanIntake::Committed&& committed);
  void on_script(const wire::ScriptFinished& message);
  void on_told(TrackerId id, std::int64_t number);
  void check_now(DestinationId wanted);
  void on_socket(const wire::CheckSocket& message, Fd descriptor);
  void report_services(std::uint64_t cookie);
  void stop();
  void refuse(const std::string& why);

  // Checks.
  void on_time();
  void rearm();
  void finished(const Report& report);
  void heard(const Check& check, const Report& report, const Progress& progress, bool worth_saying);
  void adopt(const Check& check, const Schedule::State& state);
  void turn(const CheckedService& service, bool here);
  const Check* asker(ProbeId probe) const;
  void adopt_known(const std::unordered_map<CheckId, const Check*>& before);
  bool worth_saying(const Report& report);
  bool run_script(ScriptId script, std::uint64_t run);
  Subject subject_of(CheckId check) const;

  // What follows.
  void act(const Actions& actions);
  void tell(const Action& action);
  void tell_verdict(const CheckVerdict& verdict);
  void lines(LogEvent event, const std::vector<std::string>& texts);

  // ipvsd.
  void attach_ipvsd(Fd link);
  void say_everything();
  void say(std::span<const DestinationWish> wishes);
  void say_complete();
  void send_to_ipvsd(const wire::CheckerdToIpvsd& message);
  void on_ipvsd(const wire::IpvsdToCheckerd& message);
  void say_refused_again();

  Loop& loop_;
  const std::size_t runs_max_;
  Outbox outbox_;
  std::unique_ptr<Outbox::ParentLink> parent_;
  std::shared_ptr<IpvsdLink> ipvsd_;
  std::uint64_t ipvsd_epoch_ = 0;
  PlanIntake intake_;
  CheckPlan plan_;
  std::unordered_map<CheckId, const Check*> checks_;               // into plan_
  std::unordered_map<ProbeId, std::vector<const Check*>> askers_;  // of each probe, in the order of the plan
  Schedule schedule_;
  Pools pools_;
  Runs runs_;
  Loop::Timer timer_;
  Instant next_batch_{};
  Loop::Timer refusal_timer_;
  std::unordered_map<DestinationId, unsigned> refused_;
  std::map<std::pair<ProbeId, std::size_t>, std::string> remarks_;  // last said about our own troubles, per url
  std::unordered_map<TrackerId, std::vector<const Check*>> listeners_;  // to each file or session
  Numbers told_;                                                        // of files, sessions, and where services are
  Suspension suspension_;
  bool stopping_ = false;
};

}  // namespace holdfast
