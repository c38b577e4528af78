// Which processes count, how many there are, and what a datagram of the process connector says.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/kernel/census.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>

#include "ipvsd/kernel/process_source.h"

namespace holdfast {
namespace {

using Match = ParameterMatch;
constexpr TrackerId kOne{1};

CountedProcesses by_name(const char* name) { return {kOne, "p", {name}, false, Match::kAny}; }

TEST(Census, WhatMatches) {
  const struct {
    const char* what;
    CountedProcesses wanted;
    ProcessText process;
    bool matches;
  } rows[] = {
      {"the name", by_name("haproxy"), {"haproxy", {"/usr/sbin/haproxy", "-f"}}, true},
      {"another name", by_name("haproxy"), {"haproxy2", {"haproxy"}}, false},
      {"a kernel thread", by_name("kthreadd"), {"kthreadd", {}}, true},
      {"names end after 15 characters", by_name("a-very-long-name-indeed"), {"a-very-long-nam", {}}, true},
      {"the first word", {kOne, "p", {"/bin/a"}, true, Match::kAny}, {"a", {"/bin/a", "x"}}, true},
      {"not the name", {kOne, "p", {"a"}, true, Match::kAny}, {"a", {"/bin/a"}}, false},
      {"a kernel thread has no words", {kOne, "p", {"kthreadd"}, true, Match::kAny}, {"kthreadd", {}}, false},
      {"exactly", {kOne, "p", {"a", "-x", "1"}, true, Match::kExact}, {"a", {"a", "-x", "1"}}, true},
      {"exactly: more", {kOne, "p", {"a", "-x"}, true, Match::kExact}, {"a", {"a", "-x", "1"}}, false},
      {"exactly: no parameters", {kOne, "p", {"a"}, true, Match::kExact}, {"a", {"a", "1"}}, false},
      {"partial: the first ones", {kOne, "p", {"a", "-x"}, true, Match::kPartial}, {"a", {"a", "-x", "1"}}, true},
      {"partial: whole words", {kOne, "p", {"a", "-x"}, true, Match::kPartial}, {"a", {"a", "-xy"}}, false},
      {"initial: the beginning of the last", {kOne, "p", {"a", "-x", "f"}, true, Match::kInitial}, {"a", {"a", "-x", "file"}}, true},
      {"initial: of the last only", {kOne, "p", {"a", "-", "f"}, true, Match::kInitial}, {"a", {"a", "-x", "file"}}, false},
      {"initial: too few", {kOne, "p", {"a", "-x"}, true, Match::kInitial}, {"a", {"a"}}, false},
  };
  for (const auto& row : rows) EXPECT_EQ(matches(row.wanted, row.process), row.matches) << row.what;
}

TEST(Census, CountsWhatComesAndGoes) {
  Census census;
  census.set_plan({by_name("a"), {TrackerId{2}, "q", {"b"}, false, Match::kAny}});
  EXPECT_EQ(census.changed(), (Census::Counts{{kOne, 0}, {TrackerId{2}, 0}})) << "at first all";
  census.saw(10, {"a", {}});
  census.saw(11, {"c", {}});
  EXPECT_EQ(census.changed(), (Census::Counts{{kOne, 1}}));
  census.forked(10, 12);
  census.forked(11, 13);
  EXPECT_EQ(census.changed(), (Census::Counts{{kOne, 2}})) << "a fork is what its parent is";
  census.saw(12, {"b", {}});
  EXPECT_EQ(census.changed(), (Census::Counts{{kOne, 1}, {TrackerId{2}, 1}})) << "until it executes something else";
  census.ended(99);
  EXPECT_TRUE(census.changed().empty());
  census.saw(12, {"b", {}});
  EXPECT_TRUE(census.changed().empty()) << "seen twice is counted once";
  census.keep_only({11, 12});
  EXPECT_EQ(census.changed(), (Census::Counts{{kOne, 0}}));
  census.ended(12);
  census.ended(12);
  EXPECT_EQ(census.all(), (Census::Counts{{kOne, 0}, {TrackerId{2}, 0}}));
}

// nlmsghdr, cn_msg and the front of proc_event, as linux/cn_proc.h lays them out.
struct Datagram {
  std::uint32_t length = 76;
  std::uint16_t type = 3, flags = 0;
  std::uint32_t sequence = 0, port = 0;
  std::uint32_t index = 1, value = 1, connector_sequence = 0, acknowledged = 0;
  std::uint16_t body = 40, connector_flags = 0;
  std::uint32_t what = 0, cpu = 0, time_low = 0, time_high = 0;
  std::uint32_t data[6] = {};
};

std::vector<ProcessEvent> events_of(const Datagram& datagram, std::size_t size = sizeof(Datagram)) { return process_events(&datagram, size); }

TEST(ProcessEvents, AreReadFromTheConnector) {
  using Kind = ProcessEvent::Kind;
  const struct {
    const char* name;
    std::uint32_t what;
    std::array<std::uint32_t, 4> data;
    std::vector<std::tuple<Kind, ProcessNumber, ProcessNumber>> events;
  } rows[] = {
      {"acknowledged", 0, {0, 0, 0, 0}, {{Kind::kAcknowledged, 0, 0}}},
      {"refused", 0, {1, 0, 0, 0}, {}},
      {"fork", 1, {4000, 4000, 4242, 4242}, {{Kind::kForked, 4242, 4000}}},
      {"a thread", 1, {4000, 4000, 4001, 4000}, {}},
      {"exec", 2, {4242, 4242, 0, 0}, {{Kind::kChanged, 4242, 0}}},
      {"a new name", 0x200, {4242, 4242, 0, 0}, {{Kind::kChanged, 4242, 0}}},
      {"the new name of a thread", 0x200, {4243, 4242, 0, 0}, {}},
      {"end", 0x80000000, {4242, 4242, 0, 0}, {{Kind::kEnded, 4242, 0}}},
      {"end of a thread", 0x80000000, {4243, 4242, 0, 0}, {}},
      {"a user id, which nobody needs", 4, {4242, 4242, 0, 0}, {}},
  };
  for (const auto& row : rows) {
    Datagram datagram;
    datagram.what = row.what;
    std::memcpy(datagram.data, row.data.data(), sizeof row.data);
    std::vector<std::tuple<Kind, ProcessNumber, ProcessNumber>> seen;
    for (const ProcessEvent& event : events_of(datagram)) seen.emplace_back(event.kind, event.process, event.parent);
    EXPECT_EQ(seen, row.events) << row.name;
  }
}

TEST(ProcessEvents, NothingIsReadBeyondTheDatagram) {
  Datagram datagram;
  datagram.what = 1;
  for (std::size_t size = 0; size < sizeof datagram; ++size) EXPECT_TRUE(events_of(datagram, size).empty());
  datagram.index = 2;
  EXPECT_TRUE(events_of(datagram).empty()) << "another connector";
  datagram.index = 1;
  datagram.body = 20;
  EXPECT_TRUE(events_of(datagram).empty()) << "a body that is too short";
}

TEST(ProcessSource, SeesThisProcess) {
  const ProcessSource source = ProcessSource::open();
  ASSERT_TRUE(source.readable());
  const auto own = static_cast<ProcessNumber>(::getpid());
  EXPECT_TRUE(source.list().contains(own));
  const auto text = source.read(own, true);
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(text->name, "ipvsd_test");
  EXPECT_TRUE(text->words.front().ends_with("ipvsd_test"));
  EXPECT_FALSE(source.read(0xfffffff0, true).has_value());
}

}  // namespace
}  // namespace holdfast
