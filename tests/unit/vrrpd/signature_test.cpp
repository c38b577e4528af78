// The trailer of auth_hmac: the images of its draft's appendix, one changed octet each, replay, and clocks that step.
// SPDX-License-Identifier: Apache-2.0
#include "vrrpd/wire/signature.h"

#include <gtest/gtest.h>

#include "tests/unit/vrrpd/configs.h"
#include "vrrpd/wire/acceptance.h"

namespace holdfast::vrrp {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes unhex(std::string_view text) {
  Bytes octets;
  for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
    octets.push_back(static_cast<std::uint8_t>(std::stoi(std::string(text.substr(at, 2)), nullptr, 16)));
  }
  return octets;
}

AdvertSigning signing(bool check_time = true) {
  AdvertSigning result;
  result.active_key = 1;
  result.check_time = check_time;
  std::string secret;
  for (char octet = 0; octet < 32; ++octet) secret += octet;
  result.keys = {{1, secret}, {2, std::string(64, 'k')}};
  return result;
}

// Key 00..1f, VRID 51, priority 200, sequence 0x6800000080000000.
struct Image {
  const char* name;
  IpAddress source;
  Bytes message;
  Bytes trailer;
};
const Image kImages[] = {
    {"IPv4, from 198.51.100.10", ip("198.51.100.10"), unhex("3133c80100644402c0000264"),
     unhex("0101000068000000800000001b84bc4e8e43892dc6d98448f8ee2265")},
    {"IPv6, from fe80::10", ip("fe80::10"), unhex("3133c8010064a2e9fe800000000000000000000000000100"),
     unhex("010100006800000080000000c8c56146ebfd66ee10ec4d8186461b78")},
};
constexpr Duration kImageTime = Duration{0x68000000LL * 1'000'000 + 500'000};
const Clocks kThen{kStart, kImageTime};

std::optional<SignatureFault> check(const Image& image, const Bytes& message, const Bytes& trailer, const Clocks& now = kThen,
                                    const AdvertSigning& with = signing()) {
  return SignatureState().check(with, message, trailer, 3, 51, image.source, now);
}

TEST(Signature, ImagesOfTheDraftAreMadeAndAccepted) {
  for (const Image& image : kImages) {
    EXPECT_EQ(check(image, image.message, image.trailer), std::nullopt) << image.name;
    SignatureState sender;
    const Trailer made = sender.sign(signing(), image.message, 3, 51, image.source, kThen);
    EXPECT_EQ(Bytes(made.begin(), made.end()), image.trailer) << image.name;
  }
}

TEST(Signature, OneChangedOctet) {
  const Image& image = kImages[1];
  const struct {
    const char* what;
    std::size_t at;
    std::optional<SignatureFault> expected;
  } rows[] = {
      {"priority", 2, SignatureFault::kWrong},
      {"interval", 5, SignatureFault::kWrong},
      {"checksum, which is not covered", 6, std::nullopt},
      {"address", 23, SignatureFault::kWrong},
      {"type", 24, SignatureFault::kMalformed},
      {"key", 25, SignatureFault::kWrong},
      {"reserved", 27, SignatureFault::kMalformed},
      {"seconds", 31, SignatureFault::kWrong},
      {"counter", 35, SignatureFault::kWrong},
      {"digest", 51, SignatureFault::kWrong},
  };
  for (const auto& row : rows) {
    Bytes all = image.message;
    all.insert(all.end(), image.trailer.begin(), image.trailer.end());
    all[row.at] ^= row.at == 25 ? 3 : 1;
    EXPECT_EQ(check(image, Bytes(all.begin(), all.begin() + 24), Bytes(all.begin() + 24, all.end())), row.expected) << row.what;
  }
  Bytes unknown = image.trailer;
  unknown[1] = 9;
  EXPECT_EQ(check(image, image.message, unknown), SignatureFault::kUnknownKey);
  EXPECT_EQ(SignatureState().check(signing(), image.message, image.trailer, 3, 51, ip("fe80::20"), kThen), SignatureFault::kWrong);
  EXPECT_EQ(SignatureState().check(signing(), image.message, image.trailer, 3, 52, image.source, kThen), SignatureFault::kWrong);
  EXPECT_EQ(SignatureState().check(signing(), image.message, image.trailer, 2, 51, image.source, kThen), SignatureFault::kWrong);
}

TEST(Signature, TheWindowHoldsInTimeModeOnly) {
  for (const auto& [away, expected] : {std::pair{5s, false}, std::pair{6s, true}, std::pair{-5s, false}, std::pair{-6s, true}}) {
    const Clocks now{kStart, kImageTime + away};
    EXPECT_EQ(check(kImages[0], kImages[0].message, kImages[0].trailer, now).has_value(), expected) << away.count();
    EXPECT_EQ(check(kImages[0], kImages[0].message, kImages[0].trailer, now, signing(false)), std::nullopt);
  }
}

// Two routers with clocks of their own. Virtual time runs for both; what people do to a wall clock is `step`.
class Node {
 public:
  explicit Node(const char* address, Duration wall = kImageTime) : address_(ip(address)), wall_(wall) {}
  void step(Duration by) { wall_ += by; }
  void advance(Duration by) { steady_ += by, wall_ += by; }
  Clocks clocks() const { return {steady_, wall_}; }
  Bytes send(const AdvertSigning& with = signing()) {
    const Trailer trailer = state.sign(with, message(), 3, 51, address_, clocks());
    return {trailer.begin(), trailer.end()};
  }
  std::optional<SignatureFault> hear(const Node& from, const Bytes& trailer, const AdvertSigning& with = signing()) {
    const auto fault = state.check(with, message(), trailer, 3, 51, from.address_, clocks());
    if (!fault) state.accept(with, trailer, from.address_, clocks());
    return fault;
  }
  SignatureState state;

 private:
  static Bytes message() { return kImages[0].message; }
  IpAddress address_;
  Instant steady_ = kStart;
  Duration wall_;
};

struct Pair {
  Node a{"192.0.2.1"};
  Node b{"192.0.2.2"};
  void advance(Duration by) { a.advance(by), b.advance(by); }
  bool b_hears_a() { return !b.hear(a, a.send()); }
  bool a_hears_b() { return !a.hear(b, b.send()); }
};

TEST(Signature, NothingIsAcceptedTwice) {
  for (const bool check_time : {true, false}) {
    Pair pair;
    std::vector<Bytes> captured;
    for (int count = 0; count < 50; ++count) {
      captured.push_back(pair.a.send(signing(check_time)));
      EXPECT_EQ(pair.b.hear(pair.a, captured.back(), signing(check_time)), std::nullopt);
      pair.advance(100ms);
    }
    for (const Bytes& again : captured) {
      const auto fault = pair.b.hear(pair.a, again, signing(check_time));
      ASSERT_TRUE(fault);
      EXPECT_EQ(*fault, SignatureFault::kReplayed);
    }
  }
}

TEST(Signature, SequencesGrowWithinOneInstantToo) {
  Pair pair;
  for (int count = 0; count < 70'000; ++count) ASSERT_TRUE(pair.b_hears_a()) << count;
}

// A clock step of a day on either side, either way, before or after the pair heard each other: never a lost advert.
TEST(Signature, AClockStepSilencesNobody) {
  for (const Duration by : {Duration(86400s), Duration(-86400s), Duration(7s), Duration(-7s)}) {
    for (const bool sender : {true, false}) {
      Pair pair;
      for (int count = 0; count < 5; ++count, pair.advance(1s)) ASSERT_TRUE(pair.b_hears_a());
      (sender ? pair.a : pair.b).step(by);
      for (int count = 0; count < 100; ++count, pair.advance(1s)) {
        EXPECT_TRUE(pair.b_hears_a()) << by.count() << (sender ? " at the sender" : " at the receiver") << ", advert " << count;
      }
      EXPECT_TRUE(pair.a_hears_b()) << "and back, when the other one speaks";
    }
  }
}

// Time that was caught yesterday is of no use when the clock is put back to yesterday.
TEST(Signature, APutBackClockOpensNoDoorForOldAdverts) {
  Pair pair;
  const Bytes old = pair.a.send();
  ASSERT_EQ(pair.b.hear(pair.a, old), std::nullopt);
  for (int count = 0; count < 86'400; count += 100, pair.advance(100s)) ASSERT_TRUE(pair.b_hears_a());
  EXPECT_EQ(pair.b.hear(pair.a, old), SignatureFault::kStale);
  pair.b.step(-86400s);
  EXPECT_TRUE(pair.b.hear(pair.a, old)) << "rejected";
  EXPECT_TRUE(pair.b_hears_a());
}

// A router that boots with a wrong clock is not heard until the clock is put right; then it is, in both directions.
TEST(Signature, AWrongClockAtStartIsGivenUpWhenAPeerAgreesWithTheRightOne) {
  Pair pair{Node("192.0.2.1", kImageTime - 3600s), Node("192.0.2.2")};
  EXPECT_FALSE(pair.b_hears_a());
  EXPECT_FALSE(pair.a_hears_b());
  pair.advance(10s);
  pair.a.step(3600s);
  EXPECT_TRUE(pair.a_hears_b());
  EXPECT_TRUE(pair.b_hears_a());
  Pair ahead{Node("192.0.2.1", kImageTime + 3600s), Node("192.0.2.2")};
  EXPECT_FALSE(ahead.b_hears_a());
  ahead.a.step(-3600s);
  EXPECT_TRUE(ahead.a_hears_b());
  EXPECT_TRUE(ahead.b_hears_a()) << "its own sequence goes back with its clock, because nobody accepted the other one";
}

TEST(Signature, OnlySomeSendersAreRemembered) {
  Node receiver("192.0.2.9");
  for (int number = 0; number < 100; ++number) {
    Node sender(("198.51.100." + std::to_string(number)).c_str());
    EXPECT_EQ(receiver.hear(sender, sender.send()), std::nullopt);
    receiver.advance(1ms);
  }
  Node last("198.51.100.99");
  const Bytes again = last.send();
  EXPECT_EQ(receiver.hear(last, again), SignatureFault::kReplayed) << "the latest ones are";
}

TEST(Acceptance, SigningModes) {
  VrrpInstance config = router_v3();
  config.addresses = {ip("192.0.2.100")};
  const IpAddress peer = ip("192.0.2.2");
  const Bytes plain = encode(config, {100, 1, peer, config.group_address, false});
  SignatureState sender;
  const Trailer trailer = sender.sign(signing(), plain, 3, config.vrid, peer, kThen);
  Bytes right = plain;
  right.insert(right.end(), trailer.begin(), trailer.end());
  Bytes wrong = plain;
  wrong.insert(wrong.end(), trailer.begin(), trailer.end() - 1);
  wrong.push_back(static_cast<std::uint8_t>(trailer.back() ^ 1));
  Bytes longer = right;
  longer.push_back(0);
  using Mode = std::optional<SigningMode>;
  const struct {
    const char* what;
    Mode mode;
    const Bytes& message;
    std::optional<Rejection> expected;
  } rows[] = {
      {"no auth_hmac, unsigned", std::nullopt, plain, std::nullopt},
      {"no auth_hmac, signed", std::nullopt, right, Rejection::kLength},
      {"enforce, unsigned", SigningMode::kEnforce, plain, Rejection::kUnsigned},
      {"enforce, signed", SigningMode::kEnforce, right, std::nullopt},
      {"enforce, wrong", SigningMode::kEnforce, wrong, Rejection::kSignature},
      {"enforce, trailing octet", SigningMode::kEnforce, longer, Rejection::kLength},
      {"permissive, unsigned", SigningMode::kPermissive, plain, std::nullopt},
      {"permissive, wrong", SigningMode::kPermissive, wrong, Rejection::kSignature},
      {"receive-only, unsigned", SigningMode::kReceiveOnly, plain, std::nullopt},
      {"receive-only, wrong", SigningMode::kReceiveOnly, wrong, Rejection::kSignature},
  };
  const SignatureState state;
  for (const auto& row : rows) {
    config.signing.reset();
    if (row.mode) config.signing = signing(), config.signing->mode = *row.mode;
    const Packet packet{peer, config.group_address, 255, row.message};
    const Receiver receiver{ip("192.0.2.1"), std::nullopt, false, 0, &state, kThen};
    EXPECT_EQ(judge(config, receiver, packet, *decode(row.message, Family::kIpv4)).rejection, row.expected) << row.what;
  }
}

}  // namespace
}  // namespace holdfast::vrrp
