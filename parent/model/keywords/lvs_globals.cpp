// Keywords of global_defs for the whole table of IPVS: emptying it, time-outs, the daemon that keeps connections in step.
// keepalived.conf(5), ipvsadm(8). What they mean together with virtual servers and instances is in parent/plan.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;

Globals& globals(Use& use) { return use.target.as<Globals>(); }

void lvs_timeouts(Use&) {}  // its options say it all

void lvs_sync_daemon(Use& use) {
  SyncDaemonSettings daemon;
  daemon.interface = use.value().text;
  use.options(daemon);
  assign(globals(use).lvs_sync_daemon, use, std::move(daemon));
}

void sync_group(Use& use) {
  if (use.value().prefix.address.is_multicast()) return into<&SyncDaemonSettings::group>(use);
  use.problem("not-multicast", "the group of lvs_sync_daemon is not a multicast address: it is ignored", "a multicast address");
}

constexpr Keyword kLvs[] = {
    {"checker_log_all_failures", boolean(), "off", "Default of log_all_failures.", into<&Globals::checker_log_all_failures>},
    {"lvs_flush", nothing(), "off", "Empties the table of IPVS at the start.", into<&Globals::lvs_flush>},
    {"lvs_flush_on_stop", options(), "off", "Empties it at the end.", constant<FlushOnStop::kTable, &Globals::lvs_flush_on_stop>},
    old("lvs_flush_on_stop", {"lvs_flush_onstop", options(), "off", "Old spelling of lvs_flush_on_stop.",
        constant<FlushOnStop::kTable, &Globals::lvs_flush_on_stop>}),
    gentle({"lvs_timeouts", options(1), "unchanged", "Time-outs of connections; put back at the end.", lvs_timeouts}),
    gentle(once({"lvs_sync_daemon", interface() + options(), "off",
                 "Daemon that keeps connections in step: as the instance says, or both ways without one.", lvs_sync_daemon})),
};
constexpr Keyword kFlushServices[] = {
    {"VS", nothing(), "", "Only the services of this daemon.", constant<FlushOnStop::kServices, &Globals::lvs_flush_on_stop>},
};
constexpr Keyword kTimeouts[] = {
    {"tcp", strict("SECONDS", 0, 2678400), "unchanged", "Connections of TCP.", into<&Globals::lvs_timeouts, &LvsTimeouts::tcp>},
    {"tcpfin", strict("SECONDS", 0, 2678400), "unchanged", "Those that end.", into<&Globals::lvs_timeouts, &LvsTimeouts::tcp_fin>},
    {"udp", strict("SECONDS", 0, 2678400), "unchanged", "Those of UDP.", into<&Globals::lvs_timeouts, &LvsTimeouts::udp>},
};
constexpr Keyword kSyncDaemon[] = {
    {"inst", word("vrrp_instance"), "none", "Instance that decides who sends.", into<&SyncDaemonSettings::instance>},
    {"id", strict("ID", 0, 255), "that of the instance", "Number of the daemon.", into<&SyncDaemonSettings::id>},
    {"maxlen", strict("BYTES", 1, 65507), "by the kernel", "Longest message.", into<&SyncDaemonSettings::maxlen>},
    {"port", strict("PORT", 1, kMax16), "8848", "Port.", into<&SyncDaemonSettings::port>},
    {"ttl", strict("TTL", 1, 255), "by the kernel", "TTL.", into<&SyncDaemonSettings::ttl>},
    {"group", address(), "224.0.0.81", "Group.", sync_group},
    head({"<instance>", word("vrrp_instance"), "", "The same without 'inst'.", into<&SyncDaemonSettings::instance>}),
    {"<id>", strict("ID", 0, 255), "", "The same without 'id', after the instance.", into<&SyncDaemonSettings::id>},
};

constexpr Table kTables[] = {
    {"global_defs", kLvs},
    {"global_defs>lvs_flush_on_stop", kFlushServices},
    {"global_defs>lvs_flush_onstop", kFlushServices},
    {"global_defs>lvs_timeouts", kTimeouts},
    {"global_defs>lvs_sync_daemon", kSyncDaemon},
};

}  // namespace

std::span<const Table> lvs_global_tables() { return kTables; }

}  // namespace holdfast::model
