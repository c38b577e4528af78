// The settings of IPVS as a whole <-> messages: time-outs, sync daemons, emptying. See ipvs_codec.h.
// SPDX-License-Identifier: Apache-2.0
#include <linux/ip_vs.h>

#include "ipvsd/netlink/generic.h"
#include "ipvsd/netlink/ipvs_codec.h"

namespace holdfast::netlink {

namespace {

constexpr std::array kTimeouts = {
    AttributeSpec{IPVS_CMD_ATTR_TIMEOUT_TCP, Type::kU32, "tcp timeout"},
    AttributeSpec{IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, Type::kU32, "tcpfin timeout"},
    AttributeSpec{IPVS_CMD_ATTR_TIMEOUT_UDP, Type::kU32, "udp timeout"},
};
constexpr std::array kCommand = {AttributeSpec{IPVS_CMD_ATTR_DAEMON, Type::kNested, "daemon", Required::kYes}};
constexpr std::array kDaemon = {
    AttributeSpec{IPVS_DAEMON_ATTR_STATE, Type::kU32, "state", Required::kYes},
    AttributeSpec{IPVS_DAEMON_ATTR_MCAST_IFN, Type::kString, "interface", Required::kYes},
    AttributeSpec{IPVS_DAEMON_ATTR_SYNC_ID, Type::kU32, "sync id", Required::kYes},
    AttributeSpec{IPVS_DAEMON_ATTR_SYNC_MAXLEN, Type::kU16, "maxlen"},
    AttributeSpec{IPVS_DAEMON_ATTR_MCAST_GROUP, Type::kBytes, "group"},
    AttributeSpec{IPVS_DAEMON_ATTR_MCAST_GROUP6, Type::kBytes, "IPv6 group"},
    AttributeSpec{IPVS_DAEMON_ATTR_MCAST_PORT, Type::kU16, "port"},
    AttributeSpec{IPVS_DAEMON_ATTR_MCAST_TTL, Type::kU8, "ttl"},
};

void plain(Batch& batch, GenericFamily family, std::uint16_t flags, std::uint8_t command) {
  batch.add(family, flags, [&](nlmsghdr* header) { put_generic(header, command, IPVS_GENL_VERSION); });
}

void put_daemon(nlmsghdr* header, const RunningSync& sync) {
  const SyncDaemon& daemon = sync.daemon;
  mnl_attr_put_u32(header, IPVS_DAEMON_ATTR_STATE, static_cast<std::uint32_t>(sync.role));
  mnl_attr_put_strz(header, IPVS_DAEMON_ATTR_MCAST_IFN, daemon.interface.c_str());
  mnl_attr_put_u32(header, IPVS_DAEMON_ATTR_SYNC_ID, daemon.id);
  if (daemon.maxlen != 0) mnl_attr_put_u16(header, IPVS_DAEMON_ATTR_SYNC_MAXLEN, daemon.maxlen);
  if (daemon.port != 0) mnl_attr_put_u16(header, IPVS_DAEMON_ATTR_MCAST_PORT, daemon.port);
  if (daemon.ttl != 0) mnl_attr_put_u8(header, IPVS_DAEMON_ATTR_MCAST_TTL, daemon.ttl);
  if (!daemon.group) return;
  const auto octets = daemon.group->octets();
  mnl_attr_put(header, daemon.group->is_v4() ? IPVS_DAEMON_ATTR_MCAST_GROUP : IPVS_DAEMON_ATTR_MCAST_GROUP6, octets.size(), octets.data());
}

void daemon_command(Batch& batch, GenericFamily family, std::uint8_t command, const RunningSync& sync) {
  batch.add(family, 0, [&](nlmsghdr* header) {
    put_generic(header, command, IPVS_GENL_VERSION);
    nlattr* nested = mnl_attr_nest_start(header, IPVS_CMD_ATTR_DAEMON);
    put_daemon(header, sync);
    mnl_attr_nest_end(header, nested);
  });
}

}  // namespace

void encode(Batch& batch, GenericFamily family, const SetTimeouts& change) {
  batch.add(family, 0, [&](nlmsghdr* header) {
    put_generic(header, IPVS_CMD_SET_CONFIG, IPVS_GENL_VERSION);
    const auto& [tcp, tcp_fin, udp] = change.timeouts;
    if (tcp != 0) mnl_attr_put_u32(header, IPVS_CMD_ATTR_TIMEOUT_TCP, tcp);
    if (tcp_fin != 0) mnl_attr_put_u32(header, IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, tcp_fin);
    if (udp != 0) mnl_attr_put_u32(header, IPVS_CMD_ATTR_TIMEOUT_UDP, udp);
  });
}

void encode(Batch& batch, GenericFamily family, const StartSync& change) { daemon_command(batch, family, IPVS_CMD_NEW_DAEMON, change.wanted); }

void encode(Batch& batch, GenericFamily family, const StopSync& change) {
  RunningSync sync;
  sync.role = change.role;
  sync.daemon.id = change.id;
  daemon_command(batch, family, IPVS_CMD_DEL_DAEMON, sync);
}

void encode(Batch& batch, GenericFamily family, const FlushServices&) { plain(batch, family, 0, IPVS_CMD_FLUSH); }
void encode_timeouts_request(Batch& batch, GenericFamily family) { plain(batch, family, 0, IPVS_CMD_GET_CONFIG); }
void encode_sync_dump(Batch& batch, GenericFamily family) { plain(batch, family, NLM_F_DUMP, IPVS_CMD_GET_DAEMON); }

Result<IpvsTimeouts> decode_timeouts(Octets message) {
  HF_TRY(const Parts parts, take_apart(message, sizeof(genlmsghdr), "IPVS timeouts"));
  HF_TRY(const Attributes attributes, Attributes::parse(parts.attributes, kTimeouts, "IPVS timeouts"));
  return IpvsTimeouts{attributes.u32(IPVS_CMD_ATTR_TIMEOUT_TCP), attributes.u32(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN),
                      attributes.u32(IPVS_CMD_ATTR_TIMEOUT_UDP)};
}

Result<RunningSync> decode_sync(Octets message) {
  HF_TRY(const Parts parts, take_apart(message, sizeof(genlmsghdr), "sync daemon"));
  HF_TRY(const Attributes outer, Attributes::parse(parts.attributes, kCommand, "sync daemon"));
  HF_TRY(const Attributes attributes, Attributes::parse(outer.bytes(IPVS_CMD_ATTR_DAEMON), kDaemon, "sync daemon"));
  const std::uint32_t state = attributes.u32(IPVS_DAEMON_ATTR_STATE);
  if (state != IP_VS_STATE_MASTER && state != IP_VS_STATE_BACKUP) return Error{"sync daemon of state " + std::to_string(state)};
  RunningSync sync;
  sync.role = static_cast<SyncRole>(state);
  sync.daemon.interface = attributes.string(IPVS_DAEMON_ATTR_MCAST_IFN);
  sync.daemon.id = static_cast<std::uint8_t>(attributes.u32(IPVS_DAEMON_ATTR_SYNC_ID));
  sync.daemon.maxlen = attributes.u16(IPVS_DAEMON_ATTR_SYNC_MAXLEN);
  sync.daemon.port = attributes.u16(IPVS_DAEMON_ATTR_MCAST_PORT);
  sync.daemon.ttl = attributes.u8(IPVS_DAEMON_ATTR_MCAST_TTL);
  if (attributes.has(IPVS_DAEMON_ATTR_MCAST_GROUP)) {
    HF_TRY(sync.daemon.group, address_from(attributes.bytes(IPVS_DAEMON_ATTR_MCAST_GROUP), Family::kIpv4, "sync group"));
  } else if (attributes.has(IPVS_DAEMON_ATTR_MCAST_GROUP6)) {
    HF_TRY(sync.daemon.group, address_from(attributes.bytes(IPVS_DAEMON_ATTR_MCAST_GROUP6), Family::kIpv6, "sync group"));
  }
  return sync;
}

}  // namespace holdfast::netlink
