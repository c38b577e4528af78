// A plan on its way in: Begin, chunks, Commit. Nothing of it takes effect before it is whole, decoded and consistent.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_set>

#include "proto/runtime/result.h"
#include "proto/schema/parent_ipvsd.pb.h"
#include "proto/value/ipvs_plan.h"

namespace holdfast {

inline constexpr std::size_t kPlanInstancesMax = 16'384;
inline constexpr std::size_t kPlanAddressesMax = 262'144;
inline constexpr std::size_t kPlanLinksMax = 65'536;
inline constexpr std::size_t kPlanProcessesMax = 1024;
inline constexpr std::size_t kPlanServicesMax = 262'144;
inline constexpr std::size_t kPlanMarkedMax = 262'144;
inline constexpr std::size_t kPlanDestinationsMax = 1'048'576;

class PlanIntake {
 public:
  // Error code EPROTO: the message is out of order, which is the sender's fault. Any other: the plan is refused.
  // After an error of chunk() the plan is lost, but commit() is still expected and gives the error again.
  Status begin(const wire::PlanBegin&);
  Status chunk(const wire::IpvsPlanChunk&);
  Result<IpvsPlan> commit(const wire::PlanCommit&);
  Generation generation() const { return plan_.generation; }

 private:
  Status take(const wire::IpvsPlanChunk&);
  Status count_addresses(std::size_t more);
  Status take_instances(const wire::IpvsPlanChunk&);
  Status take_links(const wire::IpvsPlanChunk&);
  Status take_tables(const wire::IpvsPlanChunk&);
  Status check() const;

  IpvsPlan plan_;
  std::size_t addresses_ = 0;
  std::uint32_t expected_ = 0;
  std::uint32_t seen_ = 0;
  bool open_ = false;
  Status failed_ = ok();
};

}  // namespace holdfast
