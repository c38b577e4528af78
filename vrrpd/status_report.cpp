// Counter names are the MIBs' (RFC 2787, RFC 6527); which rejection counts where is decided here and nowhere else.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/status_report.h"

#include "proto/codec/values_codec.h"

namespace holdfast::vrrp {
namespace {

constexpr std::size_t kFaultsShown = 4;

void counters(const Traffic& traffic, std::uint64_t unknown_vrids, wire::InstanceStatus& status) {
  const RejectionCounters& rejected = traffic.rejected;
  status.set_adverts_received(traffic.received);
  status.set_adverts_sent(traffic.sent);
  status.set_length_errors(rejected[Rejection::kLength] + rejected[Rejection::kTruncated]);
  status.set_interval_errors(rejected[Rejection::kInterval]);
  status.set_ttl_errors(rejected[Rejection::kTtl]);
  status.set_type_errors(rejected[Rejection::kType]);
  status.set_address_list_errors(rejected.addresses_differed + rejected[Rejection::kNoAddresses]);
  status.set_invalid_auth_type(rejected[Rejection::kInvalidAuthType]);
  status.set_auth_type_mismatch(rejected[Rejection::kAuthTypeMismatch]);
  status.set_auth_failures(rejected[Rejection::kAuthFailure] + rejected[Rejection::kReplayed]);
  status.set_unsigned_errors(rejected[Rejection::kUnsigned]);
  status.set_trailer_errors(rejected[Rejection::kTrailer]);
  status.set_unknown_keys(rejected[Rejection::kUnknownKey]);
  status.set_signature_errors(rejected[Rejection::kSignature]);
  status.set_stale_signatures(rejected[Rejection::kStale]);
  status.set_replayed_signatures(rejected[Rejection::kSignatureReplayed]);
  status.set_priority_zero_received(traffic.priority_zero_received);
  status.set_priority_zero_sent(traffic.priority_zero_sent);
  status.set_checksum_errors(rejected[Rejection::kChecksum]);
  status.set_version_errors(rejected[Rejection::kVersion]);
  status.set_vrid_errors(unknown_vrids);
}

void describe_instance(const Router::View& view, Instant now, wire::InstanceStatus& status) {
  const InstanceState& state = view.state;
  status.set_instance(view.config.id.value);
  status.set_state(static_cast<std::uint32_t>(state.state));
  status.set_effective_priority(state.priority);
  if (state.state == VrrpState::kBackup && state.master) {
    holdfast::encode(*state.master, *status.mutable_master());
    status.set_master_priority(state.master_priority);
  }
  if (state.state == VrrpState::kMaster) {
    if (view.source) holdfast::encode(*view.source, *status.mutable_master());
    status.set_master_priority(state.priority);
  }
  status.set_master_advert_int_us(state.active_interval.count());
  status.set_became_master(state.became_master);
  status.set_released_master(state.released_master);
  status.set_since_transition_us((now - state.since).count());
  for (std::size_t index = 0; index < view.faults.size() && index < kFaultsShown; ++index) {
    *status.add_faults() = describe(view.faults[index]);
  }
}

}  // namespace

std::vector<wire::StatusReport> status_reports(const Router& router, const Intake& intake, std::uint64_t cookie, Instant now) {
  std::vector<wire::StatusReport> reports(1);
  for (const auto& [id, health] : router.trackers()) {
    if (reports.back().trackers_size() >= kInstancesPerReport) reports.emplace_back();
    wire::TrackerStatus& status = *reports.back().add_trackers();
    status.set_tracker(id.value);
    status.set_up(health == Health::kUp);
    status.set_known(health != Health::kUnknown);
  }
  for (const InstanceId id : router.instances()) {
    if (reports.back().instances_size() >= kInstancesPerReport) reports.emplace_back();
    const auto view = router.view(id);
    wire::InstanceStatus& status = *reports.back().add_instances();
    describe_instance(*view, now, status);
    counters(intake.traffic(id), intake.unknown_vrids(), status);
  }
  for (wire::StatusReport& report : reports) report.set_cookie(cookie);
  reports.back().set_last(true);
  return reports;
}

}  // namespace holdfast::vrrp
