// See encode.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/encode.h"

#include <string>

#include "proto/codec/check_codec.h"
#include "proto/codec/ipvs_codec.h"
#include "proto/codec/link_codec.h"
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

// Each item in the chunk that has room for it. `add`: the chunk's list; `name`: what the item is called when it does not fit.
template <class Messages, class Chunk, class Encoded, class Items, class Name>
Status put_each(Messages& chunks, Encoded* (Chunk::*add)(), const Items& items, Name name) {
  for (const auto& item : items) {
    Encoded encoded;
    encode(item, encoded);
    HF_TRY(Chunk* const chunk, chunks.room_for(encoded.ByteSizeLong(), name(item)));
    *(chunk->*add)() = std::move(encoded);
  }
  return ok();
}

// "vrrp_script web"
auto named(const char* kind) {
  return [kind](const auto& item) { return kind + (" " + item.name); };
}
auto just(const char* kind) {
  return [kind](const auto&) { return std::string(kind); };
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
  using Chunk = wire::VrrpPlanChunk;
  VrrpChunks chunks(plan.generation);
  chunks.first().mutable_settings()->set_startup_delay_us(plan.startup_delay.count());
  chunks.first().mutable_settings()->set_resume_limit(plan.resume_limit);
  HF_OK(put_each(chunks, &Chunk::add_trackers, plan.trackers, named("vrrp_script")));
  HF_OK(put_each(chunks, &Chunk::add_told_trackers, plan.told_trackers, named("tracked object")));
  HF_OK(put_each(chunks, &Chunk::add_process_trackers, plan.process_trackers, named("vrrp_track_process")));
  HF_OK(put_each(chunks, &Chunk::add_groups, plan.groups, named("vrrp_sync_group")));
  HF_OK(put_each(chunks, &Chunk::add_instances, plan.instances, named("vrrp_instance")));
  HF_OK(put_each(chunks, &Chunk::add_sessions, plan.sessions, named("bfd_instance")));
  HF_OK(put_each(chunks, &Chunk::add_resumed, resumed, just("resumed instance")));
  return chunks.wrapped();
}

Result<std::vector<wire::ParentToIpvsd>> encode_plan(const IpvsPlan& plan) {
  using Chunk = wire::IpvsPlanChunk;
  IpvsChunks chunks(plan.generation);
  encode(plan, *chunks.first().mutable_settings());
  HF_OK(put_each(chunks, &Chunk::add_links, plan.links, named("use_vmac")));
  HF_OK(put_each(chunks, &Chunk::add_link_delays, plan.link_delays, just("interface_up_down_delays")));
  HF_OK(put_each(chunks, &Chunk::add_link_polls, plan.link_polls, just("linkbeat_interfaces")));
  HF_OK(put_each(chunks, &Chunk::add_kept, plan.kept, just("setting")));
  HF_OK(put_each(chunks, &Chunk::add_instances, plan.instances, named("vrrp_instance")));
  HF_OK(put_each(chunks, &Chunk::add_services, plan.services, just("virtual server")));
  HF_OK(put_each(chunks, &Chunk::add_destinations, plan.destinations, just("real server")));
  HF_OK(put_each(chunks, &Chunk::add_processes, plan.processes, named("vrrp_track_process")));
  return chunks.wrapped();
}

Result<std::vector<wire::ParentToCheckerd>> encode_plan(const CheckPlan& plan, const std::vector<CheckVerdict>& verdicts,
                                                        const std::vector<ServiceId>& quorum_up) {
  CheckChunks chunks(plan.generation);
  chunks.first().mutable_settings()->set_seed(plan.seed);
  chunks.first().mutable_settings()->set_workers(plan.workers);
  for (const CheckedService& service : plan.services) HF_OK(put_service(chunks, service));
  HF_OK(put_each(chunks, &wire::CheckPlanChunk::add_verdicts, verdicts, just("verdict")));
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
    HF_OK(each_decodes("bfd_instance", message.chunk().sessions()));
  }
  HF_TRY(const auto for_ipvsd, encode_plan(plan.ipvs));
  for (const wire::ParentToIpvsd& message : for_ipvsd) {
    IpvsPlan settings;
    if (message.chunk().has_settings()) HF_OK(decode(message.chunk().settings(), settings));
    HF_OK(each_decodes("vrrp_instance", message.chunk().instances()));
    HF_OK(each_decodes("use_vmac", message.chunk().links()));
    HF_OK(each_decodes("interface_up_down_delays", message.chunk().link_delays()));
    HF_OK(each_decodes("linkbeat_interfaces", message.chunk().link_polls()));
    HF_OK(each_decodes("vrrp_track_process", message.chunk().processes()));
    HF_OK(each_decodes("virtual_server", message.chunk().services()));
    HF_OK(each_decodes("real_server", message.chunk().destinations()));
  }
  HF_TRY(const auto for_checkerd, encode_plan(plan.check));
  for (const wire::ParentToCheckerd& message : for_checkerd) HF_OK(each_decodes("virtual_server", message.chunk().services()));
  return ok();
}

}  // namespace holdfast
