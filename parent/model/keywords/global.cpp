// Keywords outside all blocks and in global_defs: identity, files, mail, scripts, defaults of VRRP.
// Settings of the processes themselves are in process.cpp, those of the table of IPVS in lvs_globals.cpp.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/keywords/address.h"
#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;
using config::ErrorClass;

Globals& globals(Use& use) { return use.target.as<Globals>(); }

void global_defs(Use& use) { use.block(use.configuration().globals); }

void static_ipaddress(Use& use) {
  use.done = true;
  for (const config::Node& line : use.node.children) {
    if (auto entry = read_address_line(use.binder, line, use.inside)) {
      use.configuration().static_addresses.push_back(std::move(*entry));
    }
  }
}

// ---- mail

void notification_email(Use& use) {
  for (const config::Node& line : use.node.children) {
    for (const config::Word& word : line.words) globals(use).notification_email.push_back({std::string(word.text), word.at, true});
  }
  if (use.node.children.empty()) use.corrected("empty-block", "notification_email names no address");
}

void smtp_server(Use& use) {
  SmtpServer server{std::string(use.values[0].text), 25};
  if (use.values[1].present) server.port = static_cast<std::uint16_t>(use.values[1].number);
  assign(globals(use).smtp_server, use, std::move(server));
}

// ---- scripts and FIFOs

void script_user(Use& use) { assign(globals(use).script_user, use, identity(use.words)); }

template <auto Fifo>
void notify_fifo(Use& use) {
  NotifyFifo& fifo = globals(use).*Fifo;
  if (!fifo.path) fifo.owner = identity(use.words.subspan(1));
  into<Fifo, &NotifyFifo::path>(use);
}

// ---- files

constexpr std::string_view kUmaskNames = "IRUSR|IWUSR|IXUSR|IRWXU|IRGRP|IWGRP|IXGRP|IRWXG|IROTH|IWOTH|IXOTH|IRWXO";

std::optional<unsigned> umask_bits(std::string_view text) {
  constexpr unsigned kBits[] = {0400, 0200, 0100, 0700, 040, 020, 010, 070, 04, 02, 01, 07};
  std::string_view rest;
  if (const auto number = leading_number(text, true, rest)) {
    return rest.empty() && *number <= 0777 ? std::optional(static_cast<unsigned>(*number)) : std::nullopt;
  }
  unsigned mask = 0;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('|', start), text.size());
    const auto bit = position_in(kUmaskNames, text.substr(start, end - start));
    if (!bit) return std::nullopt;
    mask |= kBits[*bit];
    start = end + 1;
  }
  return mask;
}

void umask(Use& use) {
  std::string text;
  for (const config::Word& word : use.rest) text += word.text;
  if (const auto mask = umask_bits(text)) return assign(globals(use).umask, use, *mask);
  use.problem("bad-umask", "'" + text + "' is not a file creation mask: it is ignored", "a number up to 0777, or names like IWGRP|IRWXO",
              nearest_part(kUmaskNames, text));
}

// Every reload is checked before it takes effect; only the log of that check is missing.
void reload_check_config(Use& use) {
  assign(globals(use).reload_check_config, use, std::string(use.value().text));
  if (!use.value().present) return;
  use.warn("no-effect-yet", "the log file of 'reload_check_config' has no effect yet; reloads are always checked");
}

// ---- defaults of VRRP

void mcast_group4(Use& use) {
  const IpAddress& group = use.value().prefix.address;
  if (group.is_v4() && group.is_multicast()) return into<&Globals::vrrp_mcast_group4>(use);
  use.problem("not-multicast", "'" + group.to_string() + "' is not an IPv4 multicast address: it is ignored");
}

void mcast_group6(Use& use) {
  const IpAddress& group = use.value().prefix.address;
  if (group.is_v4() || !group.is_multicast()) {
    use.problem("not-multicast", "'" + group.to_string() + "' is not an IPv6 multicast address: it is ignored");
    return;
  }
  if ((group.octets()[1] & 0x0f) != 2) use.corrected("not-link-local", "'" + group.to_string() + "' is not a link-local group");
  into<&Globals::vrrp_mcast_group6>(use);
}

// Whatever follows: the argument was never looked at.
void v3_checksum_as_v2(Use& use) {
  if (!use.rest.empty() && position_in("off|false|no", use.rest.front().text)) {
    use.warn("value-ignored", "'v3_checksum_as_v2' of global_defs is set whatever value follows, as in keepalived");
  }
  assign(globals(use).v3_checksum_as_v2, use, true);
}

// One announcement per change: what still has its default gets the least.
void min_garp(Use& use) {
  if (use.value().present && !use.value().flag) return;
  Announcing& announcing = globals(use).announcing;
  const auto least = [&](auto& field, auto usual, auto minimum) {
    if (!field.set || *field == usual) field = {minimum, use.word.at, true};
  };
  least(announcing.master_repeat, 5u, 1u);
  least(announcing.master_delay, Duration(5 * kSecond), Duration(0));
  least(announcing.master_refresh, Duration(0), Duration(0));
  least(announcing.master_refresh_repeat, 1u, 0u);
}

void garp_extra_if(Use& use) {
  const bool all = !use.words.empty() && use.words.front().is("all");
  assign(globals(use).vrrp_garp_extra_if, use, ExtraAnnouncing{Duration(use.value().number * kSecond), all});
}

void dynamic_interfaces(Use& use) {
  into<&Globals::dynamic_interfaces>(use);
  use.options(globals(use));
}

// Room is needed for what follows it: a dot and the number of the router.
template <auto Field>
void prefix_of_names(Use& use) {
  constexpr std::size_t kLongest = 11;
  if (globals(use).*Field) return use.problem("already-set", "'" + std::string(use.row.name) + "' was already given: this one is ignored");
  const std::string_view text = use.value().text;
  if (text.empty() || text.size() > kLongest || text.find_first_of("/: \t") != std::string_view::npos) {
    use.problem("bad-prefix", "'" + std::string(text) + "' cannot begin the name of an interface: it is ignored", "1 to 11 characters without '/'");
    return;
  }
  into<Field>(use);
}

constexpr Takes kExtraInterval = after("all", integer("SECONDS", 1, 86400));
constexpr Takes kInterval = decimal("SECONDS", 1, kTimerMax);
constexpr Takes kDelay = decimal("SECONDS", 1000, 4294967295);
constexpr Takes kCount = integer("COUNT", 0, kMaxInt);
constexpr Takes kSeconds = integer("SECONDS", 0, 4294);
constexpr Takes kFifo = word("PATH") + optional(word("USER")) + optional(word("GROUP"));
constexpr Takes kScriptTime = integer("SECONDS", 1, 1000);

constexpr Keyword kRoot[] = {
    {"global_defs", block(), "", "Settings of the whole daemon; before the blocks that they are defaults for.", global_defs},
    once(not_yet(gentle({"instance", word("NAME"), "none", "Name of this daemon among several.",
                  into<&Configuration::globals, &Globals::instance>}))),
    once(not_yet(gentle({"net_namespace", word("NAME"), "none", "Network namespace to run in.",
                  into<&Configuration::globals, &Globals::net_namespace>}))),
    once(not_yet({"net_namespace_ipvs", optional(word("NAME")), "net_namespace", "Network namespace of IPVS.",
                  into<&Configuration::globals, &Globals::net_namespace_ipvs>})),
    {"namespace_with_ipsets", nothing(), "off", "Uses ipsets in a namespace on old kernels."},
    not_yet({"use_pid_dir", nothing(), "off", "Puts PID files in a directory of their own.",
             into<&Configuration::globals, &Globals::use_pid_dir>}),
    {"child_wait_time", integer("SECONDS", 0, kMax32), "5", "How long the end of the processes is waited for.",
     into<&Configuration::globals, &Globals::child_wait_time>},
    {"static_ipaddress", lines(), "", "Addresses that are there as long as the daemon runs.", static_ipaddress},
    gentle({"track_group", word("NAME") + block(), "", "Instances that static items are tied to."}),
    {"garp_group", block(), "", "Pace of announcements on some interfaces."},
};
constexpr Keyword kTrackGroup[] = {{"group", list(), "required", "Names of the instances."}};
constexpr Keyword kTrackMember[] = {{"<instance>", word("vrrp_instance"), "", "An instance."}};
constexpr Keyword kGarpGroup[] = {
    {"garp_interval", kInterval, "0", "Time between gratuitous ARPs."},
    {"gna_interval", kInterval, "0", "Time between unsolicited neighbour advertisements."},
    {"interface", interface(), "", "The one interface."},
    {"interfaces", list(), "", "Interfaces that share the pace."},
};
constexpr Keyword kGarpInterface[] = {{"<interface>", interface(), "", "An interface."}};

constexpr Keyword kIdentity[] = {
    gentle({"router_id", word("NAME"), "the host's name", "Name of this machine in mail and status.", into<&Globals::router_id>}),
    not_yet({"umask", words(1), "0177", "File creation mask.", umask}),
    {"random_seed", integer("SEED", 0, kMax32), "the time", "Start of ${_RANDOM}.", into<&Globals::random_seed>},
    not_yet({"data_use_instance", boolean(), "off", "Names of dump files tell the instance.", into<&Globals::data_use_instance>}),
    since("2.2.8", {"json_version", strict("VERSION", 1, 2), "1", "Layout of the JSON dump.", into<&Globals::json_version>}),
    since("2.3.3", not_yet(gentle({"state_dump_file", word("PATH"), "keepalived.data", "File of the dump on SIGUSR1.",
                            into<&Globals::state_dump_file>}))),
    since("2.3.3", meaningless({"stats_dump_file", word("PATH"), "keepalived.stats", "Accepted; keepalived does not use it either."})),
    since("2.3.3", meaningless({"json_dump_file", word("PATH"), "keepalived.json", "Accepted; keepalived does not use it either."})),
    {"include_check", words_or_block(), "off", "What is an error in an include; +NAME adds one, -NAME takes one away.", read_by_block},
    {"reload_check_config", optional(word("FILE")), "off", "Checks a configuration before a reload.", reload_check_config},
    not_yet(gentle({"reload_time_file", word("PATH"), "none", "File with the time of a reload.", into<&Globals::reload_time_file>})),
    not_yet({"reload_repeat", nothing(), "off", "Keeps reload_time_file after the reload.", into<&Globals::reload_repeat>}),
    not_yet({"reload_file", optional(word("PATH")), "keepalived.reload", "File that exists while the configuration is read.",
             into<&Globals::reload_file>}),
    {"config_save_dir", word("DIRECTORY"), "none", "Keeps copies of configurations."},
    meaningless(gentle({"tmp_config_directory", word("DIRECTORY"), "memory", "Where keepalived keeps its copy; there is none here."})),
    since("2.3.2", {"iproute_usr_dir", word("DIRECTORY"), "/usr/share/iproute2", "Names of tables, scopes and so on."}),
    since("2.3.2", {"iproute_etc_dir", word("DIRECTORY"), "/etc/iproute2", "Names that come before those."}),
};
constexpr Keyword kUmask[] = {
    {"IRUSR", nothing(), "", "Owner: read.", read_by_block},  {"IWUSR", nothing(), "", "Owner: write.", read_by_block},
    {"IXUSR", nothing(), "", "Owner: run.", read_by_block},   {"IRWXU", nothing(), "", "Owner: all.", read_by_block},
    {"IRGRP", nothing(), "", "Group: read.", read_by_block},  {"IWGRP", nothing(), "", "Group: write.", read_by_block},
    {"IXGRP", nothing(), "", "Group: run.", read_by_block},   {"IRWXG", nothing(), "", "Group: all.", read_by_block},
    {"IROTH", nothing(), "", "Others: read.", read_by_block}, {"IWOTH", nothing(), "", "Others: write.", read_by_block},
    {"IXOTH", nothing(), "", "Others: run.", read_by_block},  {"IRWXO", nothing(), "", "Others: all.", read_by_block},
};
constexpr Keyword kIncludeCheck[] = {
    {"readable", nothing(), "", "The file must be a regular one and readable.", read_by_block},
    {"match", nothing(), "", "A name must exist.", read_by_block},
    {"wildcard_match", nothing(), "", "A pattern must match something.", read_by_block},
    {"brace_match", nothing(), "", "Each of {a,b} must match something.", read_by_block},
};

constexpr Keyword kMail[] = {
    not_yet({"notification_email", list(), "none", "Who gets mail.", notification_email}),
    not_yet(gentle({"notification_email_from", word("ADDRESS"), "user@host", "Sender of the mail.",
                    into<&Globals::notification_email_from>})),
    not_yet({"smtp_server", word("HOST") + optional(integer("PORT", 1, kMax16)), "none; 25", "Server that takes the mail.", smtp_server}),
    not_yet({"smtp_helo_name", optional(word("NAME")), "the host's name", "Name in HELO.", into<&Globals::smtp_helo_name>}),
    not_yet({"smtp_connect_timeout", kSeconds, "30", "How long the server is waited for.", at_least_one<&Globals::smtp_connect_timeout>}),
    not_yet({"smtp_alert", boolean(), "unset", "Default of every smtp_alert.", into<&Globals::smtp_alert>}),
    not_yet({"smtp_alert_vrrp", boolean(), "unset", "Default for instances and groups.", into<&Globals::smtp_alert_vrrp>}),
    not_yet({"smtp_alert_checker", boolean(), "unset", "Default for services and servers.", into<&Globals::smtp_alert_checker>}),
    not_yet({"no_email_faults", nothing(), "off", "No mail about FAULT.", into<&Globals::no_email_faults>}),
    not_yet({"no_checker_emails", boolean(), "off", "Mail about servers only, not about checks.", into<&Globals::no_checker_emails>}),
};
constexpr Keyword kMailAddress[] = {{"<address>", word("ADDRESS"), "", "An address, quoted if it has a name."}};

constexpr Keyword kScripts[] = {
    gentle({"script_user", word("USER") + optional(word("[:]GROUP")), "keepalived_script, else root", "Who runs scripts.", script_user}),
    {"enable_script_security", nothing(), "off", "No script as root that others can write.", into<&Globals::enable_script_security>},
    since("2.3.0", not_yet({"use_symlink_paths", boolean(), "off", "Keeps symbolic links in the paths of scripts.",
                            into<&Globals::use_symlink_paths>})),
    since("post-2.4.3", not_yet({"set_supplementary_groups", boolean(), "off", "Scripts get all groups of their user.",
                                 into<&Globals::set_supplementary_groups>})),
    once(gentle({"startup_script", script(), "none", "Script before everything else.", into<&Globals::startup_script>})),
    gentle({"startup_script_timeout", kScriptTime, "10", "How long it may run.", into<&Globals::startup_script_timeout>}),
    once(gentle({"shutdown_script", script(), "none", "Script after everything else.", into<&Globals::shutdown_script>})),
    gentle({"shutdown_script_timeout", kScriptTime, "10", "How long it may run.", into<&Globals::shutdown_script_timeout>}),
    once(gentle({"notify_fifo", kFifo, "none", "FIFO that gets every event.", notify_fifo<&Globals::notify_fifo>})),
    once(gentle({"notify_fifo_script", script(), "none", "Script that reads it.", into<&Globals::notify_fifo, &NotifyFifo::script>})),
    once(gentle({"vrrp_notify_fifo", kFifo, "none", "FIFO for the events of VRRP.", notify_fifo<&Globals::vrrp_notify_fifo>})),
    once(gentle({"vrrp_notify_fifo_script", script(), "none", "Script that reads it.",
                 into<&Globals::vrrp_notify_fifo, &NotifyFifo::script>})),
    once(gentle({"lvs_notify_fifo", kFifo, "none", "FIFO for the events of services.", notify_fifo<&Globals::lvs_notify_fifo>})),
    once(gentle({"lvs_notify_fifo_script", script(), "none", "Script that reads it.",
                 into<&Globals::lvs_notify_fifo, &NotifyFifo::script>})),
    {"vrrp_notify_priority_changes", boolean(), "off", "Default of notify_priority_changes.",
     into<&Globals::vrrp_notify_priority_changes>},
    {"fifo_write_vrrp_states_on_reload", nothing(), "off", "A reload tells the states again.",
     into<&Globals::fifo_write_vrrp_states_on_reload>},
    {"rs_init_notifies", boolean(), "off", "Servers that are up from the start are told.", into<&Globals::rs_init_notifies>},
};

constexpr Keyword kVrrp[] = {
    {"vrrp_version", strict("VERSION", 2, 3), "2", "Version for IPv4.", into<&Globals::vrrp_version>},
    {"vrrp_strict", boolean(), "off", "Default of strict_mode.", into<&Globals::vrrp_strict>},
    {"vrrp_mcast_group4", address(), "224.0.0.18", "Group for IPv4.", mcast_group4},
    {"vrrp_mcast_group6", address(), "ff02::12", "Group for IPv6.", mcast_group6},
    gentle({"default_interface", interface(), "eth0", "Interface of static addresses without dev.", into<&Globals::default_interface>}),
    {"dynamic_interfaces", options(), "off", "Interfaces may be missing, and may come back.", dynamic_interfaces},
    {"vrrp_garp_master_delay", kSeconds, "5", "Default of garp_master_delay.", into<&Globals::announcing, &Announcing::master_delay>},
    {"vrrp_garp_master_repeat", kCount, "5", "Default of garp_master_repeat.",
     at_least_one<&Globals::announcing, &Announcing::master_repeat>},
    {"vrrp_garp_master_refresh", kSeconds, "0", "Default of garp_master_refresh.",
     into<&Globals::announcing, &Announcing::master_refresh>},
    {"vrrp_garp_master_refresh_repeat", kCount, "1", "Default of garp_master_refresh_repeat.",
     at_least_one<&Globals::announcing, &Announcing::master_refresh_repeat>},
    {"vrrp_garp_lower_prio_delay", kSeconds, "vrrp_garp_master_delay", "Default of garp_lower_prio_delay.",
     into<&Globals::announcing, &Announcing::lower_prio_delay>},
    {"vrrp_garp_lower_prio_repeat", kCount, "vrrp_garp_master_repeat", "Default of garp_lower_prio_repeat.",
     into<&Globals::announcing, &Announcing::lower_prio_repeat>},
    {"vrrp_garp_interval", kInterval, "0", "Time between gratuitous ARPs on an interface.", into<&Globals::vrrp_garp_interval>},
    {"vrrp_gna_interval", kInterval, "0", "Time between neighbour advertisements on an interface.", into<&Globals::vrrp_gna_interval>},
    {"vrrp_min_garp", boolean(), "off", "One announcement per change.", min_garp},
    gentle({"vrrp_garp_extra_if", kExtraInterval, "off", "Default of garp_extra_if.", garp_extra_if}),
    old("vrrp_garp_extra_if", ErrorClass::deprecated, gentle({"vrrp_vmac_garp_intvl", kExtraInterval, "off",
        "Old spelling of vrrp_garp_extra_if.", garp_extra_if})),
    {"vrrp_down_timer_adverts", integer("COUNT", 1, 100), "3", "Default of down_timer_adverts.", into<&Globals::vrrp_down_timer_adverts>},
    {"vrrp_lower_prio_no_advert", boolean(), "off", "Default of lower_prio_no_advert.", into<&Globals::vrrp_lower_prio_no_advert>},
    {"vrrp_higher_prio_send_advert", boolean(), "off", "Default of higher_prio_send_advert.",
     into<&Globals::vrrp_higher_prio_send_advert>},
    since("2.3.3", {"vrrp_owner_ignore_adverts", boolean(), "off", "Default of owner_ignore_adverts.",
                    into<&Globals::vrrp_owner_ignore_adverts>}),
    {"vrrp_check_unicast_src", nothing(), "off", "Default of check_unicast_src.", into<&Globals::vrrp_check_unicast_src>},
    {"vrrp_skip_check_adv_addr", boolean(), "off", "Default of skip_check_adv_addr.", into<&Globals::vrrp_skip_check_adv_addr>},
    since("2.2.8", {"v3_checksum_as_v2", words(0), "off", "Default of v3_checksum_as_v2; set whatever value follows.",
                    v3_checksum_as_v2}),
    {"vrrp_startup_delay", kDelay, "0", "Nothing changes for this long after the start.", into<&Globals::vrrp_startup_delay>},
    since("2.4.0", {"vrrp_delay_after_boot", kDelay, "0", "Nothing changes for this long after the machine's start.",
                    into<&Globals::vrrp_delay_after_boot>}),
    not_yet({"log_unknown_vrids", nothing(), "off", "Logs adverts of routers that are not here.", into<&Globals::log_unknown_vrids>}),
    {"disable_local_igmp", nothing(), "off", "No IGMP for link-local groups while there are VMACs.", into<&Globals::disable_local_igmp>},
    {"vmac_prefix", word("NAME"), "vrrp", "Begin of the names of VMACs.", prefix_of_names<&Globals::vmac_prefix>},
    {"vmac_addr_prefix", word("NAME"), "vmac_prefix", "The same for addresses on other interfaces.",
     prefix_of_names<&Globals::vmac_addr_prefix>},
};
constexpr Keyword kBool[] = {since("2.3.0", {"<bool>", takes::boolean(), "true", "May be said.", read_by_block})};
constexpr Keyword kDynamic[] = {
    {"allow_if_changes", nothing(), "off", "An interface may come back as another kind; here it always may.",
     into<&Globals::allow_if_changes>},
};
constexpr Keyword kExtraAll[] = {{"all", nothing(), "VMACs only", "On every interface."}};

constexpr Table kTables[] = {
    {"(root)", kRoot},
    {"static_ipaddress", {}},
    {"track_group", kTrackGroup},
    {"track_group>group", kTrackMember},
    {"garp_group", kGarpGroup},
    {"garp_group>interfaces", kGarpInterface},
    {"global_defs", kIdentity},
    {"global_defs", kMail},
    {"global_defs", kScripts},
    {"global_defs", kVrrp},
    {"global_defs>umask", kUmask},
    {"global_defs>include_check", kIncludeCheck},
    {"global_defs>notification_email", kMailAddress},
    {"global_defs>vrrp_strict", kBool},
    {"global_defs>vrrp_skip_check_adv_addr", kBool},
    {"global_defs>dynamic_interfaces", kDynamic},
    {"global_defs>vrrp_garp_extra_if", kExtraAll},
};

}  // namespace

std::span<const Table> global_tables() { return kTables; }

}  // namespace holdfast::model
