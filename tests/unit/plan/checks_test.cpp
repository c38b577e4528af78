// Checks of a plan: what they inherit, who shares a probe with whom, and what is said about them.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "parent/config/diagnostic.h"
#include "parent/plan/build.h"
#include "tests/unit/plan/plan_example.h"

namespace holdfast {
namespace {

using example::said;

struct Made {
  Built built;
  config::Diagnostics diagnostics;
  const std::vector<Check>& of(std::size_t service, std::size_t server = 0) const { return built.plan.check.services[service].servers[server].checks; }
  bool has(std::string_view code) const {
    return std::ranges::any_of(diagnostics.all(), [&](const config::Diagnostic& one) { return one.code == code; });
  }
};

// Two services with the same server, which has these checks in both.
Made made(const std::vector<model::Check>& checks) {
  model::Configuration configuration = example::web();
  configuration.virtual_servers.resize(1);
  configuration.virtual_servers[0].servers.resize(1);
  configuration.virtual_servers[0].servers[0].checks = checks;
  for (const auto& [name, weight, reverse] : {std::tuple{"plain", 0, false}, {"turned", 7, true}}) {
    model::TrackFile& file = configuration.track_files.emplace_back();
    file.name = name;
    file.file = said(std::string("/run/") + name);
    if (weight != 0) file.weight = said(weight);
    if (reverse) file.reverse = said(true);
  }
  model::BfdInstance& session = configuration.bfd_instances.emplace_back();
  session.name = "b";
  session.neighbour = said(*IpAddress::parse("10.9.1.1"));
  configuration.virtual_servers.push_back(configuration.virtual_servers[0]);
  configuration.virtual_servers[1].key = model::ServiceAddress{*IpAddress::parse("10.77.0.1"), 80};
  Made result;
  result.built = build(configuration, example::anywhere(), result.diagnostics);
  return result;
}

template <class Settings>
model::Check check(Settings settings = {}) {
  model::Check made;
  made.what = std::move(settings);
  return made;
}

model::HttpSettings page(const std::string& regex = "") {
  model::UrlSettings url;
  url.path = said(std::string("/"));
  if (!regex.empty()) url.regex = said(std::string(regex));
  model::HttpSettings http;
  http.urls.push_back(url);
  return http;
}

TEST(Checks, TheSameProbeOfTheSameTargetIsShared) {
  const Made it = made({check<model::TcpSettings>(), check(page()), check<model::PingSettings>()});
  for (std::size_t at = 0; at < 3; ++at) {
    EXPECT_EQ(it.of(0)[at].probe, it.of(1)[at].probe);
    EXPECT_NE(it.of(0)[at].id, it.of(1)[at].id) << "verdicts are those of a destination";
  }
  EXPECT_NE(it.of(0)[0].probe, it.of(0)[1].probe);
}

TEST(Checks, WhatDiffersIsAskedForItself) {
  model::Check quick = check<model::TcpSettings>();
  quick.settings.delay_loop = said(Duration{1'000'000});
  model::Check marked = check<model::TcpSettings>();
  marked.connection.fwmark = said(std::uint32_t{7});
  const Made it = made({check<model::TcpSettings>(), quick, marked, check(page()), check(page("a+"))});
  std::vector<ProbeId> probes;
  for (const Check& one : it.of(0)) probes.push_back(one.probe);
  std::ranges::sort(probes);
  EXPECT_EQ(std::ranges::adjacent_find(probes), probes.end());
}

TEST(Checks, WhatIsLoggedIsNoReasonToAskTwice) {
  model::Check loud = check<model::TcpSettings>();
  loud.log_all_failures = said(true);
  const Made it = made({check<model::TcpSettings>(), loud});
  ASSERT_EQ(it.of(0).size(), 2u);
  EXPECT_EQ(it.of(0)[0].probe, it.of(0)[1].probe);
  EXPECT_NE(it.of(0)[0].id, it.of(0)[1].id);
}

TEST(Checks, DefaultsOfEachKind) {
  const Made it = made({check<model::TcpSettings>(), check(page()), check<model::DnsSettings>(), check<model::UdpSettings>(), check<model::SmtpSettings>()});
  struct Row {
    unsigned retries;
    int seconds_before_retry;
  };
  const Row rows[] = {{1, 1}, {1, 3}, {3, 60}, {1, 1}, {1, 1}};
  for (std::size_t at = 0; at < std::size(rows); ++at) {
    SCOPED_TRACE(at);
    EXPECT_EQ(it.of(0)[at].retries, rows[at].retries);
    const auto expected = at == 2 ? it.of(0)[at].delay_loop : Duration{rows[at].seconds_before_retry * 1'000'000};
    EXPECT_EQ(it.of(0)[at].delay_before_retry, expected);
    EXPECT_EQ(it.of(0)[at].rise, 1u);
  }
  EXPECT_EQ(std::get<DnsCheck>(it.of(0)[2].what), (DnsCheck{6, ""}));
  EXPECT_EQ(std::get<UdpCheck>(it.of(0)[3].what).max_reply_length, 255);
  EXPECT_EQ(std::get<SmtpCheck>(it.of(0)[4].what).helo_name, "smtpchecker.keepalived.org");
}

model::FileSettings file_of(const char* name, std::optional<std::int64_t> weight = {}, bool reverse = false) {
  model::FileSettings file;
  file.name = said(std::string(name));
  if (weight) file.weight = said(*weight);
  file.reverse = reverse;
  return file;
}

TEST(Checks, AFileIsWeighedAsItsCheckOrItsDefinitionSays) {
  const struct {
    const char* what;
    model::FileSettings said;
    std::int64_t weight;
    bool reverse;
  } rows[] = {
      {"1 is usual", file_of("plain"), 1, false},
      {"both of the definition", file_of("turned"), 7, true},
      {"its own weight, and not the definition's reverse", file_of("turned", 2), 2, false},
      {"both its own", file_of("plain", -3, true), -3, true},
      {"none", file_of("turned", 0), 0, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const Made it = made({check(row.said)});
    ASSERT_EQ(it.of(0).size(), 1u);
    const auto& file = std::get<FileCheck>(it.of(0)[0].what);
    EXPECT_EQ(file.weight, row.weight);
    EXPECT_EQ(file.reverse, row.reverse);
    EXPECT_TRUE(std::ranges::any_of(it.built.plan.files, [&](const WatchedFile& watched) { return watched.id == file.file; }));
  }
}

TEST(Checks, FilesAndSessionsAreThereWithoutVrrp) {
  model::Configuration configuration = example::web();
  model::TrackFile& file = configuration.track_files.emplace_back();
  file.name = "f";
  file.file = said(std::string("/run/f"));
  configuration.virtual_servers[0].servers[0].checks = {check(file_of("f"))};
  Surroundings checks_only = example::anywhere();
  checks_only.vrrp = false;
  config::Diagnostics diagnostics;
  const Plan plan = build(configuration, checks_only, diagnostics).plan;
  ASSERT_EQ(plan.files.size(), 1u);
  EXPECT_EQ(std::get<FileCheck>(plan.check.services[0].servers[0].checks.at(0).what).file, plan.files[0].id);
  EXPECT_TRUE(plan.vrrp.told_trackers.empty());
}

TEST(Checks, ASessionIsListenedTo) {
  model::BfdSettings bfd;
  bfd.name = said(std::string("b"));
  const Made it = made({check(bfd)});
  ASSERT_EQ(it.of(0).size(), 1u);
  EXPECT_EQ(std::get<BfdCheck>(it.of(0)[0].what), (BfdCheck{it.built.plan.vrrp.sessions.at(0).id, "b"}));
  EXPECT_NE(it.of(0)[0].id, it.of(1)[0].id);
}

TEST(Checks, WhoseDefinitionWasLeftOutIsLeftOut) {
  model::BfdSettings bfd;
  bfd.name = said(std::string("nobody"));
  const Made it = made({check(file_of("nobody")), check(bfd), check<model::TcpSettings>()});
  EXPECT_EQ(it.of(0).size(), 1u);
}

TEST(Checks, EveryHostOfAMailCheckIsACheck) {
  model::SmtpSettings smtp;
  smtp.hosts.resize(2);
  smtp.hosts[0].connect_port = said(std::uint16_t{26});
  smtp.hosts[1].connect_port = said(std::uint16_t{27});
  model::Check with_own = check(smtp);
  with_own.connection.connect_port = said(std::uint16_t{28});
  const Made it = made({check(smtp), with_own});
  std::vector<int> ports;
  for (const Check& one : it.of(0)) ports.push_back(one.port);
  EXPECT_EQ(ports, (std::vector<int>{26, 27, 28})) << "the same host twice is one check";
}

TEST(Checks, AnExpressionThatDoesNotCompileIsSaidAndLeftOut) {
  const Made bad = made({check(page("a(b"))});
  EXPECT_TRUE(bad.has("bad-expression"));
  ASSERT_EQ(bad.of(0).size(), 1u);
  EXPECT_EQ(std::get<HttpCheck>(bad.of(0)[0].what).urls[0].expression, Expression{});
  model::HttpSettings upside_down = page("a");
  upside_down.urls[0].regex_min_offset = said(std::uint32_t{9});
  upside_down.urls[0].regex_max_offset = said(std::uint32_t{3});
  const Made it = made({check(upside_down)});
  EXPECT_TRUE(it.has("offsets-upside-down"));
  EXPECT_EQ(std::get<HttpCheck>(it.of(0)[0].what).urls[0].expression, (Expression{.pattern = "a"}));
}

TEST(Checks, WorkersAreStartedWhereThereIsSomethingToRead) {
  EXPECT_EQ(made({check<model::TcpSettings>(), check(file_of("plain"))}).built.plan.check.workers, 0u);
  EXPECT_EQ(made({check<model::DnsSettings>()}).built.plan.check.workers, example::anywhere().workers);
}

}  // namespace
}  // namespace holdfast
