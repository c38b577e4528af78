// Firewall steps as nf_tables messages, held against what keepalived says for the same: every attribute, octet by octet
// (tests/conformance/netlink/nftables-*keepalived-2.2.7.txt).
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "ipvsd/netlink/nftables/firewall_codec.h"
#include "ipvsd/netlink/nftables/marking_codec.h"

namespace holdfast::netlink {
namespace {

using Said = std::vector<std::string>;

const std::map<int, std::string> kNames = {{NFT_MSG_NEWTABLE, "NEWTABLE"}, {NFT_MSG_DELTABLE, "DELTABLE"}, {NFT_MSG_NEWCHAIN, "NEWCHAIN"},
                                           {NFT_MSG_NEWSET, "NEWSET"},     {NFT_MSG_NEWRULE, "NEWRULE"},   {NFT_MSG_NEWSETELEM, "NEWSETELEM"},
                                           {NFT_MSG_DELSETELEM, "DELSETELEM"}};

std::string hex(std::span<const std::uint8_t> octets) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t octet : octets) text += {kDigits[octet >> 4], kDigits[octet & 15]};
  return text;
}

// "MESSAGE FAMILY ATTRIBUTES" of each message between begin and end.
template <class Change>
Said said(const Change& change) {
  Batch batch;
  encode(batch, change);
  Said lines;
  for (std::size_t at = 1; at + 1 < batch.messages(); ++at) {
    const auto octets = batch.part(at, 1);
    const auto* header = reinterpret_cast<const nlmsghdr*>(octets.data());
    EXPECT_EQ(header->nlmsg_type >> 8, NFNL_SUBSYS_NFTABLES);
    constexpr std::size_t kHead = sizeof(nlmsghdr) + sizeof(nfgenmsg);
    lines.push_back(kNames.at(header->nlmsg_type & 0xff) + " " + std::to_string(octets[sizeof(nlmsghdr)]) + " " + hex(octets.subspan(kHead)));
  }
  return lines;
}

Said recorded(const char* name = "nftables-keepalived-2.2.7.txt") {
  std::ifstream file(std::string(HOLDFAST_NETLINK) + "/" + name);
  Said lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with('#')) lines.push_back(line);
  }
  return lines;
}

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

// The order of attributes means nothing, the numbers of elements in a list neither, and numbers of sets are only good within a batch:
// ours are constant, keepalived's count up.
std::string without_numbers(const std::string& line) {
  const std::size_t start = line.rfind(' ') + 1;
  std::vector<std::string> attributes;
  for (std::size_t at = start; at + 8 <= line.size();) {
    const std::size_t length = std::stoul(line.substr(at, 2), nullptr, 16) + 256 * std::stoul(line.substr(at + 2, 2), nullptr, 16);
    attributes.push_back(line.substr(at, (length + 3) / 4 * 8));
    at += (length + 3) / 4 * 8;
  }
  const bool elements = line.find("SETELEM") != std::string::npos;
  std::erase_if(attributes, [&](const std::string& one) { return elements && one.starts_with("08000400"); });
  for (std::string& one : attributes) {
    if (one.starts_with("08000a00")) one = "id";
    if (const std::size_t second = one.find("10000280"); elements && second != std::string::npos) one.replace(second, 8, "10000180");
    if (const std::size_t id = one.find("0800040000000"); line.starts_with("NEWRULE") && id != std::string::npos && one.find("6c6f6f6b7570") != std::string::npos) {
      for (std::size_t at = id; at != std::string::npos; at = one.find("0800040000000", at + 1)) {
        if (one.compare(at + 8, 7, "0000000") == 0) one[at + 15] = '0';
      }
    }
  }
  std::sort(attributes.begin(), attributes.end());
  std::string text = line.substr(0, start);
  for (const std::string& one : attributes) text += one + " ";
  return text;
}

Said all_without_numbers(Said lines) {
  for (std::string& line : lines) line = without_numbers(line);
  return lines;
}

TEST(NftablesCodec, SaysWhatKeepalivedSays) {
  const std::vector<Blocked> blocked = {{ip("10.9.0.100")}, {ip("2001:db8::5")}, {ip("fe80::77"), 3}};
  ChangeFirewall vmac;
  vmac.wanted.quiet = true;
  vmac.quiet = {{6, 3}};
  ChangeFirewall master;
  master.there = vmac.wanted;
  master.wanted = {true, true, true, true};
  master.block = blocked;
  ChangeFirewall backup;
  backup.there = backup.wanted = master.wanted;
  backup.unblock = blocked;
  Said ours;
  for (const ChangeFirewall& step : {vmac, master, backup}) {
    for (const std::string& line : said(step)) ours.push_back(line);
  }
  Said wanted = all_without_numbers(recorded());
  for (const std::string& line : all_without_numbers(ours)) {
    const auto found = std::find(wanted.begin(), wanted.end(), line);
    EXPECT_NE(found, wanted.end()) << "keepalived does not say " << line;
    if (found != wanted.end()) wanted.erase(found);
  }
  // What is left is how it ends: it takes the VMAC out of the maps and deletes the tables.
  Said rest;
  for (const std::string& line : wanted) rest.push_back(line.substr(0, line.find(' ')));
  EXPECT_EQ(rest, (Said{"DELSETELEM", "DELSETELEM", "DELSETELEM", "DELTABLE", "DELTABLE"}));
}

// Of the rules of one chain the order counts.
TEST(NftablesCodec, RulesComeInKeepalivedsOrder) {
  const auto rules = [](const Said& lines) {
    Said found;
    for (const std::string& line : lines) {
      if (line.starts_with("NEWRULE 10")) found.push_back(line);
    }
    return found;
  };
  ChangeFirewall change;
  change.wanted = {true, true, true, true};
  EXPECT_EQ(rules(all_without_numbers(said(change))), rules(all_without_numbers(recorded())));
}

TEST(NftablesCodec, ClearingAsksForTablesThatThereMayNotBe) {
  ChangeFirewall change;
  change.clear = true;
  Said kinds;
  for (const std::string& line : said(change)) kinds.push_back(line.substr(0, line.rfind(' ')));
  EXPECT_EQ(kinds, (Said{"NEWTABLE 2", "DELTABLE 2", "NEWTABLE 10", "DELTABLE 10"}));
}

TEST(NftablesCodec, ManyAddressesAreSeveralMessages) {
  ChangeFirewall change;
  change.there = change.wanted = {false, true, false, false};
  for (std::uint8_t high = 0; high < 10; ++high) {
    for (int low = 0; low < 256; ++low) change.block.push_back({IpAddress::v4({10, 0, high, static_cast<std::uint8_t>(low)})});
  }
  const Said lines = said(change);
  EXPECT_EQ(lines.size(), 3u);
  for (const std::string& line : lines) EXPECT_LT(line.size(), 2 * 65536u);
}

TEST(NftablesCodec, CountersStandBeforeTheVerdict) {
  ChangeFirewall change;
  change.wanted.blocked4 = true;
  change.settings.counters = true;
  int counters = 0;
  const std::string counter = "0c000100636f756e74657200";  // the name of the expression
  for (const std::string& line : said(change)) counters += line.find(counter) != std::string::npos ? 1 : 0;
  EXPECT_EQ(counters, 2);
}

MarkedTarget target(Protocol protocol, const char* first, const char* last, std::uint16_t port, std::uint32_t mark) {
  return {protocol, ip(first), ip(last), port, mark};
}

TEST(NftablesCodec, MarksAreMadeAsKeepalivedMakesThem) {
  ChangeMarking plain;
  plain.settings.table = "keepalived_ipvs";
  plain.add = {target(Protocol::kTcp, "10.1.1.1", "10.1.1.1", 80, 1000)};
  ChangeMarking counted;
  counted.settings = {"mine", 10, true};
  counted.add = {target(Protocol::kTcp, "10.1.1.1", "10.1.1.1", 80, 5000), target(Protocol::kUdp, "fd00::1", "fd00::1", 80, 5001)};
  Said ours;
  for (const ChangeMarking& step : {plain, counted}) {
    for (const std::string& line : said(step)) ours.push_back(line);
  }
  Said wanted = all_without_numbers(recorded("nftables-ipvs-keepalived-2.2.7.txt"));
  ours = all_without_numbers(ours);
  std::sort(ours.begin(), ours.end());
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(ours, wanted);
}

TEST(NftablesCodec, MarksOfARangeAndOfEveryPortAreOneElement) {
  ChangeMarking change;
  change.there = {{Family::kIpv4, Protocol::kTcp}};
  change.remove = {target(Protocol::kTcp, "10.1.1.7", "10.1.1.7", 80, 1000)};
  change.add = {target(Protocol::kTcp, "10.1.1.1", "10.1.1.9", 0, 1000)};
  const Said lines = said(change);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_TRUE(lines[0].starts_with("DELSETELEM 2 ")) << "room is made first: the kernel takes no overlap";
  EXPECT_TRUE(lines[1].starts_with("NEWSETELEM 2 "));
  EXPECT_NE(lines[1].find("0a01010100000000"), std::string::npos) << "key";
  EXPECT_NE(lines[1].find("0a010109ffff0000"), std::string::npos) << "its end";
}

TEST(NftablesCodec, ManyMarksAreSeveralMessages) {
  ChangeMarking change;
  for (int low = 0; low < 1200; ++low) {
    const IpAddress one = *IpAddress::parse("fd00::" + std::to_string(low));
    change.add.push_back({Protocol::kTcp, one, one, 80, 1000});
  }
  Said elements;
  for (const std::string& line : said(change)) {
    if (line.starts_with("NEWSETELEM")) elements.push_back(line);
  }
  EXPECT_EQ(elements.size(), 3u);
  for (const std::string& line : elements) EXPECT_LT(line.size(), 2 * 65536u);
}

}  // namespace
}  // namespace holdfast::netlink
