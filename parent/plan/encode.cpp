// See encode.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/encode.h"

#include <string>

#include "proto/codec/check_codec.h"
#include "proto/codec/ipvs_codec.h"
#include "proto/codec/vrrp_codec.h"

namespace holdfast {
namespace {

// Collects items into chunks and wraps them as Begin, chunks, Commit.
template <class Out, class Chunk>
class Chunks {
 public:
  explicit Chunks(Generation generation) : generation_(generation) { chunks_.emplace_back(); }

  Chunk& first() { return chunks_.front(); }

  // The chunk that an item of `size` encoded octets goes into.
  Result<Chunk*> room_for(std::size_t size, const std::string& what) {
    if (size > kItemMax) {
      return Error{what + " takes " + std::to_string(size) + " octets in one message, at most " + std::to_string(kItemMax) +
                   " are possible"};
    }
    if (used_ != 0 && used_ + size > kChunkTarget) {
      chunks_.emplace_back();
      used_ = 0;
    }
    used_ += size + 8;  // tag and length
    return &chunks_.back();
  }

  std::vector<Out> wrapped() {
    std::vector<Out> messages(chunks_.size() + 2);
    messages.front().mutable_begin()->set_generation(generation_);
    messages.front().mutable_begin()->set_chunks(static_cast<std::uint32_t>(chunks_.size()));
    for (std::size_t index = 0; index < chunks_.size(); ++index) *messages[index + 1].mutable_chunk() = std::move(chunks_[index]);
    messages.back().mutable_commit()->set_generation(generation_);
    return messages;
  }

 private:
  Generation generation_;
  std::vector<Chunk> chunks_;
  std::size_t used_ = 0;
};

using VrrpChunks = Chunks<wire::ParentToVrrpd, wire::VrrpPlanChunk>;
using IpvsChunks = Chunks<wire::ParentToIpvsd, wire::IpvsPlanChunk>;
using CheckChunks = Chunks<wire::ParentToCheckerd, wire::CheckPlanChunk>;

// One service in as many pieces as it takes: the first with the settings, each with some of the servers, the last with the sorry
// server. The receiver appends pieces of the same identifier.
Status put_service(CheckChunks& chunks, const CheckedService& service) {
  CheckedService head = service;
  head.servers.clear();
  wire::CheckedService piece;
  encode(head, piece);
  std::size_t piece_size = piece.ByteSizeLong();
  const auto flush = [&]() -> Status {
    HF_TRY(wire::CheckPlanChunk* const chunk, chunks.room_for(piece_size, "virtual server " + service.name));
    *chunk->add_services() = piece;
    piece.clear_servers();
    piece.clear_sorry();
    piece_size = piece.ByteSizeLong();
    return ok();
  };
  CheckedService one = head;
  one.sorry.reset();
  for (const CheckedServer& server : service.servers) {
    one.servers = {server};
    wire::CheckedService encoded;
    encode(one, encoded);
    const std::size_t size = encoded.servers(0).ByteSizeLong();
    if (piece.servers_size() != 0 && piece_size + size > kChunkTarget) HF_OK(flush());
    *piece.add_servers() = std::move(*encoded.mutable_servers(0));
    piece_size += size + 8;
  }
  return flush();
}

template <class Items>
Status each_decodes(const std::string& what, const Items& items) {
  for (const auto& item : items) {
    if (auto decoded = decode(item); !decoded) return Error{what + ": " + decoded.error().message, decoded.error().code};
  }
  return ok();
}

}  // namespace

Result<std::vector<wire::ParentToVrrpd>> encode_plan(const VrrpPlan& plan, const std::vector<ResumedInstance>& resumed) {
  VrrpChunks chunks(plan.generation);
  chunks.first().mutable_settings()->set_startup_delay_us(plan.startup_delay.count());
  chunks.first().mutable_settings()->set_resume_limit(plan.resume_limit);
  for (const ScriptTracker& tracker : plan.trackers) {
    wire::ScriptTracker encoded;
    encode(tracker, encoded);
    HF_TRY(wire::VrrpPlanChunk* const chunk, chunks.room_for(encoded.ByteSizeLong(), "vrrp_script " + tracker.name));
    *chunk->add_trackers() = std::move(encoded);
  }
  for (const ToldTracker& tracker : plan.told_trackers) {
    wire::ToldTracker encoded;
    encode(tracker, encoded);
    HF_TRY(wire::VrrpPlanChunk* const chunk, chunks.room_for(encoded.ByteSizeLong(), "tracked object " + tracker.name));
    *chunk->add_told_trackers() = std::move(encoded);
  }
  for (const ProcessTracker& tracker : plan.process_trackers) {
    wire::ProcessTracker encoded;
    encode(tracker, encoded);
    HF_TRY(wire::VrrpPlanChunk* const chunk, chunks.room_for(encoded.ByteSizeLong(), "vrrp_track_process " + tracker.name));
    *chunk->add_process_trackers() = std::move(encoded);
  }
  for (const SyncGroup& group : plan.groups) {
    wire::SyncGroup encoded;
    encode(group, encoded);
    HF_TRY(wire::VrrpPlanChunk* const chunk, chunks.room_for(encoded.ByteSizeLong(), "vrrp_sync_group " + group.name));
    *chunk->add_groups() = std::move(encoded);
  }
  for (const VrrpInstance& instance : plan.instances) {
    wire::VrrpInstance encoded;
    encode(instance, encoded);
    HF_TRY(wire::VrrpPlanChunk* const chunk, chunks.room_for(encoded.ByteSizeLong(), "vrrp_instance " + instance.name));
    *chunk->add_instances() = std::move(encoded);
  }
  for (const ResumedInstance& item : resumed) {
    wire::ResumedInstance encoded;
    encode(item, encoded);
    HF_TRY(wire::VrrpPlanChunk* const chunk, chunks.room_for(encoded.ByteSizeLong(), "resumed instance"));
    *chunk->add_resumed() = std::move(encoded);
  }
  return chunks.wrapped();
}

Result<std::vector<wire::ParentToIpvsd>> encode_plan(const IpvsPlan& plan) {
  IpvsChunks chunks(plan.generation);
  wire::IpvsSettings& settings = *chunks.first().mutable_settings();
  settings.set_uses_ipvs(plan.uses_ipvs);
  settings.set_lvs_flush(plan.lvs_flush);
  settings.set_keep_ipvs(plan.keep_ipvs);
  settings.set_keep_vrrp(plan.keep_vrrp);
  settings.set_vrrpd_absence_us(plan.vrrpd_absence.count());
  for (const InstanceRights& instance : plan.instances) {
    wire::InstanceRights encoded;
    encode(instance, encoded);
    HF_TRY(wire::IpvsPlanChunk* const chunk, chunks.room_for(encoded.ByteSizeLong(), "vrrp_instance " + instance.name));
    *chunk->add_instances() = std::move(encoded);
  }
  for (const Service& service : plan.services) {
    wire::Service encoded;
    encode(service, encoded);
    HF_TRY(wire::IpvsPlanChunk* const chunk, chunks.room_for(encoded.ByteSizeLong(), "virtual server"));
    *chunk->add_services() = std::move(encoded);
  }
  for (const Destination& destination : plan.destinations) {
    wire::Destination encoded;
    encode(destination, encoded);
    HF_TRY(wire::IpvsPlanChunk* const chunk, chunks.room_for(encoded.ByteSizeLong(), "real server"));
    *chunk->add_destinations() = std::move(encoded);
  }
  for (const CountedProcesses& processes : plan.processes) {
    wire::CountedProcesses encoded;
    encode(processes, encoded);
    HF_TRY(wire::IpvsPlanChunk* const chunk, chunks.room_for(encoded.ByteSizeLong(), "vrrp_track_process " + processes.name));
    *chunk->add_processes() = std::move(encoded);
  }
  return chunks.wrapped();
}

Result<std::vector<wire::ParentToCheckerd>> encode_plan(const CheckPlan& plan, const std::vector<CheckVerdict>& verdicts,
                                                        const std::vector<ServiceId>& quorum_up) {
  CheckChunks chunks(plan.generation);
  chunks.first().mutable_settings()->set_seed(plan.seed);
  chunks.first().mutable_settings()->set_workers(plan.workers);
  for (const CheckedService& service : plan.services) HF_OK(put_service(chunks, service));
  for (const CheckVerdict& verdict : verdicts) {
    wire::CheckVerdict encoded;
    encode(verdict, encoded);
    HF_TRY(wire::CheckPlanChunk* const chunk, chunks.room_for(encoded.ByteSizeLong(), "verdict"));
    *chunk->add_verdicts() = std::move(encoded);
  }
  for (const ServiceId service : quorum_up) {
    HF_TRY(wire::CheckPlanChunk* const chunk, chunks.room_for(sizeof service.value, "service with quorum"));
    chunk->add_quorum_up_services(service.value);
  }
  return chunks.wrapped();
}

Status carries(const Plan& plan) {
  HF_TRY(const auto for_vrrpd, encode_plan(plan.vrrp));
  for (const wire::ParentToVrrpd& message : for_vrrpd) {
    HF_OK(each_decodes("vrrp_script", message.chunk().trackers()));
    HF_OK(each_decodes("tracked object", message.chunk().told_trackers()));
    HF_OK(each_decodes("vrrp_track_process", message.chunk().process_trackers()));
    HF_OK(each_decodes("vrrp_sync_group", message.chunk().groups()));
    HF_OK(each_decodes("vrrp_instance", message.chunk().instances()));
  }
  HF_TRY(const auto for_ipvsd, encode_plan(plan.ipvs));
  for (const wire::ParentToIpvsd& message : for_ipvsd) {
    HF_OK(each_decodes("vrrp_instance", message.chunk().instances()));
    HF_OK(each_decodes("vrrp_track_process", message.chunk().processes()));
    HF_OK(each_decodes("virtual_server", message.chunk().services()));
    HF_OK(each_decodes("real_server", message.chunk().destinations()));
  }
  HF_TRY(const auto for_checkerd, encode_plan(plan.check));
  for (const wire::ParentToCheckerd& message : for_checkerd) HF_OK(each_decodes("virtual_server", message.chunk().services()));
  return ok();
}

}  // namespace holdfast
