// See encode.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/encode.h"

#include <algorithm>
#include <span>
#include <string>

#include "proto/codec/check_codec.h"
#include "proto/codec/ipvs_codec.h"
#include "proto/codec/link_codec.h"
#include "proto/codec/route_codec.h"
#include "proto/codec/vrrp_codec.h"

namespace holdfast {
namespace {

Status fits(std::size_t size, const std::string& what) {
  if (size <= kItemMax) return ok();
  return Error{what + " takes " + std::to_string(size) + " octets in one message, at most " + std::to_string(kItemMax) + " are possible"};
}

// Collects items into chunks and wraps them as Begin, chunks, Commit.
template <class Out, class Chunk>
class Chunks {
 public:
  explicit Chunks(Generation generation) : generation_(generation) { chunks_.emplace_back(); }

  Chunk& first() { return chunks_.front(); }

  // The chunk that an item of `size` encoded octets goes into.
  Result<Chunk*> room_for(std::size_t size, const std::string& what) {
    HF_OK(fits(size, what));
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
// server. The receiver appends pieces of the same identifier. `piece` is room to work in; `put` takes it with its size.
template <class Put>
Status each_piece(const CheckedService& service, wire::CheckedService& piece, Put put) {
  piece.Clear();
  encode_head(service, piece);
  std::size_t piece_size = piece.ByteSizeLong();
  wire::CheckedServer encoded;
  for (const CheckedServer& server : service.servers) {
    encoded.Clear();
    encode(server, encoded);
    const std::size_t size = encoded.ByteSizeLong();
    if (piece.servers_size() != 0 && piece_size + size > kChunkTarget) {
      HF_OK(put(piece, piece_size));
      piece.clear_servers();
      piece.clear_sorry();
      piece_size = piece.ByteSizeLong();
    }
    piece.add_servers()->Swap(&encoded);
    piece_size += size + 8;
  }
  return put(piece, piece_size);
}

// What is held beside the addresses that an instance was told with, in as many pieces as it takes.
template <class Items, class Add>
Status put_holdings(IpvsChunks& chunks, InstanceId instance, const std::string& what, const Items& items, Add add) {
  wire::Holdings piece;
  std::size_t size = 0;
  const auto flush = [&]() -> Status {
    if (size == 0) return ok();
    piece.set_instance(instance.value);
    HF_TRY(wire::IpvsPlanChunk* const chunk, chunks.room_for(size, what));
    *chunk->add_holdings() = std::move(piece);
    piece = wire::Holdings{};
    size = 0;
    return ok();
  };
  for (const auto& item : items) {
    auto* message = add(piece);
    encode(item, *message);
    size += message->ByteSizeLong() + 8;
    if (size > kChunkTarget / 2) HF_OK(flush());
  }
  return flush();
}

std::span<const VirtualAddress> further(const InstanceRights& instance) {
  const std::span<const VirtualAddress> all(instance.addresses);
  return all.subspan(std::min(all.size(), kAddressesWithInstance));
}

// The first addresses come with their instance, further ones in pieces behind it.
Status put_rights(IpvsChunks& chunks, const InstanceRights& instance) {
  wire::InstanceRights encoded;
  encode(instance, encoded, kAddressesWithInstance);
  const std::string what = "vrrp_instance " + instance.name;
  HF_TRY(wire::IpvsPlanChunk* const chunk, chunks.room_for(encoded.ByteSizeLong(), what));
  *chunk->add_instances() = std::move(encoded);
  return put_holdings(chunks, instance.id, what + ", an address", further(instance), [](wire::Holdings& piece) { return piece.add_addresses(); });
}

template <class Holder>
Status put_paths(IpvsChunks& chunks, InstanceId instance, const std::string& what, const Holder& holder) {
  HF_OK(put_holdings(chunks, instance, what + ", a route", holder.routes, [](wire::Holdings& piece) { return piece.add_routes(); }));
  return put_holdings(chunks, instance, what + ", a rule", holder.rules, [](wire::Holdings& piece) { return piece.add_rules(); });
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

// Whether single items arrive: each is encoded and decoded in the same room, so that a large plan costs no memory. An item that fits in no
// message is said before one that would be refused.
class Trial {
 public:
  // `refused`: what an item is called when its receiver would refuse it; `name`: when it is too large.
  template <class Message, class Items, class Name>
  void each(const Items& items, const char* refused, Name name) {
    Message message;
    for (const auto& item : items) {
      message.Clear();
      encode(item, message);
      arrives(message, message.ByteSizeLong(), refused, [&] { return name(item); });
    }
  }
  template <class Message, class Name>
  void arrives(const Message& message, std::size_t size, const char* refused, Name name) {
    if (size > kItemMax && size_) size_ = fits(size, name());
    decodes(decode(message), refused);
  }
  template <class Decoded>
  void decodes(const Decoded& decoded, const char* refused) {
    if (!decoded && decoded_) decoded_ = Error{std::string(refused) + decoded.error().message, decoded.error().code};
  }
  Status result() && { return size_ ? std::move(decoded_) : std::move(size_); }

 private:
  Status size_ = ok();
  Status decoded_ = ok();
};

template <class Holder>
void try_paths(Trial& trial, const Holder& holder) {
  trial.each<wire::Route>(holder.routes, "route: ", just("a route"));
  trial.each<wire::Rule>(holder.rules, "rule: ", just("a rule"));
}

Status carries(const VrrpPlan& plan) {
  Trial trial;
  trial.each<wire::ScriptTracker>(plan.trackers, "vrrp_script: ", named("vrrp_script"));
  trial.each<wire::ToldTracker>(plan.told_trackers, "tracked object: ", named("tracked object"));
  trial.each<wire::ProcessTracker>(plan.process_trackers, "vrrp_track_process: ", named("vrrp_track_process"));
  trial.each<wire::SyncGroup>(plan.groups, "vrrp_sync_group: ", named("vrrp_sync_group"));
  trial.each<wire::VrrpInstance>(plan.instances, "vrrp_instance: ", named("vrrp_instance"));
  trial.each<wire::BfdSession>(plan.sessions, "bfd_instance: ", named("bfd_instance"));
  return std::move(trial).result();
}

Status carries(const IpvsPlan& plan) {
  Trial trial;
  wire::IpvsSettings settings;
  encode(plan, settings);
  IpvsPlan decoded;
  trial.decodes(decode(settings, decoded), "");
  wire::InstanceRights rights;
  for (const InstanceRights& instance : plan.instances) {
    rights.Clear();
    encode(instance, rights, kAddressesWithInstance);
    trial.arrives(rights, rights.ByteSizeLong(), "vrrp_instance: ", [&] { return "vrrp_instance " + instance.name; });
    trial.each<wire::VirtualAddress>(further(instance), "vrrp_instance: ", just("an address"));
  }
  trial.each<wire::VirtualAddress>(plan.statics.addresses, "static address: ", just("static address"));
  try_paths(trial, plan.statics);
  for (const InstanceRights& instance : plan.instances) try_paths(trial, instance);
  trial.each<wire::VirtualLink>(plan.links, "use_vmac: ", named("use_vmac"));
  trial.each<wire::LinkDelay>(plan.link_delays, "interface_up_down_delays: ", just("interface_up_down_delays"));
  trial.each<wire::LinkPoll>(plan.link_polls, "linkbeat_interfaces: ", just("linkbeat_interfaces"));
  trial.each<wire::CountedProcesses>(plan.processes, "vrrp_track_process: ", named("vrrp_track_process"));
  trial.each<wire::Service>(plan.services, "virtual_server: ", just("virtual server"));
  trial.each<wire::MarkedTarget>(plan.marked, "nftables_ipvs: ", just("address"));
  trial.each<wire::Destination>(plan.destinations, "real_server: ", just("real server"));
  return std::move(trial).result();
}

Status carries(const CheckPlan& plan) {
  Trial trial;
  wire::CheckedService room;
  for (const CheckedService& service : plan.services) {
    HF_OK(each_piece(service, room, [&](const wire::CheckedService& piece, std::size_t size) {
      trial.arrives(piece, size, "virtual_server: ", [&] { return "virtual server " + service.name; });
      return ok();
    }));
  }
  return std::move(trial).result();
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
  HF_OK(put_holdings(chunks, {}, "static address", plan.statics.addresses, [](wire::Holdings& piece) { return piece.add_addresses(); }));
  HF_OK(put_paths(chunks, {}, "static", plan.statics));
  HF_OK(put_each(chunks, &Chunk::add_links, plan.links, named("use_vmac")));
  HF_OK(put_each(chunks, &Chunk::add_link_delays, plan.link_delays, just("interface_up_down_delays")));
  HF_OK(put_each(chunks, &Chunk::add_link_polls, plan.link_polls, just("linkbeat_interfaces")));
  HF_OK(put_each(chunks, &Chunk::add_kept, plan.kept, just("setting")));
  for (const InstanceRights& instance : plan.instances) HF_OK(put_rights(chunks, instance));
  for (const InstanceRights& instance : plan.instances) HF_OK(put_paths(chunks, instance.id, "vrrp_instance " + instance.name, instance));
  HF_OK(put_each(chunks, &Chunk::add_services, plan.services, just("virtual server")));
  HF_OK(put_each(chunks, &Chunk::add_marked, plan.marked, just("nftables_ipvs")));
  HF_OK(put_each(chunks, &Chunk::add_destinations, plan.destinations, just("real server")));
  HF_OK(put_each(chunks, &Chunk::add_processes, plan.processes, named("vrrp_track_process")));
  return chunks.wrapped();
}

Result<std::vector<wire::ParentToCheckerd>> encode_plan(const CheckPlan& plan, const std::vector<CheckVerdict>& verdicts,
                                                        const std::vector<ServiceId>& quorum_up) {
  CheckChunks chunks(plan.generation);
  chunks.first().mutable_settings()->set_seed(plan.seed);
  chunks.first().mutable_settings()->set_workers(plan.workers);
  wire::CheckedService room;
  for (const CheckedService& service : plan.services) {
    HF_OK(each_piece(service, room, [&](const wire::CheckedService& piece, std::size_t size) -> Status {
      HF_TRY(wire::CheckPlanChunk* const chunk, chunks.room_for(size, "virtual server " + service.name));
      *chunk->add_services() = piece;
      return ok();
    }));
  }
  HF_OK(put_each(chunks, &wire::CheckPlanChunk::add_verdicts, verdicts, just("verdict")));
  for (const ServiceId service : quorum_up) {
    HF_TRY(wire::CheckPlanChunk* const chunk, chunks.room_for(sizeof service.value, "service with quorum"));
    chunk->add_quorum_up_services(service.value);
  }
  return chunks.wrapped();
}

Status carries(const Plan& plan) {
  HF_OK(carries(plan.vrrp));
  HF_OK(carries(plan.ipvs));
  return carries(plan.check);
}

}  // namespace holdfast
