// A configuration written by the model reads back as the same configuration: line by line, and in what would run.
// The corpora of the fuzzers and the configurations of the tests and the packaging are the samples.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/dump.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "parent/model/catalogue.h"
#include "parent/plan/build.h"
#include "tests/unit/model/bound.h"

namespace holdfast::model {
namespace {

using config::Secrets;

std::string written(std::string_view text) { return dump(Bound(text, Mode::test).configuration, Secrets::shown); }

struct Case {
  const char* text;
  const char* written;
};

TEST(Dump, EveryValueInOneWriting) {
  const Case cases[] = {
      {"vrrp_instance V { priority  100 # c\n smtp_alert yes\n strict_mode\n}\n",
       "vrrp_instance V {\n    priority 100\n    smtp_alert on\n    strict_mode on\n}\n"},
      {"$P=7\nvrrp_instance V { advert_int .50\n interface eth$P\n virtual_router_id $P }\n",
       "vrrp_instance V {\n    advert_int 0.5\n    interface eth7\n    virtual_router_id 7\n}\n"},
      {"global_defs { vrrp_mcast_group6 FF02:0:0::12\n vrrp_garp_extra_if all 5 }\n",
       "global_defs {\n    vrrp_mcast_group6 ff02::12\n    vrrp_garp_extra_if all 5\n}\n"},
      {"virtual_server fwmark 0x10 { protocol tcp\n}\n", ""},
      {"vrrp_script s { script \"/bin/x 'a b' {\" nobody\n weight 254\n interval 0\n}\n",
       "vrrp_script s {\n    script \"/bin/x 'a b' {\" \"nobody\"\n    weight 253\n    interval 1\n}\n"},
      {"nonsense\nvrrp_instance V { priority 300\n priority 20\n colour blue\n}\n", "vrrp_instance V {\n    priority 20\n}\n"},
      {"static_routes {\n 10.0.0.0/8 via 10.1.1.1 dev eth0\n}\nbfd_instance b { neighbor_ip 198.51.100.1\n min_rx 010\n}\n",
       "static_routes {\n    10.0.0.0/8 via 10.1.1.1 dev eth0\n}\nbfd_instance b {\n    neighbor_ip 198.51.100.1\n    min_rx 10\n}\n"},
      {"vrrp_instance V {\n authentication {\n auth_pass secretpassword\n}\n}\n",
       "vrrp_instance V {\n    authentication {\n        auth_pass secretpa\n    }\n}\n"},
  };
  for (const Case& one : cases) EXPECT_EQ(written(one.text), one.written) << one.text;
}

TEST(Dump, SecretsAreHidden) {
  const Bound bound("vrrp_instance V {\n authentication {\n auth_type PASS\n auth_pass hush\n}\n}\nSSL { password psst\n}\n");
  const std::string text = dump(bound.configuration, Secrets::hidden);
  EXPECT_EQ(text.find("hush"), std::string::npos) << text;
  EXPECT_EQ(text.find("psst"), std::string::npos) << text;
  EXPECT_NE(text.find("auth_pass ********"), std::string::npos) << text;
}

std::vector<std::filesystem::path> samples() {
  const std::filesystem::path root(HOLDFAST_SOURCE_ROOT);
  std::vector<std::filesystem::path> paths;
  for (const char* folder : {"tests/fuzz/corpus/model", "tests/fuzz/corpus/plan", "tests/conformance", "packaging/examples"}) {
    if (!std::filesystem::exists(root / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      const bool of_fuzzer = entry.path().string().find("/fuzz/") != std::string::npos;
      if (entry.is_regular_file() && (of_fuzzer || entry.path().extension() == ".conf")) paths.push_back(entry.path());
    }
  }
  return paths;
}

// A word that an argument takes.
std::string sample(const Argument& argument) {
  switch (argument.kind) {
    case Kind::boolean: return "yes";
    case Kind::integer: return std::to_string(argument.max);
    case Kind::huge: return "0x10";
    case Kind::decimal: return argument.max >= 2 * kSecond ? "1.50" : "1";
    case Kind::address: return "192.0.2.1";
    case Kind::prefix: return "192.0.2.0/24";
    case Kind::route: return "default";
    case Kind::range: return std::to_string(argument.min) + "-" + std::to_string(argument.max);
    case Kind::choice:
    case Kind::pattern: return std::string(argument.words.substr(0, argument.words.find('|')));
    case Kind::word: return argument.label.starts_with("ADDRESS") ? "192.0.2.1" : "word";
    case Kind::interface: return "eth0";
    case Kind::hardware: return "00:00:5e:00:01:01";
  }
  return "word";
}

// One use of a keyword, with everything that may stand in its block.
std::string use_of(const Entry& entry, int depth);

std::string block_of(ContextId context, int depth) {
  std::string text;
  for (const Entry& entry : catalogue().rows(context)) {
    if (!entry.row->positional() && !entry.row->head) text += use_of(entry, depth);
  }
  return text;
}

std::string use_of(const Entry& entry, int depth) {
  const Takes& takes = entry.row->takes;
  std::string text = std::string(entry.row->name);
  for (std::uint8_t i = 0; i < takes.count; ++i) {
    const bool port = takes.arguments[i].label == "PORT|MARK|NAME";
    text += " " + (port ? std::string("80") : sample(takes.arguments[i]));
  }
  if (takes.rest == Rest::script) text += " \"/bin/true 'a b'\"";
  if (takes.rest == Rest::words && takes.at_least > 0) text += " 1";
  if (takes.rest == Rest::options && takes.at_least > 0) {
    for (const Entry& option : catalogue().rows(entry.inside)) {
      if (option.row->positional() || option.row->takes.count != 0) continue;
      text += " " + std::string(option.row->name);
      break;
    }
  }
  if (takes.rest == Rest::block && depth < 8) return text + " {\n" + block_of(entry.inside, depth + 1) + "}\n";
  if (takes.rest == Rest::lines || takes.rest == Rest::list) return text + " {\n10.0.0.1\n}\n";
  return text + "\n";
}

std::size_t count_of(const std::vector<Statement>& statements) {
  std::size_t count = 0;
  for (const Statement& one : statements) count += 1 + count_of(one.children);
  return count;
}

constexpr const char* kNamedByChecks = "track_file word {\nfile /f\n}\nbfd_instance word {\nneighbor_ip 192.0.2.1\n}\n";

// Every keyword of every block once, also those that have no effect yet: what is kept reads back as it was.
TEST(Dump, KeepsEveryKeyword) {
  for (const Entry& top : catalogue().rows(kRoot)) {
    if (top.row->positional()) continue;
    const bool checks = top.row->name == "virtual_server";
    const std::string text = (checks ? kNamedByChecks : "") + use_of(top, 0);
    const Bound first(text);
    const std::string once = dump(first.configuration, Secrets::shown);
    const Bound second(once);
    EXPECT_TRUE(second.configuration.statements == first.configuration.statements) << text << "written as\n" << once << second.said();
    const std::size_t lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) - static_cast<std::size_t>(std::count(text.begin(), text.end(), '}'));
    const std::size_t kept = count_of(first.configuration.statements);
    EXPECT_GE(kept * 10, lines * 7) << top.row->name << ": " << kept << " of " << lines << " lines\n" << once << first.said();
  }
}

// What a dump needs and nothing else does costs a configuration test nothing.
TEST(Dump, StatementsAreKeptOnlyForIt) {
  const Bound with("vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1\n}\n}\n");
  config::Diagnostics said;
  const Configuration without = bind(with.tree, Mode::run, said, {}, Statements::left_out);
  EXPECT_EQ(with.configuration.statements.size(), 1u);
  EXPECT_TRUE(without.statements.empty());
  ASSERT_EQ(without.instances.size(), 1u);
  EXPECT_EQ(without.instances[0].addresses.size(), 1u);
}

Plan plan_of(const Bound& bound) {
  config::Diagnostics ignored;
  return build(bound.configuration, Surroundings{}, ignored).plan;
}

TEST(Dump, ReadsBackAsTheSameConfiguration) {
  const auto paths = samples();
  ASSERT_GE(paths.size(), 8u);
  for (const std::filesystem::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (const Mode mode : {Mode::run, Mode::test}) {
      const Bound first(text, mode);
      const std::string once = dump(first.configuration, Secrets::shown);
      const Bound second(once, mode);
      ASSERT_TRUE(second.configuration.statements == first.configuration.statements)
          << path << "\n" << once << "\nread back as\n" << dump(second.configuration, Secrets::shown) << second.said();
      EXPECT_TRUE(plan_of(second) == plan_of(first)) << path << "\n" << once << second.said();
      const std::string tree = config::dump(first.tree, Secrets::shown);
      EXPECT_TRUE(Bound(tree, mode).configuration.statements == first.configuration.statements) << path << "\n" << tree;
    }
  }
}

}  // namespace
}  // namespace holdfast::model
