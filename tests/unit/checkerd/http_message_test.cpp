// The HTTP part of a worker without any network: request bytes as captured from keepalived, answers cut at every place.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/http_message.h"

#include <gmock/gmock.h>
#include <openssl/evp.h>

namespace holdfast {
namespace {

using State = HttpAnswer::State;

TEST(Request, BytesAreKeepalivedsOwn) {
  struct Row {
    const char* path;
    const char* host;
    HttpProtocol protocol;
    const char* bytes;  // captured from keepalived 2.2.7
  };
  const Row rows[] = {
      {"/one", "10.9.1.1:80", HttpProtocol::kHttp10, "GET /one HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 10.9.1.1:80\r\n\r\n"},
      {"/six", "[2001:db8::1]:80", HttpProtocol::kHttp10, "GET /six HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: [2001:db8::1]:80\r\n\r\n"},
      {"/x", "vh.example.org", HttpProtocol::kHttp10Close,
       "GET /x HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: vh.example.org\r\n\r\n"},
      {"/x", "10.9.1.1:8080", HttpProtocol::kHttp11,
       "GET /x HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 10.9.1.1:8080\r\n\r\n"},
      {"/x", "10.9.1.1:8080", HttpProtocol::kHttp11Close,
       "GET /x HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 10.9.1.1:8080\r\n\r\n"},
  };
  for (const Row& row : rows) {
    HttpProbe probe;
    probe.path = row.path;
    probe.host = row.host;
    probe.protocol = row.protocol;
    EXPECT_EQ(request_text(probe), row.bytes);
  }
}

std::string md5(std::string_view text) {
  Digest digest;
  digest.update(text);
  return to_hex(digest.finish());
}

TEST(Digest, IsMd5) {
  EXPECT_EQ(md5(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(md5("hello"), "5d41402abc4b2a76b9719d911017c592");
}

struct Answered {
  State state = State::kMore;
  ProbeResult result;
  std::string fault;
};

// Feeds `bytes` in pieces of `piece` octets; `closes`: then the peer closes.
Answered ask(const HttpProbe& probe, std::string_view bytes, bool closes, std::size_t piece) {
  HttpAnswer answer(!probe.digest.empty());
  Answered got;
  for (std::size_t at = 0; at < bytes.size() && got.state == State::kMore; at += piece) {
    got.state = answer.feed(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)));
  }
  if (got.state == State::kMore && closes) got.state = answer.end();
  if (got.state == State::kWhole) got.result = judge(probe, answer);
  got.fault = answer.fault();
  return got;
}

HttpProbe wants(std::string digest, std::vector<std::pair<std::uint16_t, std::uint16_t>> status = {}) {
  HttpProbe probe;
  probe.digest = std::move(digest);
  probe.status = std::move(status);
  return probe;
}

TEST(Answer, WholeTableInEveryPieceSize) {
  const std::string chunks = "5\r\nhello\r\n0\r\n\r\n";
  struct Row {
    const char* name;
    std::string bytes;
    bool closes;
    State state;
    unsigned status;
    std::uint64_t body;
    std::string digested;  // what the MD5 is over
  };
  const std::vector<Row> rows = {
      {"until close", "HTTP/1.0 200 OK\r\n\r\nhello", true, State::kWhole, 200, 5, "hello"},
      {"not yet closed", "HTTP/1.0 200 OK\r\n\r\nhello", false, State::kMore, 0, 0, ""},
      {"declared length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false, State::kWhole, 200, 5, "hello"},
      {"more than declared", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more", false, State::kWhole, 200, 5, "hello"},
      {"less than declared, then closed", "HTTP/1.0 200 OK\r\nContent-Length: 50\r\n\r\nhello", true, State::kWhole, 200, 5, "hello"},
      {"lower case header", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", false, State::kWhole, 200, 5, "hello"},
      {"line feeds only", "HTTP/1.0 200 OK\nContent-Length: 5\n\nhello", false, State::kWhole, 200, 5, "hello"},
      {"empty body", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, State::kWhole, 200, 0, ""},
      {"no body by status", "HTTP/1.1 204 No Content\r\n\r\n", false, State::kWhole, 204, 0, ""},
      {"no reason phrase", "HTTP/1.1 503\r\n\r\nbusy", true, State::kWhole, 503, 4, "busy"},
      {"chunked: as on the wire", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks, false, State::kWhole, 200, chunks.size(), chunks},
      {"badly chunked goes on until close", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello", true, State::kWhole, 200, 5, "hello"},
      {"switched protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", false, State::kWhole, 101, 0, ""},
      {"half a header", "HTTP/1.0 200 OK\r\nServer: x", true, State::kMore, 0, 0, ""},
      {"nothing", "", true, State::kMore, 0, 0, ""},
      {"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", true, State::kBad, 0, 0, ""},
      {"no version", "200 OK\r\n\r\nhello", true, State::kBad, 0, 0, ""},
      {"binary", std::string("\0\1\2nonsense\r\n\r\n", 15), true, State::kBad, 0, 0, ""},
      {"length is no number", "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\n", true, State::kBad, 0, 0, ""},
      {"length overflows", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n", true, State::kBad, 0, 0, ""},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", true, State::kBad, 0, 0, ""},
  };
  for (const Row& row : rows) {
    for (std::size_t piece = 1; piece <= row.bytes.size() + 1; ++piece) {
      SCOPED_TRACE(std::string(row.name) + " in pieces of " + std::to_string(piece));
      const Answered got = ask(wants(md5(row.digested), {{100, 599}}), row.bytes, row.closes, piece);
      ASSERT_EQ(got.state, row.state) << got.fault;
      if (row.state != State::kWhole) continue;
      EXPECT_EQ(got.result.status, row.status);
      EXPECT_EQ(got.result.body_octets, row.body);
      EXPECT_EQ(got.result.outcome, ProbeOutcome::kPassed);
    }
  }
}

// What keepalived 2.2.7's genhash printed for servers that answered with these bytes.
TEST(Answer, DigestsAreGenhashs) {
  struct Row {
    const char* bytes;
    const char* digest;
  };
  const Row rows[] = {
      {"HTTP/1.0 200 OK\r\n\r\nhello", "5d41402abc4b2a76b9719d911017c592"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "79e9489e3bd3f0cb0158215341de046d"},
      {"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello and more", "5d41402abc4b2a76b9719d911017c592"},
      {"HTTP/1.0 200 OK\r\nContent-Length: 50\r\n\r\nhello", "5d41402abc4b2a76b9719d911017c592"},
  };
  for (const Row& row : rows) EXPECT_EQ(ask(wants(row.digest), row.bytes, true, 4).result.outcome, ProbeOutcome::kPassed) << row.bytes;
}

TEST(Answer, Verdicts) {
  struct Row {
    HttpProbe probe;
    const char* bytes;
    ProbeOutcome outcome;
    const char* detail;
  };
  const std::string hello = md5("hello");
  const std::vector<Row> rows = {
      {wants(""), "HTTP/1.0 200 OK\r\n\r\nhello", ProbeOutcome::kPassed, ""},
      {wants(""), "HTTP/1.0 299 OK\r\n\r\nhello", ProbeOutcome::kPassed, ""},
      {wants(""), "HTTP/1.0 301 Moved\r\n\r\nhello", ProbeOutcome::kWrongStatus, ""},
      {wants("", {{301, 302}, {404, 404}}), "HTTP/1.0 404 Not Found\r\n\r\n", ProbeOutcome::kPassed, ""},
      {wants("", {{301, 302}, {404, 404}}), "HTTP/1.0 200 OK\r\n\r\n", ProbeOutcome::kWrongStatus, ""},
      {wants(hello), "HTTP/1.0 200 OK\r\n\r\nhello", ProbeOutcome::kPassed, ""},
      {wants(hello), "HTTP/1.0 500 No\r\n\r\nhello", ProbeOutcome::kWrongStatus, ""},
      {wants(hello, {{100, 599}}), "HTTP/1.0 500 No\r\n\r\nhello", ProbeOutcome::kPassed, ""},
      {wants(hello, {{200, 200}}), "HTTP/1.0 500 No\r\n\r\nhello", ProbeOutcome::kWrongStatus, ""},
      {wants(hello), "HTTP/1.0 200 OK\r\n\r\nhello!", ProbeOutcome::kWrongDigest, ""},
      {wants(""), "HTTP/1.0 200 OK\r\nContent-Length: 50\r\n\r\nhello", ProbeOutcome::kPassed, "content_length (50) does not match received bytes (5)"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.bytes);
    const Answered got = ask(row.probe, row.bytes, true, 7);
    EXPECT_EQ(got.result.outcome, row.outcome);
    EXPECT_EQ(got.result.detail, row.detail);
  }
}

TEST(Answer, HeaderAndBodyAreBounded) {
  const std::string line = "X-Filler: " + std::string(1000, 'x') + "\r\n";
  std::string header = "HTTP/1.0 200 OK\r\n";
  while (header.size() <= kHttpHeaderMax) header += line;
  EXPECT_EQ(ask(wants(""), header, false, 1000).state, State::kBad);
  EXPECT_THAT(ask(wants(""), header + "\r\n", true, header.size() + 2).fault, ::testing::HasSubstr("header longer than 16384"));

  HttpAnswer endless(false);
  const std::string piece(1 << 20, 'x');
  ASSERT_EQ(endless.feed(std::string_view("HTTP/1.0 200 OK\r\n\r\n")), State::kMore);
  std::uint64_t fed = 0;
  State state = State::kMore;
  while (state == State::kMore && fed <= 2 * kHttpBodyMax) {
    state = endless.feed(piece);
    fed += piece.size();
  }
  EXPECT_EQ(state, State::kBad);
  EXPECT_LE(fed, kHttpBodyMax + piece.size());
  EXPECT_EQ(endless.feed(piece), State::kBad) << "and it stays bad";
}

}  // namespace
}  // namespace holdfast
