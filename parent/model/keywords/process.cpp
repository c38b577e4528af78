// Keywords of global_defs about the processes themselves: scheduling, buffers, firewall, SNMP and D-Bus.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;

constexpr unsigned kHighestRealTime = 99;

// Without a value: as high as it goes.
void max_auto_priority(Use& use) {
  const int priority = use.value().present ? static_cast<int>(use.value().number) : static_cast<int>(kHighestRealTime);
  assign(use.target.as<Globals>().max_auto_priority, use, priority);
}

// One bad number clears the whole set.
template <auto Process>
void cpu_affinity(Use& use) {
  const Argument argument = integer("CPU", 0, 4095).arguments[0];
  std::vector<unsigned> cpus;
  for (const config::Word& word : use.rest) {
    const Value value = use.binder.read(use.node, word, argument);
    if (!value.present) return;
    cpus.push_back(static_cast<unsigned>(value.number));
  }
  assign((use.target.as<Globals>().*Process).cpu_affinity, use, std::move(cpus));
}

// Without a value: the usual table. The priority starts again.
void nftables(Use& use) {
  Globals& globals = use.target.as<Globals>();
  if (globals.nftables) {
    use.problem("already-set", "'nftables' was already given: this one is ignored");
    return;
  }
  globals.nftables = {use.value().present ? std::string(use.value().text) : "keepalived", use.word.at, true};
  globals.nftables_priority = {};
}

void nftables_ipvs(Use& use) {
  Globals& globals = use.target.as<Globals>();
  if (globals.nftables_ipvs) {
    use.problem("already-set", "'nftables_ipvs' was already given: this one is ignored");
    return;
  }
  globals.nftables_ipvs = {use.value().present ? std::string(use.value().text) : "keepalived_ipvs", use.word.at, true};
  globals.nftables_ipvs_priority = {};
  globals.nftables_ipvs_start_fwmark = {};
}

// As in a keepalived that was built without iptables.
void no_iptables(Use& use) {
  Globals& globals = use.target.as<Globals>();
  use.problem("nftables-instead", "'" + std::string(use.row.name) + "' is not supported: nftables is used", "nftables [TABLE]");
  if (!globals.nftables) globals.nftables = {"keepalived", use.word.at, true};
}

constexpr Takes kName = word("NAME");
constexpr Takes kNice = integer("NICE", -20, 19);
constexpr Takes kRealTime = integer("PRIORITY", 1, kHighestRealTime);
constexpr Takes kMicroseconds = integer("MICROSECONDS", 1, kMax32);
constexpr Takes kBytes = integer("BYTES", 0, kMax32);
constexpr Takes kInt32 = strict("PRIORITY", -kMaxInt - 1, kMaxInt);

constexpr Keyword kNames[] = {
    not_yet({"process_names", nothing(), "off", "The processes have names of their own.", into<&Globals::process_names>}),
    not_yet({"process_name", kName, "keepalived", "Name of the parent, at most 15 characters.", into<&Globals::process_name>}),
    not_yet({"vrrp_process_name", kName, "", "Name of the VRRP process.", into<&Globals::vrrp_process, &ProcessTuning::name>}),
    not_yet({"checker_process_name", kName, "", "Name of the checker.", into<&Globals::checker_process, &ProcessTuning::name>}),
    old("checker_process_name", not_yet({"lvs_process_name", kName, "", "Old spelling of checker_process_name.",
        into<&Globals::checker_process, &ProcessTuning::name>})),
    not_yet({"bfd_process_name", kName, "", "Name of the BFD process.", into<&Globals::bfd_process, &ProcessTuning::name>}),
};

constexpr Keyword kScheduling[] = {
    not_yet({"max_auto_priority", optional(integer("PRIORITY", -1, kHighestRealTime)), "0",
             "Highest real-time priority to take when timers are late; -1: never, and silent.", max_auto_priority}),
    not_yet(gentle({"min_auto_priority_delay", integer("MICROSECONDS", 1, 10'000'000), "1000000", "How late a timer must be.",
             into<&Globals::min_auto_priority_delay>})),
    not_yet(gentle({"vrrp_priority", kNice, "0", "Nice value of the VRRP process.",
                    into<&Globals::vrrp_process, &ProcessTuning::priority>})),
    not_yet({"vrrp_no_swap", nothing(), "off", "Keeps the VRRP process in memory.",
             into<&Globals::vrrp_process, &ProcessTuning::no_swap>}),
    not_yet(gentle({"vrrp_rt_priority", kRealTime, "off", "Real-time priority of the VRRP process.",
             into<&Globals::vrrp_process, &ProcessTuning::rt_priority>})),
    not_yet(gentle({"vrrp_cpu_affinity", words(1), "all", "CPUs of the VRRP process.", cpu_affinity<&Globals::vrrp_process>})),
    not_yet({"vrrp_rlimit_rttime", kMicroseconds, "10000", "Longest real-time run of the VRRP process.",
             into<&Globals::vrrp_process, &ProcessTuning::rlimit_rttime>}),
    old("vrrp_rlimit_rttime", not_yet({"vrrp_rlimit_rtime", kMicroseconds, "10000", "Old spelling of vrrp_rlimit_rttime.",
        into<&Globals::vrrp_process, &ProcessTuning::rlimit_rttime>})),
    not_yet(gentle({"checker_priority", kNice, "0", "Nice value of the checker.",
                    into<&Globals::checker_process, &ProcessTuning::priority>})),
    not_yet({"checker_no_swap", nothing(), "off", "Keeps the checker in memory.",
             into<&Globals::checker_process, &ProcessTuning::no_swap>}),
    not_yet(gentle({"checker_rt_priority", kRealTime, "off", "Real-time priority of the checker.",
             into<&Globals::checker_process, &ProcessTuning::rt_priority>})),
    not_yet(gentle({"checker_cpu_affinity", words(1), "all", "CPUs of the checker.", cpu_affinity<&Globals::checker_process>})),
    not_yet({"checker_rlimit_rttime", kMicroseconds, "10000", "Longest real-time run of the checker.",
             into<&Globals::checker_process, &ProcessTuning::rlimit_rttime>}),
    old("checker_rlimit_rttime", not_yet({"checker_rlimit_rtime", kMicroseconds, "10000", "Old spelling of checker_rlimit_rttime.",
        into<&Globals::checker_process, &ProcessTuning::rlimit_rttime>})),
    not_yet(gentle({"bfd_priority", kNice, "0", "Nice value of the BFD process.", into<&Globals::bfd_process, &ProcessTuning::priority>})),
    not_yet({"bfd_no_swap", nothing(), "off", "Keeps the BFD process in memory.", into<&Globals::bfd_process, &ProcessTuning::no_swap>}),
    not_yet(gentle({"bfd_rt_priority", kRealTime, "off", "Real-time priority of the BFD process.",
             into<&Globals::bfd_process, &ProcessTuning::rt_priority>})),
    not_yet(gentle({"bfd_cpu_affinity", words(1), "all", "CPUs of the BFD process.", cpu_affinity<&Globals::bfd_process>})),
    not_yet({"bfd_rlimit_rttime", kMicroseconds, "10000", "Longest real-time run of the BFD process.",
             into<&Globals::bfd_process, &ProcessTuning::rlimit_rttime>}),
    old("bfd_rlimit_rttime", not_yet({"bfd_rlimit_rtime", kMicroseconds, "10000", "Old spelling of bfd_rlimit_rttime.",
        into<&Globals::bfd_process, &ProcessTuning::rlimit_rttime>})),
};

constexpr Keyword kBuffers[] = {
    gentle({"vrrp_netlink_cmd_rcv_bufs", kBytes, "system", "Receive buffer for netlink requests of VRRP."}),
    {"vrrp_netlink_cmd_rcv_bufs_force", boolean(), "off", "Beyond the system's limit."},
    gentle({"vrrp_netlink_monitor_rcv_bufs", kBytes, "system", "Receive buffer for netlink news of VRRP."}),
    {"vrrp_netlink_monitor_rcv_bufs_force", boolean(), "off", "Beyond the system's limit."},
    gentle({"process_monitor_rcv_bufs", kBytes, "system", "Receive buffer for news of processes."}),
    {"process_monitor_rcv_bufs_force", boolean(), "off", "Beyond the system's limit."},
    gentle({"lvs_netlink_cmd_rcv_bufs", kBytes, "system", "Receive buffer for netlink requests of the checker."}),
    {"lvs_netlink_cmd_rcv_bufs_force", boolean(), "off", "Beyond the system's limit."},
    gentle({"lvs_netlink_monitor_rcv_bufs", kBytes, "system", "Receive buffer for netlink news of the checker."}),
    {"lvs_netlink_monitor_rcv_bufs_force", boolean(), "off", "Beyond the system's limit."},
    gentle({"vrrp_rx_bufs_policy", any_case(number_or("MTU|ADVERT", 1, kMax32)) + words(0), "system",
            "How the receive buffers of adverts are sized."}),
    gentle({"vrrp_rx_bufs_multiplier", integer("FACTOR", 1, kMax32), "3", "Factor of the policies MTU and ADVERT."}),
};
constexpr Keyword kBufferPolicy[] = {
    {"MTU", nothing(), "", "By the MTU of the interface.", read_by_block},
    {"ADVERT", nothing(), "", "By the length of an advert.", read_by_block},
    {"<bytes>", integer("BYTES", 1, kMax32), "", "This size."},
};

constexpr Keyword kFirewall[] = {
    {"vrrp_iptables", words(0), "not used", "Chains of iptables: nftables with the table keepalived is used instead.", no_iptables},
    {"vrrp_ipsets", words(0), "keepalived...", "Names of ipsets: nftables with the table keepalived is used instead.", no_iptables},
    {"nftables", optional(word("TABLE")), "keepalived", "Table of nftables for no_accept and VMACs.", nftables},
    {"nftables_priority", kInt32, "-1", "Priority of its chains; after nftables, which resets it.", into<&Globals::nftables_priority>},
    meaningless({"nftables_ifindex", nothing(), "off", "Sets by the number of interfaces: they always are."}),
    {"nftables_ipvs", optional(word("TABLE")), "off", "Table of nftables that marks packets to the addresses of each virtual_server_group: IPVS has one service for all of them.", nftables_ipvs},
    {"nftables_ipvs_priority", kInt32, "-1", "Priority of its chain; after nftables_ipvs, which resets it.", into<&Globals::nftables_ipvs_priority>},
    {"nftables_ipvs_start_fwmark", strict("MARK", 1, kMax32), "1000", "First mark; after nftables_ipvs, which resets it. Marks that the file names are passed over.", into<&Globals::nftables_ipvs_start_fwmark>},
    {"nftables_counters", nothing(), "off", "Counters in the rules.", into<&Globals::nftables_counters>},
};
constexpr Keyword kIpsets[] = {
    since("2.3.0", {"<nd set>", word("NAME"), "NAME1_nd", "Sixth name: the set for neighbour discovery of VMACs."}),
};

constexpr Keyword kBridges[] = {
    gentle({"snmp_socket", word("ADDRESS"), "that of net-snmp", "Where the AgentX master listens."}),
    {"enable_traps", nothing(), "off", "Sends SNMP notifications."},
    {"enable_snmp_vrrp", nothing(), "off", "Serves VRRP by SNMP."},
    old("enable_snmp_vrrp", {"enable_snmp_keepalived", nothing(), "off", "Old spelling of enable_snmp_vrrp."}),
    {"enable_snmp_rfc", nothing(), "off", "Serves the MIBs of RFC 2787 and RFC 6527."},
    {"enable_snmp_rfcv2", nothing(), "off", "Serves the MIB of RFC 2787."},
    {"enable_snmp_rfcv3", nothing(), "off", "Serves the MIB of RFC 6527."},
    {"enable_snmp_checker", nothing(), "off", "Serves services by SNMP."},
    since("2.3.0", {"snmp_vs_stats_update_interval", decimal("SECONDS", 1000, 30 * kSecond), "5",
                    "How old statistics of services may be."}),
    since("2.3.0", {"snmp_rs_stats_update_interval", decimal("SECONDS", 1000, 30 * kSecond), "the same",
                    "How old statistics of servers may be."}),
    {"enable_dbus", nothing(), "off", "Serves D-Bus."},
    gentle({"dbus_service_name", kName, "org.keepalived.Vrrp1", "Name on the bus."}),
    since("2.3.0", {"dbus_no_interface_name", kName, "none", "Interface in the path of an instance without one."}),
};

constexpr Table kTables[] = {
    {"global_defs", kNames},
    {"global_defs", kScheduling},
    {"global_defs", kBuffers},
    {"global_defs>vrrp_rx_bufs_policy", kBufferPolicy},
    {"global_defs", kFirewall},
    {"global_defs>vrrp_ipsets", kIpsets},
    {"global_defs", kBridges},
};

}  // namespace

std::span<const Table> process_tables() { return kTables; }

}  // namespace holdfast::model
