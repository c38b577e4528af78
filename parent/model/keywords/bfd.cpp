// bfd_instance: sessions of Bidirectional Forwarding Detection, RFC 5880. keepalived.conf(5).
// What is missing or contradicts itself leaves the session out; rules over several sessions are in parent/plan.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;
// Written in milliseconds with three decimals; the limits here are in millionths of one.
constexpr std::int64_t kMillisecond = kSecond;
constexpr std::int64_t kLongest = 4294967 * kMillisecond;
constexpr std::size_t kNameOctetsMax = 31;

void bfd_instance(Use& use) {
  BfdInstance session;
  session.name = use.value().text;
  session.at = use.word.at;
  use.block(session);
  if (session.name.size() > kNameOctetsMax) {
    use.problem("name-too-long", "the name of bfd_instance '" + session.name + "' is longer than 31 characters: the block is skipped");
    return;
  }
  std::vector<BfdInstance>& known = use.configuration().bfd_instances;
  if (std::ranges::any_of(known, [&](const BfdInstance& other) { return other.name == session.name; })) {
    use.problem("duplicate-definition", "bfd_instance '" + session.name + "' is already defined: this block is skipped");
    return;
  }
  if (!session.neighbour) {
    use.problem("incomplete-block", "bfd_instance '" + session.name + "' has no usable 'neighbor_ip': it is left out", "neighbor_ip ADDRESS");
    return;
  }
  use.binder.define("bfd_instance", session.name);
  known.push_back(std::move(session));
}

template <auto Member>
void milliseconds(Use& use) {
  constexpr std::int64_t kParts = kMillisecond / 1000;
  assign(field<Member>(use), use, Duration(use.value().number / kParts));
}

void max_hops(Use& use) {
  assign(field<&BfdInstance::max_hops>(use), use, static_cast<unsigned>(use.value().number < 0 ? 255 : use.value().number));
}

constexpr Keyword kRoot[] = {
    {"bfd_instance", word("NAME") + block(), "", "A session with a neighbour.", bfd_instance},
};
constexpr Keyword kSession[] = {
    {"source_ip", address(), "by the kernel", "Own address.", into<&BfdInstance::source>},
    {"neighbor_ip", address(), "required", "Address of the neighbour.", into<&BfdInstance::neighbour>},
    {"neighbour_ip", address(), "required", "Other spelling of neighbor_ip.", into<&BfdInstance::neighbour>},
    {"min_rx", decimal("MILLISECONDS", kMillisecond, kLongest, 3), "10", "Shortest time between packets that are wanted.",
     milliseconds<&BfdInstance::min_rx>},
    {"min_tx", decimal("MILLISECONDS", kMillisecond, kLongest, 3), "10", "Time between packets while up.", milliseconds<&BfdInstance::min_tx>},
    {"idle_tx", decimal("MILLISECONDS", 1000 * kMillisecond, kLongest, 3), "1000", "Time between packets while not up.",
     milliseconds<&BfdInstance::idle_tx>},
    {"multiplier", integer("COUNT", 1, 255), "5", "Packets that may be missed.", into<&BfdInstance::multiplier>},
    {"passive", nothing(), "active", "Waits for the neighbour to begin.", into<&BfdInstance::passive>},
    {"ttl", strict("TTL", 1, 255), "255", "TTL of packets, IPv4.", into<&BfdInstance::ttl>},
    {"hoplimit", strict("HOPS", 1, 255), "255; 64 is accepted", "Hop limit of packets, IPv6.", into<&BfdInstance::ttl>},
    {"max_hops", integer("HOPS", -1, 255), "0", "Routers that a packet may have passed; -1: any number.", max_hops},
    since("2.2.8", {"multihop", boolean(), "off", "The neighbour is not on the same link.", into<&BfdInstance::multihop>}),
    {"weight", integer("WEIGHT", -253, 253) + options(), "0", "Default of track_bfd.", into<&BfdInstance::weight>},
    {"vrrp", nothing(), "on", "Only VRRP is told.", into<&BfdInstance::vrrp>},
    {"checker", nothing(), "on", "Only the checker is told.", into<&BfdInstance::checker>},
};
constexpr Keyword kWeight[] = {
    {"reverse", nothing(), "off", "Turns the effect around.", into<&BfdInstance::reverse>},
};

constexpr Table kTables[] = {
    {"(root)", kRoot},
    {"bfd_instance", kSession},
    {"bfd_instance>weight", kWeight},
};

}  // namespace

std::span<const Table> bfd_tables() { return kTables; }

}  // namespace holdfast::model
