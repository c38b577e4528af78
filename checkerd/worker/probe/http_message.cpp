// Request text, parser callbacks, verdict. See http_message.h.
//
// The digest is over the octets behind the header exactly as they came, chunk sizes included, because that is what keepalived's digests and
// its genhash are made of; the parser is only asked where the header ends and where the message ends.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/http_message.h"

#include <algorithm>

namespace holdfast {

std::string request_text(const HttpProbe& probe) {
  const bool version_1_1 = probe.protocol == HttpProtocol::kHttp11 || probe.protocol == HttpProtocol::kHttp11Close;
  const bool close = probe.protocol != HttpProtocol::kHttp10;
  std::string text = "GET " + probe.path + (version_1_1 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n") + "User-Agent: KeepAliveClient\r\n";
  if (close) text += "Connection: close\r\n";
  if (!probe.host.empty()) text += "Host: " + probe.host + "\r\n";
  return text + "\r\n";
}

HttpAnswer::HttpAnswer(bool with_digest) {
  if (with_digest) digest_.emplace();
  http_parser_init(&parser_, HTTP_RESPONSE);
  parser_.data = this;
  parser_.allow_chunked_length = 1;
  http_parser_settings_init(&settings_);
  settings_.on_headers_complete = [](http_parser* parser) {
    static_cast<HttpAnswer*>(parser->data)->header_done_ = true;
    http_parser_pause(parser, 1);
    return 0;
  };
  settings_.on_message_complete = [](http_parser* parser) {
    static_cast<HttpAnswer*>(parser->data)->message_done_ = true;
    http_parser_pause(parser, 1);
    return 0;
  };
}

HttpAnswer::State HttpAnswer::bad(std::string fault) {
  fault_ = std::move(fault);
  return State::kBad;
}

HttpAnswer::State HttpAnswer::feed(std::span<const char> bytes) {
  if (!fault_.empty()) return State::kBad;
  if (message_done_) return State::kWhole;
  return header_done_ ? body(bytes) : header(bytes);
}

HttpAnswer::State HttpAnswer::header(std::span<const char> bytes) {
  const std::size_t read = http_parser_execute(&parser_, &settings_, bytes.data(), bytes.size());
  if (!header_done_) {
    const auto code = HTTP_PARSER_ERRNO(&parser_);
    if (code != HPE_OK) return bad(http_errno_description(code));
    header_octets_ += bytes.size();
    if (header_octets_ > kHttpHeaderMax) return bad("header longer than " + std::to_string(kHttpHeaderMax) + " octets");
    return State::kMore;
  }
  // Paused at the last octet of the header, which the parser has not taken yet.
  if (header_octets_ + read > kHttpHeaderMax) return bad("header longer than " + std::to_string(kHttpHeaderMax) + " octets");
  const bool chunked = (parser_.flags & F_CHUNKED) != 0;
  if ((parser_.flags & F_CONTENTLENGTH) != 0 && !chunked) declared_ = parser_.content_length;
  http_parser_pause(&parser_, 0);
  const std::size_t took = http_parser_execute(&parser_, &settings_, bytes.data() + read, 1);
  if (message_done_) return State::kWhole;  // an answer without a body
  if (took != 1) framed_ = false;
  return body(bytes.subspan(std::min(read + 1, bytes.size())));
}

HttpAnswer::State HttpAnswer::body(std::span<const char> bytes) {
  if (bytes.empty()) return State::kMore;
  if (!framed_) return take(bytes);
  const std::size_t read = http_parser_execute(&parser_, &settings_, bytes.data(), bytes.size());
  if (!message_done_ && (read != bytes.size() || HTTP_PARSER_ERRNO(&parser_) != HPE_OK)) {
    framed_ = false;
    return take(bytes);
  }
  return take(bytes.first(std::min(read, bytes.size())));
}

HttpAnswer::State HttpAnswer::take(std::span<const char> bytes) {
  body_octets_ += bytes.size();
  if (body_octets_ > kHttpBodyMax) return bad("body longer than " + std::to_string(kHttpBodyMax) + " octets");
  if (digest_) digest_->update(bytes);
  return message_done_ ? State::kWhole : State::kMore;
}

HttpAnswer::State HttpAnswer::end() {
  if (!fault_.empty()) return State::kBad;
  return header_done_ ? State::kWhole : State::kMore;
}

static bool status_accepted(const HttpProbe& probe, unsigned status) {
  if (probe.status.empty()) return status >= 200 && status <= 299;  // also where a digest is compared
  return std::ranges::any_of(probe.status, [&](const auto& range) { return status >= range.first && status <= range.second; });
}

ProbeResult judge(const HttpProbe& probe, HttpAnswer& answer) {
  ProbeResult result{.status = answer.status(), .body_octets = answer.body_octets()};
  if (!status_accepted(probe, answer.status())) {
    result.outcome = ProbeOutcome::kWrongStatus;
    return result;
  }
  if (const auto declared = answer.declared_octets(); declared && *declared != answer.body_octets()) {
    result.detail = "content_length (" + std::to_string(*declared) + ") does not match received bytes (" +
                    std::to_string(answer.body_octets()) + ")";
  }
  result.outcome = ProbeOutcome::kPassed;
  if (!probe.digest.empty()) {
    result.digest = answer.digest();
    if (result.digest.empty()) {
      result.outcome = ProbeOutcome::kLocal;
      result.detail = "OpenSSL refuses MD5";
    } else if (to_hex(result.digest) != probe.digest) {
      result.outcome = ProbeOutcome::kWrongDigest;
    }
  }
  return result;
}

}  // namespace holdfast
