// An HTTP request as keepalived writes it, and the answer as keepalived judges it: status, MD5 and text of the body as it came over the wire.
// Knows no descriptor and no clock: bytes in, verdict out. RFC 9112; the parser is libhttp_parser's.
// Not as strict as a browser: a body that ends early or is badly chunked is still a body (so was it before).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <http_parser.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "checkerd/worker/probe/digest.h"
#include "checkerd/worker/probe/expression.h"
#include "checkerd/worker/probe/probe.h"

namespace holdfast {

inline constexpr std::size_t kHttpHeaderMax = 16 * 1024;
inline constexpr std::uint64_t kHttpBodyMax = 64u * 1024 * 1024;

std::string request_text(const HttpProbe& probe);

class HttpAnswer {
 public:
  enum class State : std::uint8_t { kMore, kWhole, kBad };

  // `search`: what is looked for in the body; may be empty. `without_body`: the answer to HEAD ends with its header.
  explicit HttpAnswer(bool with_digest, std::unique_ptr<ExpressionSearch> search = {}, bool without_body = false);
  HttpAnswer(const HttpAnswer&) = delete;
  HttpAnswer& operator=(const HttpAnswer&) = delete;

  // kWhole: nothing more is needed. kBad: this is no HTTP or too large; fault() says why.
  State feed(std::span<const char> bytes);
  // The peer has closed: kWhole if there was at least a whole header.
  State end();

  // Once it is whole.
  unsigned status() const { return parser_.status_code; }
  std::uint64_t body_octets() const { return body_octets_; }
  std::optional<std::uint64_t> declared_octets() const { return declared_; }
  std::string digest() { return digest_ ? digest_->finish() : std::string{}; }
  const std::string& fault() const { return fault_; }
  ExpressionSearch* search() { return search_.get(); }

 private:
  State bad(std::string fault);
  State header(std::span<const char> bytes);
  State body(std::span<const char> bytes);
  State take(std::span<const char> bytes);

  http_parser parser_{};
  http_parser_settings settings_{};
  bool header_done_ = false;
  bool message_done_ = false;
  bool framed_ = true;  // false: the parser gave up on the body, which now goes until the peer closes
  std::size_t header_octets_ = 0;
  std::uint64_t body_octets_ = 0;
  std::optional<std::uint64_t> declared_;
  bool without_body_ = false;
  std::optional<Digest> digest_;
  std::unique_ptr<ExpressionSearch> search_;
  std::string fault_;
};

// What a whole answer means for the probe.
ProbeResult judge(const HttpProbe& probe, HttpAnswer& answer);

}  // namespace holdfast
