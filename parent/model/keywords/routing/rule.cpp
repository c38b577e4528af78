// Words of the lines of static_rules and virtual_rules, and what they set in a RuleEntry. Names follow ip-rule(8). A line has one
// action; `type` may stand before its name. A value that makes no sense drops the line, as in keepalived.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/keywords/routing/route.h"
#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;

RuleEntry& entry(Use& use) { return use.target.as<RuleEntry>(); }

void drop(Use& use, config::Code code, std::string message, std::string expected = {}) {
  use.problem(code, std::move(message) + ": the rule is left out", std::move(expected));
  use.rejected = true;
}

void family(Use& use) {
  const Family said = use.row.name == "inet" ? Family::kIpv4 : Family::kIpv6;
  if (fits(use, entry(use).family, said)) entry(use).family = {said, use.word.at, true};
}

template <std::optional<Prefix> Rule::* Selector>
void selector(Use& use) {
  const auto everything = position_in("default|any|all|default6", use.value().text);
  if (everything) {  // every packet matches: the same as not saying it
    constexpr std::int64_t kDefault6 = 3;
    if (*everything == kDefault6) (void)fits(use, entry(use).family, Family::kIpv6);
    return;
  }
  if (fits(use, entry(use).family, use.value().prefix.address.family())) entry(use).rule.*Selector = use.value().prefix;
}

bool only_action(Use& use) {
  if (!entry(use).action) return true;
  drop(use, "second-action", "'" + std::string(use.row.name) + "' is a second action of the same rule");
  return false;
}

template <RuleAction Action>
void action(Use& use) {
  if (only_action(use)) entry(use).action = {Action, use.word.at, true};
}

void table(Use& use) {
  if (!only_action(use)) return;
  entry(use).action = {RuleAction::kTable, use.word.at, true};
  entry(use).table = {std::string(use.value().text), use.word.at, true};
}

void l3mdev(Use& use) {
  if (!only_action(use)) return;
  entry(use).action = {RuleAction::kTable, use.word.at, true};
  entry(use).rule.l3mdev = true;
}

void go_to(Use& use) {
  if (!only_action(use)) return;
  entry(use).action = {RuleAction::kGoto, use.word.at, true};
  entry(use).rule.target = static_cast<std::uint32_t>(use.value().number);
}

void inverted(Use& use) { entry(use).rule.inverted = true; }

void mark(Use& use) {
  std::string_view rest;
  const auto value = leading_number(use.value().text, true, rest);
  std::optional<std::uint64_t> mask;
  const bool masked = value && rest.starts_with('/');
  if (masked) mask = leading_number(rest.substr(1), true, rest);
  const bool good = value && *value <= kMax32 && rest.empty() && (!masked || (mask && *mask <= kMax32));
  if (!good) return drop(use, "bad-mark", "'" + std::string(use.value().text) + "' is not a mark", "NUMBER or NUMBER/MASK");
  entry(use).rule.mark = static_cast<std::uint32_t>(*value);
  if (mask) entry(use).rule.mark_mask = static_cast<std::uint32_t>(*mask);
}

template <std::string Rule::* Interface>
void interface_of(Use& use) {
  entry(use).rule.*Interface = std::string(use.value().text);
}

template <std::optional<PortRange> Rule::* Ports>
void ports(Use& use) {
  entry(use).rule.*Ports = PortRange{static_cast<std::uint16_t>(use.value().number), static_cast<std::uint16_t>(use.value().last)};
}

void users(Use& use) {
  entry(use).rule.users = std::pair(static_cast<std::uint32_t>(use.value().number), static_cast<std::uint32_t>(use.value().last));
}

void suppress_length(Use& use) { entry(use).rule.suppress_prefix_length = static_cast<std::uint32_t>(use.value().number); }
void tunnel(Use& use) { entry(use).rule.tunnel = use.value().huge; }
void protocol(Use& use) { entry(use).rule.protocol = static_cast<std::uint8_t>(use.value().number); }
void no_track(Use& use) { entry(use).rule.no_track = true; }

// What can be said only when the whole line is known. A diagnostic says why it is left out.
bool finish(Binder& binder, const config::Node& line, RuleEntry& entry) {
  const auto refuse = [&](config::Code code, std::string message) {
    binder.problem(config::about(line), code, std::move(message) + ": the rule is left out");
    return false;
  };
  Rule& rule = entry.rule;
  rule.family = entry.family.value_or(Family::kIpv4);
  if (!entry.action) return refuse("no-action", "a rule needs an action");
  rule.action = *entry.action;
  if (rule.action == RuleAction::kGoto && (!entry.preference || *entry.preference >= rule.target)) {
    return refuse("goto-backwards", "'goto' needs a preference that is lower than its target");
  }
  if (entry.realms && (rule.family == Family::kIpv6 || rule.action != RuleAction::kTable || rule.l3mdev)) {
    return refuse("realms-without-table", "'realms' is for IPv4 rules with a table");
  }
  if (!entry.preference) {
    std::uint32_t& next = binder.configuration().next_preference[rule.family == Family::kIpv4 ? 0 : 1];
    binder.problem(config::about(line), "no-preference", "the rule has no preference: it gets " + std::to_string(next), "preference NUMBER");
    entry.preference = {next--, line.at, true};
  }
  rule.preference = *entry.preference;
  return true;
}

void rules(Use& use, std::vector<RuleEntry>& entries) {
  use.done = true;
  for (const config::Node& line : use.node.children) {
    RuleEntry entry;
    entry.at = line.at;
    if (!use.binder.whole_line(line, use.inside, Target(entry))) continue;
    if (finish(use.binder, line, entry)) entries.push_back(std::move(entry));
  }
}

void static_rules(Use& use) { rules(use, use.configuration().static_rules); }

constexpr Takes number() { return any_base(strict("NUMBER", 0, kMax32)); }

constexpr Keyword kRoot[] = {
    {"static_rules", lines(), "", "Policy rules that are there as long as the daemon runs.", static_rules},
};

constexpr Keyword kRule[] = {
    {"type", nothing(), "", "May stand before the name of an action.", read_by_block},
    {"inet", nothing(), "IPv4", "The rule is an IPv4 one.", family},
    {"inet6", nothing(), "", "The rule is an IPv6 one.", family},
    {"from", route(), "any", "Source of packets.", selector<&Rule::source>},
    {"to", route(), "any", "Destination of packets.", selector<&Rule::destination>},
    {"table", word("TABLE"), "", "Action: looks in this routing table.", table},
    {"lookup", word("TABLE"), "", "Other name of table.", table},
    {"not", nothing(), "off", "For packets that do not match.", inverted},
    {"preference", number(), "16384 and down", "Order of the rule: lower ones come first.", into<&RuleEntry::preference>},
    {"order", number(), "16384 and down", "Other name of preference.", into<&RuleEntry::preference>},
    {"priority", number(), "16384 and down", "Other name of preference.", into<&RuleEntry::preference>},
    {"tos", word("DSFIELD"), "any", "Type of service of packets.", into<&RuleEntry::tos>},
    {"dsfield", word("DSFIELD"), "any", "Other name of tos.", into<&RuleEntry::tos>},
    {"fwmark", word("MARK[/MASK]"), "none", "Mark of packets.", mark},
    {"realms", word("[SOURCE/]DESTINATION"), "none", "Realms; IPv4 and table only.", into<&RuleEntry::realms>},
    {"suppress_prefixlength", strict("LENGTH", 0, kMaxInt), "off", "Rejects results with a prefix this short.", suppress_length},
    {"sup_pl", strict("LENGTH", 0, kMaxInt), "off", "Short for suppress_prefixlength.", suppress_length},
    {"suppress_ifgroup", word("GROUP"), "off", "Rejects results through these interfaces.", into<&RuleEntry::suppress_group>},
    {"sup_group", word("GROUP"), "off", "Short for suppress_ifgroup.", into<&RuleEntry::suppress_group>},
    {"dev", interface(), "any", "Interface that packets come from.", interface_of<&Rule::incoming>},
    {"iif", interface(), "any", "Other name of dev.", interface_of<&Rule::incoming>},
    {"oif", interface(), "any", "Interface that packets leave by.", interface_of<&Rule::outgoing>},
    {"tunnel-id", huge("ID"), "any", "Tunnel that packets come from.", tunnel},
    {"uidrange", range(0, kMax32), "any", "Users that packets come from.", users},
    {"l3mdev", nothing(), "", "Action: the table of the master device.", l3mdev},
    {"protocol", strict("PROTOCOL", 0, 255), "18", "Origin of the rule.", protocol},
    {"ipproto", word("PROTOCOL"), "any", "Protocol of packets.", into<&RuleEntry::ip_protocol>},
    {"sport", range(0, kMax16), "any", "Source ports; for one port write it twice, 80-80.", ports<&Rule::source_ports>},
    {"dport", range(0, kMax16), "any", "Destination ports; for one port write it twice, 80-80.", ports<&Rule::destination_ports>},
    {"no_track", nothing(), "tracked", "Loss of the rule changes nothing.", no_track},
    {"goto", number(), "", "Action: goes on at the rule of this preference.", go_to},
    {"nop", nothing(), "", "Action: none.", action<RuleAction::kNothing>},
    {"blackhole", nothing(), "", "Action: drops silently.", action<RuleAction::kBlackhole>},
    {"unreachable", nothing(), "", "Action: drops and says unreachable.", action<RuleAction::kUnreachable>},
    {"prohibit", nothing(), "", "Action: drops and says prohibited.", action<RuleAction::kProhibit>},
    {"<no action>", nothing(), "", "A rule without an action is left out.", read_by_block},
};

constexpr Keyword kTrackGroup[] = {
    not_yet({"track_group", word("NAME"), "none", "Instances that are tied to it.", into<&RuleEntry::track_group>}),
};

constexpr Table kTables[] = {
    {"(root)", kRoot},
    {"static_rules", kRule},
    {"static_rules", kTrackGroup},
    {"vrrp_instance>virtual_rules", kRule},
};

}  // namespace

std::span<const Table> rule_tables() { return kTables; }

void virtual_rules(Use& use) { rules(use, use.target.as<Instance>().rules); }

}  // namespace holdfast::model
