// BFD: the packets of tests/conformance/vectors.json, and sessions in virtual time. Clauses are those of RFC 5880 unless they say 5881 or 5883.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/unit/vrrpd/configs.h"
#include "vrrpd/bfd/sessions.h"

namespace holdfast::bfd {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using vrrp::ip;
using vrrp::kStart;
using Octets = std::vector<std::uint8_t>;

constexpr std::size_t kUdpPayload = 14 + 20 + 8;

Octets unhex(const std::string& text) {
  Octets octets;
  for (std::size_t at = 0; at + 1 < text.size(); at += 2) octets.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(at, 2), nullptr, 16)));
  return octets;
}

json vectors() {
  std::ifstream file(std::string(HF_SOURCE_ROOT) + "/tests/conformance/vectors.json");
  return json::parse(file)["vectors"];
}

BfdSession config_of(std::uint64_t id = 1) {
  BfdSession config;
  config.id = TrackerId{id};
  config.name = "B";
  config.neighbour = ip("192.0.2.2");
  config.min_rx = config.min_tx = 100ms;
  config.multiplier = 3;
  return config;
}

constexpr std::uint32_t kOurs = 0x0a0b0c0d;
constexpr std::uint32_t kTheirs = 0x11223344;

ControlPacket from_peer(State state, std::uint32_t yours = kOurs) {
  ControlPacket packet;
  packet.state = state;
  packet.multiplier = 3;
  packet.mine = kTheirs;
  packet.yours = yours;
  packet.desired_tx = packet.required_rx = 100ms;
  return packet;
}

template <class Kind>
std::vector<Kind> only(const Effects& effects) {
  std::vector<Kind> found;
  for (const Effect& effect : effects) {
    if (const auto* one = std::get_if<Kind>(&effect)) found.push_back(*one);
  }
  return found;
}

// A session that is up at `kStart` and done with its poll sequence.
Session up(BfdSession config = config_of()) {
  Session session(std::move(config), kOurs, kStart);
  session.hear(from_peer(State::kDown, 0), kStart);
  session.hear(from_peer(State::kInit), kStart);
  ControlPacket final = from_peer(State::kUp);
  final.final = true;
  session.hear(final, kStart);
  EXPECT_TRUE(session.up());
  return session;
}

TEST(BfdVectors, EveryReceivedPacketHasTheRfcsVerdict) {
  const json all = vectors();
  int judged = 0;
  for (const json& vector : all) {
    const std::string id = vector["id"];
    if (!id.starts_with("BFD-RX-") && !id.starts_with("BFD-FMT-")) continue;
    SCOPED_TRACE(id);
    const std::string verdict = vector["rfc"]["verdict"];
    if (verdict == "unspecified") continue;
    const Octets frame = unhex(vector["frame"]);
    Sessions sessions([] { return kOurs; });
    sessions.apply({config_of()}, kStart);
    const auto hear = [&](const ControlPacket& packet) {
      const auto octets = encode(packet);
      return sessions.hear({ip("192.0.2.2"), false, 255, octets}, kStart);
    };
    hear(from_peer(State::kDown, 0));
    hear(from_peer(State::kInit));
    ASSERT_TRUE(sessions.session(TrackerId{1})->up());
    const IpAddress source = *IpAddress::parse(vector["fields"]["ip"]["src"].get<std::string>());
    const auto heard = sessions.hear({source, false, frame[14 + 8], std::span(frame).subspan(kUdpPayload)}, kStart + 10ms);
    const bool accepted = verdict.starts_with("accept") && verdict.find("only if") == std::string::npos;
    EXPECT_EQ(!heard.rejection.has_value(), accepted) << (heard.rejection ? describe(*heard.rejection) : "");
    if (verdict == "accept-nochange") {
      EXPECT_TRUE(sessions.session(TrackerId{1})->up());
    }
    if (verdict == "accept-final-reply") {
      ASSERT_EQ(heard.happened.size(), 1U);
      EXPECT_TRUE(std::get<Send>(heard.happened[0].effect).packet.final);
      EXPECT_FALSE(std::get<Send>(heard.happened[0].effect).packet.poll);
    }
    ++judged;
  }
  EXPECT_EQ(judged, 21);
}

TEST(BfdVectors, SentPacketsOfOthersAreReadAndWrittenBack) {
  const json all = vectors();
  int compared = 0;
  for (const json& vector : all) {
    const std::string id = vector["id"];
    if (!id.starts_with("BFD-TX-")) continue;
    SCOPED_TRACE(id);
    const Octets frame = unhex(vector["frame"]);
    const std::size_t header = (frame[14] >> 4) == 4 ? 20 : 40;
    const auto payload = std::span(frame).subspan(14 + header + 8, kControlOctets);
    const Decoded decoded = decode(payload);
    ASSERT_FALSE(decoded.rejection);
    Octets again(kControlOctets);
    std::ranges::copy(encode(decoded.packet), again.begin());
    again[1] = static_cast<std::uint8_t>(again[1] | (payload[1] & 0x08));  // C: the neighbour's affair
    Octets original(payload.begin(), payload.end());
    std::fill(original.begin() + 20, original.end(), 0);  // echo: not used
    EXPECT_EQ(again, original);
    ++compared;
  }
  EXPECT_EQ(compared, 21);
}

TEST(BfdWire, AnyTruncationIsRejected) {
  const auto octets = encode(from_peer(State::kUp));
  for (std::size_t length = 0; length < octets.size(); ++length) EXPECT_TRUE(decode(std::span(octets).first(length)).rejection);
  EXPECT_EQ(decode(octets).packet, from_peer(State::kUp));
}

// 6.8.6: a packet with two faults counts for the first rule.
TEST(BfdConformance, Rfc5880_6_8_6_D0_OrderOfChecks) {
  const struct {
    const char* what;
    std::vector<std::pair<std::size_t, std::uint8_t>> changes;
    Rejection expected;
  } rows[] = {
      {"D1 version before length", {{0, 0x40}, {3, 1}}, Rejection::kVersion},
      {"D2 length before multiplier", {{3, 23}, {2, 0}}, Rejection::kLength},
      {"D2 length beyond the payload", {{3, 25}}, Rejection::kLength},
      {"D2 authenticated length", {{1, 0xc4}}, Rejection::kLength},
      {"D3 multiplier before multipoint", {{2, 0}, {1, 0xc1}}, Rejection::kMultiplier},
      {"D3 multipoint before discriminator", {{1, 0xc1}, {4, 0}, {5, 0}, {6, 0}, {7, 0}}, Rejection::kMultipoint},
      {"D3 my discriminator", {{4, 0}, {5, 0}, {6, 0}, {7, 0}}, Rejection::kMyDiscriminator},
      {"D4 your discriminator", {{8, 0}, {9, 0}, {10, 0}, {11, 0}}, Rejection::kYourDiscriminator},
  };
  for (const auto& row : rows) {
    auto octets = encode(from_peer(State::kUp));
    for (const auto& [at, value] : row.changes) octets[at] = value;
    EXPECT_EQ(decode(octets).rejection, row.expected) << row.what;
  }
}

TEST(BfdConformance, Rfc5880_6_3_D4_TheDiscriminatorSelectsTheSession) {
  Sessions sessions([next = 0U]() mutable { return ++next; });
  BfdSession other = config_of(2);
  other.neighbour = ip("192.0.2.3");
  sessions.apply({config_of(1), other}, kStart);
  const auto hear = [&](const char* source, const ControlPacket& packet, bool multihop = false) {
    const auto octets = encode(packet);
    return sessions.hear({ip(source), multihop, 255, octets}, kStart).rejection;
  };
  EXPECT_EQ(hear("192.0.2.3", from_peer(State::kDown, 0)), std::nullopt);
  EXPECT_EQ(sessions.session(TrackerId{2})->state(), State::kInit);
  EXPECT_EQ(hear("198.51.100.7", from_peer(State::kInit, sessions.session(TrackerId{1})->discriminator())), std::nullopt)
      << "nothing but the discriminator counts";
  EXPECT_TRUE(sessions.session(TrackerId{1})->up());
  EXPECT_EQ(hear("192.0.2.2", from_peer(State::kUp, 99)), Rejection::kNoSession);
  EXPECT_EQ(hear("192.0.2.9", from_peer(State::kDown, 0)), Rejection::kNoSession);
  EXPECT_EQ(hear("192.0.2.3", from_peer(State::kDown, 0), /*multihop=*/true), Rejection::kNoSession) << "RFC 5883: another port";
  EXPECT_EQ(sessions.rejected(Rejection::kNoSession), 3U);
}

TEST(BfdConformance, Rfc5881_5_D6_TtlBelowTheBoundIsDropped) {
  BfdSession far = config_of();
  far.ttl_min = 250;
  for (const auto& [ttl, passes] : {std::pair{255, true}, {250, true}, {249, false}, {0, false}}) {
    Sessions sessions([] { return kOurs; });
    sessions.apply({far}, kStart);
    const auto octets = encode(from_peer(State::kDown, 0));
    EXPECT_EQ(!sessions.hear({ip("192.0.2.2"), false, static_cast<std::uint8_t>(ttl), octets}, kStart).rejection, passes) << ttl;
  }
}

// All four states by all four that can be heard.
TEST(BfdConformance, Rfc5880_6_2_D8_StateMachine) {
  const State expected[4][4] = {
      // heard: AdminDown, Down, Init, Up
      {State::kAdminDown, State::kAdminDown, State::kAdminDown, State::kAdminDown},
      {State::kDown, State::kInit, State::kUp, State::kDown},
      {State::kDown, State::kInit, State::kUp, State::kUp},
      {State::kDown, State::kDown, State::kUp, State::kUp},
  };
  for (int local = 0; local < 4; ++local) {
    for (int remote = 0; remote < 4; ++remote) {
      Session session(config_of(), kOurs, kStart);
      if (local == 2 || local == 3) session.hear(from_peer(State::kDown, 0), kStart);
      if (local == 3) session.hear(from_peer(State::kInit), kStart);
      if (local == 0) session.close(kStart);
      ASSERT_EQ(static_cast<int>(session.state()), local);
      const Effects effects = session.hear(from_peer(static_cast<State>(remote)), kStart + 1ms);
      EXPECT_EQ(session.state(), expected[local][remote]) << local << ' ' << remote;
      const auto entered = only<Entered>(effects);
      EXPECT_EQ(entered.empty(), static_cast<int>(session.state()) == local);
      if (!entered.empty() && entered[0].state == State::kDown) {
        EXPECT_EQ(entered[0].local, Diagnostic::kNeighbourDown);
      }
    }
  }
}

TEST(BfdConformance, Rfc5880_6_5_D9_PollIsAnsweredAtOnceAndOnceOnly) {
  Session session = up();
  ControlPacket poll = from_peer(State::kUp);
  poll.poll = true;
  const auto sent = only<Send>(session.hear(poll, kStart + 1ms));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_TRUE(sent[0].packet.final);
  EXPECT_FALSE(sent[0].packet.poll) << "never both";
}

TEST(BfdConformance, Rfc5880_6_8_7_D10_Jitter) {
  for (const auto& [multiplier, most] : {std::pair{3, 1.0}, {1, 0.9}}) {
    BfdSession config = config_of();
    config.multiplier = static_cast<std::uint8_t>(multiplier);
    Session session = up(config);
    Instant last = session.deadline();
    session.tick(last);
    double shortest = 1, longest = 0;
    for (int count = 0; count < 1000; ++count) {
      ControlPacket alive = from_peer(State::kUp);
      session.hear(alive, last);
      const Instant next = session.deadline();
      const double part = static_cast<double>((next - last).count()) / 100'000;
      shortest = std::min(shortest, part), longest = std::max(longest, part);
      session.tick(next);
      last = next;
    }
    EXPECT_GE(shortest, 0.75);
    EXPECT_LT(shortest, 0.77);
    EXPECT_LE(longest, most);
    EXPECT_GT(longest, most - 0.02);
  }
}

TEST(BfdConformance, Rfc5880_6_8_3_D11_SlowUntilUpThenPollUntilFinal) {
  BfdSession config = config_of();
  config.min_tx = config.min_rx = 50ms;
  config.idle_tx = 2s;
  Session session(config, kOurs, kStart);
  EXPECT_EQ(session.transmit_interval(), Duration(2s));
  session.hear(from_peer(State::kDown, 0), kStart);
  const auto sent = only<Send>(session.hear(from_peer(State::kInit), kStart));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_TRUE(sent[0].packet.poll);
  EXPECT_EQ(sent[0].packet.desired_tx, Duration(50ms));
  EXPECT_EQ(session.transmit_interval(), Duration(100ms)) << "the neighbour wants no more, D12: faster at once";
  const Instant next = session.deadline();
  EXPECT_TRUE(only<Send>(session.tick(next))[0].packet.poll) << "until F";
  ControlPacket final = from_peer(State::kUp);
  final.final = true;
  session.hear(final, next);
  EXPECT_FALSE(only<Send>(session.tick(session.deadline()))[0].packet.poll);
}

TEST(BfdConformance, Rfc5880_6_8_3_D12_SlowerOnlyAfterFinalFasterAtOnce) {
  Session session = up();
  BfdSession slower = config_of();
  slower.min_tx = 400ms;
  slower.min_rx = 20ms;
  const auto sent = only<Send>(session.reconfigure(slower, kStart + 1ms));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_TRUE(sent[0].packet.poll);
  EXPECT_EQ(sent[0].packet.desired_tx, Duration(400ms));
  EXPECT_EQ(session.transmit_interval(), Duration(100ms)) << "the neighbour does not know yet";
  EXPECT_EQ(session.detection_time(), Duration(300ms)) << "and still sends as before";
  ControlPacket final = from_peer(State::kUp);
  final.final = true;
  final.desired_tx = 20ms;
  session.hear(final, kStart + 2ms);
  EXPECT_EQ(session.transmit_interval(), Duration(400ms));
  EXPECT_EQ(session.detection_time(), Duration(60ms));
  BfdSession faster = slower;
  faster.min_tx = 100ms;
  session.reconfigure(faster, kStart + 3ms);
  EXPECT_EQ(session.transmit_interval(), Duration(100ms));
}

TEST(BfdConformance, Rfc5880_6_8_4_D13_DetectionTime) {
  Session session = up();
  EXPECT_EQ(session.detection_time(), Duration(300ms));
  session.tick(kStart + 300ms - 1us);
  EXPECT_TRUE(session.up());
  const Effects effects = session.tick(kStart + 300ms);
  EXPECT_EQ(session.state(), State::kDown);
  EXPECT_EQ(only<Expired>(effects), (std::vector<Expired>{{300ms, 0us}}));
  EXPECT_EQ(only<Entered>(effects)[0].local, Diagnostic::kTimeExpired);
  const auto sent = only<Send>(effects);
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(sent[0].packet.yours, 0U) << "6.8.1: the neighbour is forgotten";
  EXPECT_EQ(sent[0].packet.diagnostic, Diagnostic::kTimeExpired);
  EXPECT_EQ(session.transmit_interval(), Duration(1s));
}

TEST(BfdConformance, Rfc5880_6_8_7_D14_SilenceOnRequestAndInDemandMode) {
  Session unwanted = up();
  ControlPacket nothing = from_peer(State::kUp);
  nothing.required_rx = 0us;
  unwanted.hear(nothing, kStart + 1ms);
  EXPECT_TRUE(only<Send>(unwanted.tick(kStart + 250ms)).empty());
  Session demanded = up();
  ControlPacket demand = from_peer(State::kUp);
  demand.demand = true;
  demanded.hear(demand, kStart + 1ms);
  EXPECT_TRUE(only<Send>(demanded.tick(kStart + 250ms)).empty());
  demanded.hear(from_peer(State::kUp), kStart + 251ms);
  EXPECT_NE(demanded.deadline(), kNever);
  EXPECT_EQ(only<Send>(demanded.tick(demanded.deadline())).size(), 1U) << "and back";
}

TEST(BfdConformance, Rfc5880_6_1_D15_PassiveWaitsForTheNeighbour) {
  BfdSession config = config_of();
  config.passive = true;
  Session session(config, kOurs, kStart);
  EXPECT_EQ(session.deadline(), kNever);
  EXPECT_EQ(only<Send>(session.hear(from_peer(State::kDown, 0), kStart)).size(), 1U);
  EXPECT_EQ(session.state(), State::kInit);
  EXPECT_TRUE(only<Send>(session.tick(kStart + 10s)).empty()) << "silent again when the neighbour has gone";
  EXPECT_EQ(session.deadline(), kNever);
}

TEST(BfdConformance, Rfc5880_6_8_1_D16_DiscriminatorsAreUniqueAndNotZero) {
  Sessions sessions([values = std::vector<std::uint32_t>{7, 7, 7, 0, 0, 7}]() mutable {
    const std::uint32_t value = values.back();
    values.pop_back();
    if (values.empty()) values.push_back(9);
    return value;
  });
  sessions.apply({config_of(1), config_of(2)}, kStart);
  std::set<std::uint32_t> seen;
  for (const TrackerId id : sessions.ids()) seen.insert(sessions.session(id)->discriminator());
  EXPECT_EQ(seen, (std::set<std::uint32_t>{7, 9}));
}

TEST(BfdConformance, Rfc5880_6_8_16_D17_StopSaysAdminDown) {
  Session session = up();
  const auto sent = only<Send>(session.close(kStart + 1ms));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].packet.state, State::kAdminDown);
  EXPECT_EQ(sent[0].packet.diagnostic, Diagnostic::kAdminDown);
  EXPECT_TRUE(session.hear(from_peer(State::kUp), kStart + 2ms).empty()) << "everything is discarded then";
}

TEST(BfdConformance, Rfc5880_4_1_D18_UnknownDiagnosticsAreRead) {
  auto octets = encode(from_peer(State::kUp));
  octets[0] |= 31;
  EXPECT_EQ(decode(octets).rejection, std::nullopt);
}

// A reload keeps what did not change, closes what is gone, and does not disturb a session whose parameters changed.
TEST(BfdSessions, AReloadKeepsSessions) {
  Sessions sessions([next = 0U]() mutable { return ++next; });
  sessions.apply({config_of()}, kStart);
  const auto hear = [&](const ControlPacket& packet) {
    const auto octets = encode(packet);
    sessions.hear({ip("192.0.2.2"), false, 255, octets}, kStart);
  };
  hear(from_peer(State::kDown, 0));
  hear(from_peer(State::kInit, 1));
  EXPECT_TRUE(sessions.apply({config_of()}, kStart + 1ms).empty());
  EXPECT_TRUE(sessions.session(TrackerId{1})->up());
  BfdSession changed = config_of();
  changed.multiplier = 9;
  sessions.apply({changed}, kStart + 2ms);
  EXPECT_TRUE(sessions.session(TrackerId{1})->up());
  const auto happened = sessions.apply({}, kStart + 3ms);
  ASSERT_EQ(happened.size(), 1U);
  EXPECT_EQ(std::get<Send>(happened[0].effect).packet.state, State::kAdminDown);
  EXPECT_EQ(sessions.session(TrackerId{1}), nullptr);
}

// Two sessions on a line that loses, delays and reorders: they come up, stay up while less than the multiplier is lost in a row, and
// each sees the end of the other within its detection time.
class Line {
 public:
  Line(Duration delay_max, unsigned lost_percent, std::uint32_t seed) : delay_max_(delay_max), lost_(lost_percent), random_(seed) {}
  void run(Duration span) {
    const Instant end = now_ + span;
    while (true) {
      Instant next = std::min(sides_[0].deadline(), sides_[1].deadline());
      if (!flying_.empty()) next = std::min(next, flying_.begin()->first);
      if (next > end) break;
      now_ = std::max(now_, next);
      if (!flying_.empty() && flying_.begin()->first <= now_) {
        const auto [to, packet] = flying_.begin()->second;
        flying_.erase(flying_.begin());
        perform(to, sides_[to].hear(packet, now_));
        continue;
      }
      for (int side = 0; side < 2; ++side) {
        if (sides_[side].deadline() <= now_) perform(side, sides_[side].tick(now_));
      }
    }
    now_ = end;
  }
  Session& side(int number) { return sides_[number]; }
  void cut() { lost_ = 100; }
  Instant now() const { return now_; }
  int changes = 0;
  Instant last_change{};

 private:
  void perform(int from, const Effects& effects) {
    for (const Effect& effect : effects) {
      if (std::holds_alternative<Entered>(effect)) ++changes, last_change = now_;
      if (const auto* send = std::get_if<Send>(&effect); send != nullptr && roll() % 100 >= lost_) {
        flying_.emplace(now_ + Duration{static_cast<std::int64_t>(roll() % static_cast<std::uint64_t>(delay_max_.count() + 1))}, std::pair(1 - from, send->packet));
      }
    }
  }
  std::uint64_t roll() { return (random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL) >> 33; }

  static BfdSession config() {
    BfdSession made = config_of();
    made.multiplier = 5;
    made.min_tx = made.min_rx = 20ms;
    return made;
  }
  Instant now_ = kStart;
  Session sides_[2] = {Session(config(), 1, kStart), Session(config(), 2, kStart)};
  std::multimap<Instant, std::pair<int, ControlPacket>> flying_;
  Duration delay_max_;
  unsigned lost_;
  std::uint64_t random_;
};

TEST(BfdSimulation, ComesUpStaysUpAndEndsInTime) {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    Line line(4ms, 0, seed);
    line.run(5s);
    ASSERT_TRUE(line.side(0).up() && line.side(1).up()) << seed;
    line.changes = 0;
    line.run(60s);
    ASSERT_EQ(line.changes, 0) << seed;
    EXPECT_EQ(line.side(0).detection_time(), Duration(100ms));
    line.cut();
    const Instant cut = line.now();
    line.run(110ms);
    EXPECT_FALSE(line.side(0).up() || line.side(1).up()) << seed;
    EXPECT_LE(line.last_change - cut, Duration(104ms));
  }
}

TEST(BfdSimulation, ALossyLineComesBack) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    Line line(10ms, 40, seed);
    line.run(300s);
    Instant up_at = line.now();
    for (int count = 0; count < 100 && !(line.side(0).up() && line.side(1).up()); ++count) line.run(1s), up_at = line.now();
    EXPECT_TRUE(line.side(0).up() && line.side(1).up()) << seed;
  }
}

}  // namespace
}  // namespace holdfast::bfd
