// The part of ipvsd: what instances hold, links, the table of ip_vs. See outline.h; names follow keepalived.conf(5) and ipvsadm(8).
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/outline/writer.h"

namespace holdfast::outlining {
namespace {

const char* protocol_words(Protocol protocol) {
  return protocol == Protocol::kTcp ? "tcp" : protocol == Protocol::kUdp ? "udp" : "sctp";
}

std::string key_words(const ServiceKey& key) {
  const std::string family = key.family == Family::kIpv4 ? " IPv4" : " IPv6";
  if (key.fwmark != 0) return "fwmark " + words(key.fwmark) + family;
  return protocol_words(key.protocol) + (" [" + words(key.address) + "]:" + words(key.port));
}

void marked(Writer& writer, const MarkedTarget& target) {
  std::string about = protocol_words(target.protocol) + (" [" + words(target.first) + "]");
  if (target.last != target.first) about += "-[" + words(target.last) + "]";
  writer.line("marked " + about + ":" + words(target.port), "fwmark " + words(target.mark));
}

void rights(Writer& writer, const InstanceRights& rights) {
  Facts facts;
  facts.differing(rights, "holds on", &InstanceRights::interface);
  for (const VirtualAddress& address : rights.addresses) facts.add("holds " + words_of(address));
  for (const Route& route : rights.routes) facts.add("holds route " + words_of(route));
  for (const Rule& rule : rights.rules) facts.add("holds rule " + words_of(rule));
  facts.differing(rights, "promote_secondaries", &InstanceRights::promote_secondaries, "garp_interval", &InstanceRights::garp_interval,
                  "gna_interval", &InstanceRights::gna_interval, "no_accept", &InstanceRights::no_accept);
  if (rights.extra_every != Duration{0}) {
    facts.add("garp_extra_if every " + words(rights.extra_every) + " after " + words(rights.extra_delay) +
              (rights.extra_everywhere ? " everywhere but on " : " on virtual links but ") + words(rights.advert_interface));
  }
  writer.lines("instance " + rights.name, facts);
}

void links(Writer& writer) {
  const IpvsPlan& plan = writer.plan().ipvs;
  for (const VirtualLink& link : plan.links) {
    Facts facts;
    facts.add(word(link.kind, {"macvlan", "ipvlan"}) + " on " + link.base);
    facts.differing(link, "hardware", &VirtualLink::hardware);
    if (link.kind == LinkKind::kIpvlan) facts.add("mode " + word(link.mode, {"bridge", "private", "vepa"}));
    facts.add_if(link.family == Family::kIpv6, "IPv6");
    facts.differing(link, "group", &VirtualLink::group, "carries IPv6", &VirtualLink::carries_ipv6, "sends", &VirtualLink::sends, "address",
                    &VirtualLink::address, "netlink_notify_msg", &VirtualLink::notify);
    writer.lines("link " + link.name, facts);
  }
  for (const LinkDelay& delay : plan.link_delays) {
    writer.line("interface " + delay.interface, "down delay " + words(delay.down) + " up delay " + words(delay.up));
  }
  for (const LinkPoll& poll : plan.link_polls) writer.line("interface " + poll.interface, "polled by " + word(poll.method, {"MII", "ETHTOOL", "IOCTL"}));
  for (const KeptSetting& kept : plan.kept) {
    writer.line("setting " + words(static_cast<unsigned>(kept.key.setting)) + " of " + words(kept.key.interface), "was " + words(kept.value));
  }
}

void service(Writer& writer, const Service& service) {
  Facts facts;
  facts.add("of " + writer.name(service.id));
  facts.add("scheduler " + service.scheduler);
  facts.differing(service, "flags", &Service::flags, "persistent", &Service::timeout, "netmask", &Service::netmask, "pe", &Service::persistence_engine);
  writer.lines("table " + key_words(service.key), facts);
}

void destination(Writer& writer, const Destination& destination) {
  Facts facts;
  facts.add("at [" + words(destination.address) + "]:" + words(destination.port));
  facts.add("method " + word(destination.forwarding, {"NAT", "local", "TUN", "DR"}));
  facts.differing(destination, "uthreshold", &Destination::upper_threshold, "lthreshold", &Destination::lower_threshold);
  if (destination.tunnel != TunnelType::kIpip) facts.add("tunnel " + word(destination.tunnel, {"ipip", "gue", "gre"}));
  facts.differing(destination, "tunnel port", &Destination::tunnel_port, "tunnel flags", &Destination::tunnel_flags);
  writer.lines("server " + writer.name(destination.id) + " of " + writer.name(destination.service), facts);
}

void settings(Writer& writer) {
  const IpvsPlan& plan = writer.plan().ipvs;
  Facts facts;
  facts.differing(plan, "used", &IpvsPlan::uses_ipvs, "lvs_flush", &IpvsPlan::lvs_flush, "lvs_flush_on_stop", &IpvsPlan::flush_on_stop,
                  "kept at the end", &IpvsPlan::keep_ipvs, "addresses kept at the end", &IpvsPlan::keep_vrrp, "claims without vrrpd for",
                  &IpvsPlan::vrrpd_absence, "disable_local_igmp", &IpvsPlan::quiet_igmp, "only withdraws", &IpvsPlan::withdraw_only);
  facts.differing(plan.timeouts, "timeout tcp", &IpvsTimeouts::tcp, "timeout tcpfin", &IpvsTimeouts::tcp_fin, "timeout udp", &IpvsTimeouts::udp);
  facts.differing(plan.firewall, "nftables", &Firewall::table, "nftables_priority", &Firewall::priority, "nftables_counters", &Firewall::counters);
  if (plan.marking) {
    facts.add("nftables_ipvs " + words(plan.marking->table) + " priority " + words(plan.marking->priority) + (plan.marking->counters ? " counters" : ""));
  }
  if (plan.sync) {
    Facts sync;
    sync.add("lvs_sync_daemon " + plan.sync->interface);
    sync.add_if(bool(plan.sync->instance), "inst " + writer.name(plan.sync->instance));
    sync.differing(*plan.sync, "id", &SyncDaemon::id, "maxlen", &SyncDaemon::maxlen, "port", &SyncDaemon::port, "ttl", &SyncDaemon::ttl, "group",
                   &SyncDaemon::group);
    facts.add(sync.together());
  }
  writer.lines("ipvs", facts);
}

}  // namespace

void outline_ipvs(Writer& writer) {
  const IpvsPlan& plan = writer.plan().ipvs;
  settings(writer);
  for (const VirtualAddress& address : plan.statics.addresses) writer.line("static", "address " + words_of(address));
  for (const Route& route : plan.statics.routes) writer.line("static", "route " + words_of(route));
  for (const Rule& rule : plan.statics.rules) writer.line("static", "rule " + words_of(rule));
  for (const InstanceRights& one : plan.instances) rights(writer, one);
  links(writer);
  for (const MarkedTarget& one : plan.marked) marked(writer, one);
  for (const Service& one : plan.services) service(writer, one);
  for (const Destination& one : plan.destinations) destination(writer, one);
  for (const CountedProcesses& one : plan.processes) {
    Facts facts;
    facts.add("counts " + words(one.command));
    facts.differing(one, "full_command", &CountedProcesses::whole_command);
    if (one.match != ParameterMatch::kAny) facts.add("param_match " + word(one.match, {"any", "exact", "initial", "partial"}));
    writer.lines("vrrp_track_process " + one.name, facts);
  }
}

}  // namespace holdfast::outlining
