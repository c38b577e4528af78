// One real server: alive while none of its checks has failed; its weight is the configured one plus what its checks add, and 0 while an
// operator keeps it from new work.
// Pure. Knows no other server and no quorum.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "proto/value/check_plan.h"
#include "proto/value/identifier.h"
#include "proto/value/ipvs_plan.h"

namespace holdfast {

inline constexpr std::int64_t kWeightLimit = 2'147'483'647;  // IPVS keeps weights in an int

// Verdicts from before a restart.
using KnownVerdicts = std::unordered_map<CheckId, CheckVerdict>;
// What was told of files and sessions: see told.h.
using Numbers = std::unordered_map<TrackerId, std::int64_t>;

class Server {
 public:
  // What one check says about its server.
  struct Opinion {
    CheckId check;
    bool up = true;
    bool known = false;
    std::optional<std::uint32_t> weight{};  // misc_dynamic: the weight that the script asks for
    std::int64_t added = 0;                 // FILE_CHECK: to the weight
    bool operator==(const Opinion&) const = default;
  };

  Server() = default;
  // A server that was not there before.
  Server(const CheckedServer& plan, const KnownVerdicts& known, const Numbers& told);

  // Takes a changed plan. Opinions of checks with the same identity stay. New checks of a server that is alive are believed up; those of a
  // server that is down because of a check that is gone start as failed, so that a reload never brings a dead server back by itself.
  // Returns the checks that start as failed for this reason.
  std::vector<CheckId> replan(const CheckedServer& plan, const Numbers& told);
  // False when there is no such check.
  bool hear(const Opinion& opinion);

  DestinationId id() const { return id_; }
  const std::string& name() const { return name_; }
  bool inhibit() const { return inhibit_; }
  bool alive() const { return failed_ == 0; }
  bool kept_out() const { return duty_ == Duty::kDown; }
  std::uint32_t weight() const;
  const std::vector<Opinion>& opinions() const { return opinions_; }
  const Opinion* opinion(CheckId check) const;
  CheckVerdict verdict(const Opinion& opinion) const;

 private:
  void take_settings(const CheckedServer& plan);
  void count();

  DestinationId id_;
  std::string name_;
  std::uint32_t configured_ = 1;
  bool inhibit_ = false;
  Duty duty_ = Duty::kReady;
  std::vector<Opinion> opinions_;
  std::size_t failed_ = 0;
};

}  // namespace holdfast
