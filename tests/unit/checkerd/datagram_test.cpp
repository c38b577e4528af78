// DNS, UDP and echo: what is asked, byte by byte, and which datagram is which answer.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "checkerd/worker/probe/datagram_exchange.h"
#include "checkerd/worker/probe/dns_message.h"
#include "checkerd/worker/probe/echo_message.h"
#include "checkerd/worker/probe/udp_reply.h"

namespace holdfast {
namespace {

using namespace std::string_literals;

std::span<const char> bytes(const std::string& text) { return text; }

DnsProbe dns(std::string name, std::uint16_t type = 6) {
  DnsProbe probe;
  probe.query = 0x1234;
  probe.type = type;
  probe.name = std::move(name);
  return probe;
}

TEST(DnsMessage, Questions) {
  EXPECT_EQ(question_of(dns("")), "\x12\x34\x01\0\0\x01\0\0\0\0\0\0\0\0\x06\0\x01"s);
  EXPECT_EQ(question_of(dns("www.example.org", 28)), "\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03www\x07"s + "example\x03org\0\0\x1c\0\x01"s);
}

TEST(DnsMessage, Answers) {
  struct Row {
    const char* name;
    std::string datagram;
    std::optional<ProbeOutcome> outcome;
  };
  const Row rows[] = {
      {"no error", "\x12\x34\x81\x80\0\x01\0\0\0\0\0\0"s, ProbeOutcome::kPassed},
      {"no such name", "\x12\x34\x81\x83\0\x01\0\0\0\0\0\0"s, ProbeOutcome::kRefused},
      {"refused", "\x12\x34\x81\x05\0\x01\0\0\0\0\0\0"s, ProbeOutcome::kRefused},
      {"another identifier", "\x12\x35\x81\x80\0\x01\0\0\0\0\0\0"s, {}},
      {"a question", "\x12\x34\x01\x00\0\x01\0\0\0\0\0\0"s, {}},
      {"too short", "\x12\x34\x81\x80\0\x01\0\0\0\0\0"s, {}},
      {"empty", "", {}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto result = judge(dns("x"), bytes(row.datagram));
    EXPECT_EQ(result ? std::optional(result->outcome) : std::nullopt, row.outcome);
  }
  EXPECT_EQ(judge(dns("x"), bytes("\x12\x34\x81\x83\0\x01\0\0\0\0\0\0"s))->detail, "rcode 3, no such name");
}

TEST(UdpReply, Payload) {
  UdpProbe probe;
  EXPECT_EQ(payload_of(probe), "keepalived check - keepalived ch");
  probe.payload = "\0\x01"s;
  EXPECT_EQ(payload_of(probe), "\0\x01"s);
}

TEST(UdpReply, Answers) {
  struct Row {
    const char* name;
    bool require;
    std::string reply, mask;
    std::uint16_t least, most;
    std::string datagram;
    ProbeOutcome outcome;
  };
  const auto kGood = ProbeOutcome::kPassed, kBad = ProbeOutcome::kWrongReply;
  const Row rows[] = {
      {"nothing is required", false, "ab", "\xff\xff", 10, 20, "x", kGood},
      {"any answer", true, "", "", 0, 255, "x", kGood},
      {"lengths count with octets only", true, "", "", 2, 0, "x", kGood},
      {"too short", true, "x", "\xff", 2, 255, "x", kBad},
      {"too long", true, "x", "\xff", 0, 1, "xy", kBad},
      {"as wanted", true, "ab", "\xff\xff", 0, 255, "ab", kGood},
      {"and more", true, "ab", "\xff\xff", 0, 255, "abc", kGood},
      {"another octet", true, "ab", "\xff\xff", 0, 255, "ac", kBad},
      {"an octet is missing", true, "ab", "\xff\xff", 0, 255, "a", kGood},
      {"unless the length says more", true, "ab", "\xff\xff", 2, 255, "a", kBad},
      {"any digit", true, "\x61\x60"s, "\xff\xf0", 0, 255, "\x61\x6f", kGood},
      {"but this one", true, "\x61\x60"s, "\xff\xf0", 0, 255, "\x61\x7f", kBad},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    UdpProbe probe;
    probe.require_reply = row.require;
    probe.reply = row.reply;
    probe.reply_mask = row.mask;
    probe.min_reply_length = row.least;
    probe.max_reply_length = row.most;
    EXPECT_EQ(judge(probe, bytes(row.datagram)).outcome, row.outcome);
    EXPECT_EQ(judge_silence(probe).outcome, row.require ? ProbeOutcome::kTimedOut : ProbeOutcome::kPassed);
  }
}

PingProbe ping(bool ipv6, bool raw) {
  PingProbe probe;
  probe.ipv6 = ipv6;
  probe.raw = raw;
  probe.identifier = 0x0a0b;
  probe.sequence = 0x0102;
  return probe;
}

TEST(EchoMessage, Requests) {
  const std::string request = request_of(ping(false, true));
  EXPECT_EQ(request.size(), 64u);
  EXPECT_EQ(request.substr(0, 2), "\x08\0"s);
  EXPECT_EQ(request.substr(4, 4), "\x0a\x0b\x01\x02"s);
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < request.size(); at += 2) sum += static_cast<unsigned char>(request[at]) * 256U + static_cast<unsigned char>(request[at + 1]);
  EXPECT_EQ((sum & 0xffff) + (sum >> 16), 0xffffU) << "RFC 1071";
  EXPECT_EQ(request_of(ping(true, false)).substr(0, 4), "\x80\0\0\0"s);
}

TEST(EchoMessage, Replies) {
  const std::string header = "\x45" + std::string(19, '\0');
  struct Row {
    const char* name;
    PingProbe probe;
    std::string datagram;
    bool is_reply;
  };
  const Row rows[] = {
      {"reply", ping(false, false), "\0\0\xff\xff\x77\x77\x01\x02"s, true},
      {"IPv6", ping(true, false), "\x81\0\xff\xff\x77\x77\x01\x02"s, true},
      {"another sequence", ping(false, false), "\0\0\xff\xff\x77\x77\x01\x03"s, false},
      {"a request", ping(false, false), "\x08\0\xff\xff\x77\x77\x01\x02"s, false},
      {"short", ping(false, false), "\0\0\xff\xff\x77\x77\x01"s, false},
      {"raw", ping(false, true), header + "\0\0\xff\xff\x0a\x0b\x01\x02"s, true},
      {"raw, of somebody else", ping(false, true), header + "\0\0\xff\xff\x0a\x0c\x01\x02"s, false},
      {"raw, header only", ping(false, true), header, false},
      {"raw, header longer than the packet", ping(false, true), "\x4f" + header.substr(1) + "\0\0\xff\xff\x0a\x0b\x01\x02"s, false},
      {"raw, header of nothing", ping(false, true), "\x40" + header.substr(1) + "\0\0\xff\xff\x0a\x0b\x01\x02"s, false},
      {"raw IPv6 has no header", ping(true, true), "\x81\0\xff\xff\x0a\x0b\x01\x02"s, true},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto result = judge(row.probe, bytes(row.datagram));
    EXPECT_EQ(result.has_value(), row.is_reply);
    EXPECT_EQ(result.value_or(ProbeResult{}).outcome, row.is_reply ? ProbeOutcome::kPassed : ProbeOutcome::kLocal);
  }
}

// On real sockets: a peer that answers, one that says nothing, and none.
struct DatagramExchangeTest : ::testing::Test {
  DatagramExchangeTest() {
    peer = Fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    HF_CHECK(::bind(peer.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    socklen_t size = sizeof address;
    HF_CHECK(::getsockname(peer.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  }
  ProbeResult run(DatagramRules rules, const std::vector<std::string>& answers) {
    Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    HF_CHECK(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    std::optional<ProbeResult> result;
    auto exchange = DatagramExchange::begin(loop, std::move(rules), Duration{200'000}, std::move(socket), [&](const ProbeResult& it) {
      EXPECT_FALSE(result) << "told once";
      result = it;
      loop.later([&] { loop.stop(0); });
    });
    HF_CHECK(exchange.has_value());
    if (peer && !answers.empty()) {
      char question[512];
      sockaddr_in from{};
      socklen_t size = sizeof from;
      HF_CHECK(::recvfrom(peer.get(), question, sizeof question, 0, reinterpret_cast<sockaddr*>(&from), &size) > 0);
      for (const std::string& answer : answers) HF_CHECK(::sendto(peer.get(), answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size) >= 0);
    }
    loop.run();
    return *result;
  }
  Loop loop;
  Fd peer;
  sockaddr_in address{};
};

TEST_F(DatagramExchangeTest, WaitsForTheRightAnswer) {
  const std::string wrong = "\x12\x35\x81\x80\0\x01\0\0\0\0\0\0"s, right = "\x12\x34\x81\x80\0\x01\0\0\0\0\0\0"s;
  EXPECT_EQ(run(rules_of(dns("x")), {wrong, "", right}).outcome, ProbeOutcome::kPassed);
  EXPECT_EQ(run(rules_of(dns("x")), {wrong}).outcome, ProbeOutcome::kTimedOut);
}

TEST_F(DatagramExchangeTest, SilenceAndAClosedPort) {
  UdpProbe probe;
  EXPECT_EQ(run(rules_of(probe), {}).outcome, ProbeOutcome::kPassed);
  probe.require_reply = true;
  EXPECT_EQ(run(rules_of(probe), {}).outcome, ProbeOutcome::kTimedOut);
  peer.reset();
  const ProbeResult closed = run(rules_of(probe), {});
  EXPECT_EQ(closed.outcome, ProbeOutcome::kClosed);
  EXPECT_EQ(closed.detail, "Connection refused");
}

}  // namespace
}  // namespace holdfast
