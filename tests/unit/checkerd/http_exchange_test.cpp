// One worker's exchange in the test's own process, where a leak checker can see it: plain and TLS, ended by everybody who can end it.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/http_exchange.h"

#include <arpa/inet.h>
#include <event2/util.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <csignal>
#include <cstdlib>
#include <optional>

#include "tests/fake/backend.h"
#include "tests/unit/checkerd/plans.h"

namespace holdfast {
namespace {

using namespace testing;
using fake::Backend;

Fd connected_to(const Backend& backend) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(backend.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  HF_CHECK(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  HF_CHECK(evutil_make_socket_nonblocking(socket.get()) == 0);
  return socket;
}

struct HttpExchangeTest : ::testing::Test {
  HttpExchangeTest() : tls(*TlsContext::make()) { std::signal(SIGPIPE, SIG_IGN); }

  ProbeResult run(Backend& backend, bool over_tls, Duration timeout = 300 * kMillisecond) {
    HttpProbe probe = wanted;
    probe.id = 1;
    probe.tls = over_tls;
    probe.sni = over_tls ? "www.example.org" : "";
    probe.host = "www.example.org";
    probe.timeout = timeout;
    std::optional<ProbeResult> result;
    auto exchange = HttpExchange::begin(loop, tls, expressions, probe, connected_to(backend), [&](const ProbeResult& it) {
      EXPECT_FALSE(result) << "told once";
      result = it;
      loop.later([&] { loop.stop(0); });
    });
    HF_CHECK(exchange.has_value());
    Loop::Timer limit = loop.timer([&] { loop.stop(1); });
    limit.arm(loop.now() + 20 * kSecond);
    loop.run();
    HF_CHECK(result.has_value());
    return *result;
  }

  Loop loop;
  TlsContext tls;
  CompiledExpressions expressions;
  HttpProbe wanted;
};

TEST_F(HttpExchangeTest, EveryEnd) {
  struct Row {
    const char* answer;
    bool answers, closes;
    ProbeOutcome outcome;
  };
  const Row rows[] = {
      {"HTTP/1.0 200 OK\r\n\r\nhello", true, true, ProbeOutcome::kPassed},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", true, false, ProbeOutcome::kPassed},
      {"HTTP/1.0 500 No\r\n\r\n", true, true, ProbeOutcome::kWrongStatus},
      {"SMTP\r\n\r\n", true, true, ProbeOutcome::kMalformed},
      {"HTTP/1.0 200 OK\r\n", true, true, ProbeOutcome::kClosed},
      {"", true, true, ProbeOutcome::kClosed},
      {"", false, true, ProbeOutcome::kTimedOut},
  };
  for (const bool over_tls : {false, true}) {
    Backend backend(loop, over_tls ? Backend::Transport::kTls : Backend::Transport::kPlain);
    for (const Row& row : rows) {
      SCOPED_TRACE(std::string(over_tls ? "TLS: " : "plain: ") + row.answer);
      backend.answer = row.answer;
      backend.answers = row.answers;
      backend.closes = row.closes;
      EXPECT_EQ(run(backend, over_tls).outcome, row.outcome);
    }
  }
}

TEST_F(HttpExchangeTest, TlsWithSomebodyWhoDoesNotSpeakIt) {
  Backend plain(loop);
  plain.answer = "220 smtp.example.org ready\r\n";
  plain.closes = false;
  plain.answers = false;
  EXPECT_EQ(run(plain, true).outcome, ProbeOutcome::kTimedOut);
  EXPECT_EQ(run(plain, true).detail, "handshake");
  plain.close();
  plain.open();
}

// Off unless asked; then the chain, the name and the time that is left must be right.
TEST_F(HttpExchangeTest, Certificates) {
  Backend backend(loop, Backend::Transport::kTls);
  char path[] = "/tmp/holdfast-authorities-XXXXXX";
  const Fd file(::mkstemp(path));
  const std::string pem = backend.certificate();
  ASSERT_EQ(::write(file.get(), pem.data(), pem.size()), static_cast<ssize_t>(pem.size()));
  ::setenv("SSL_CERT_FILE", path, 1);
  tls = *TlsContext::make();
  ::unsetenv("SSL_CERT_FILE");
  ::unlink(path);
  struct Row {
    bool verify;
    const char* name;
    unsigned days;
    ProbeOutcome outcome;
    const char* detail;
  };
  const Row rows[] = {
      {false, "other.example.org", 0, ProbeOutcome::kPassed, ""},
      {true, "", 0, ProbeOutcome::kPassed, ""},
      {true, "www.example.org", 1, ProbeOutcome::kPassed, ""},
      {true, "www.example.org", 2, ProbeOutcome::kTlsFailed, "certificate: valid for 1 days yet, expected 2"},
      {true, "other.example.org", 0, ProbeOutcome::kTlsFailed, "certificate: hostname mismatch"},
      {true, "127.0.0.1", 0, ProbeOutcome::kTlsFailed, "certificate: IP address mismatch"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.name) + " " + std::to_string(row.days));
    wanted.tls_verify = row.verify;
    wanted.tls_name = row.name;
    wanted.tls_days_left = row.days;
    const ProbeResult result = run(backend, true);
    EXPECT_EQ(result.outcome, row.outcome);
    EXPECT_EQ(result.detail, row.detail);
  }
  Backend stranger(loop, Backend::Transport::kTls);
  wanted = {};
  wanted.tls_verify = true;
  EXPECT_EQ(run(stranger, true).detail, "certificate: self-signed certificate");
}

TEST_F(HttpExchangeTest, HeadHasNoBody) {
  Backend backend(loop);
  backend.closes = false;
  backend.answer = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
  wanted.method = HttpMethod::kHead;
  wanted.headers = {"Host: other.example.org", "X-Check: 1"};
  EXPECT_EQ(run(backend, false).outcome, ProbeOutcome::kPassed);
  EXPECT_EQ(backend.requests.back(), "HEAD / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: other.example.org\r\nX-Check: 1\r\n\r\n");
}

TEST_F(HttpExchangeTest, ThousandExchangesLeaveNoDescriptorBehind) {
  Backend backend(loop), tls_backend(loop, Backend::Transport::kTls);
  run(backend, false);
  run(tls_backend, true);
  const int before = Fd(::dup(0)).get();
  for (int count = 0; count < 500; ++count) {
    ASSERT_EQ(run(backend, false).outcome, ProbeOutcome::kPassed);
    ASSERT_EQ(run(tls_backend, true).outcome, ProbeOutcome::kPassed);
  }
  // The lowest free number is what it was, give or take what the backend has not closed yet.
  EXPECT_LE(Fd(::dup(0)).get(), before + 4);
}

}  // namespace
}  // namespace holdfast
