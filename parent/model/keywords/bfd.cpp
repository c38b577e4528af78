// bfd_instance: sessions of Bidirectional Forwarding Detection, RFC 5880. They have no effect yet: the words are checked.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;
// Written in milliseconds with three decimals; the limits here are in millionths of one.
constexpr std::int64_t kMillisecond = kSecond;
constexpr std::int64_t kLongest = 4294967 * kMillisecond;

void bfd_instance(Use& use) {
  use.done = true;
  use.binder.block(use.node, use.inside, {});
  use.binder.define("bfd_instance", use.value().text);
}

constexpr Keyword kRoot[] = {
    not_yet({"bfd_instance", word("NAME") + block(), "", "A session with a neighbour.", bfd_instance}),
};
constexpr Keyword kSession[] = {
    {"source_ip", address(), "by the kernel", "Own address."},
    {"neighbor_ip", address(), "required", "Address of the neighbour."},
    {"neighbour_ip", address(), "required", "Other spelling of neighbor_ip."},
    {"min_rx", decimal("MILLISECONDS", kMillisecond, kLongest, 3), "10", "Shortest time between packets that are wanted."},
    {"min_tx", decimal("MILLISECONDS", kMillisecond, kLongest, 3), "10", "Time between packets while up."},
    {"idle_tx", decimal("MILLISECONDS", 1000 * kMillisecond, kLongest, 3), "1000", "Time between packets while not up."},
    {"multiplier", integer("COUNT", 1, 255), "5", "Packets that may be missed."},
    {"passive", nothing(), "active", "Waits for the neighbour to begin."},
    {"ttl", strict("TTL", 1, 255), "255", "TTL of packets, IPv4."},
    {"hoplimit", strict("HOPS", 1, 255), "64", "Hop limit of packets, IPv6."},
    {"max_hops", integer("HOPS", -1, 255), "0", "Routers that a packet may have passed; -1: any number."},
    since("2.2.8", {"multihop", boolean(), "off", "The neighbour is not on the same link."}),
    {"weight", integer("WEIGHT", -253, 253) + options(), "0", "Default of track_bfd."},
    {"vrrp", nothing(), "on", "Only VRRP is told."},
    {"checker", nothing(), "on", "Only the checker is told."},
};
constexpr Keyword kWeight[] = {
    {"reverse", nothing(), "off", "Turns the effect around."},
};

constexpr Table kTables[] = {
    {"(root)", kRoot},
    {"bfd_instance", kSession},
    {"bfd_instance>weight", kWeight},
};

}  // namespace

std::span<const Table> bfd_tables() { return kTables; }

}  // namespace holdfast::model
