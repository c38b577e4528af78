// Request text, parser callbacks, verdict. See http_message.h.
//
// The digest is over the octets behind the header exactly as they came, chunk sizes included, because that is what keepalived's digests and
// its genhash are made of; the parser is only asked where the header ends and where the message ends.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/http_message.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace holdfast {

static std::string_view word(HttpMethod method) {
  switch (method) {
    case HttpMethod::kGet: return "GET";
    case HttpMethod::kHead: return "HEAD";
    case HttpMethod::kOptions: return "OPTIONS";
    case HttpMethod::kPost: return "POST";
  }
  return "GET";
}

// Whether the operator gives this one, whose name is in lower case.
static bool has_header(const HttpProbe& probe, std::string_view name) {
  return std::ranges::any_of(probe.headers, [&](const std::string& header) {
    const auto same = [](char have, char want) { return (have >= 'A' && have <= 'Z' ? have + ('a' - 'A') : have) == want; };
    return std::ranges::equal(std::string_view(header).substr(0, header.find(':')), name, same);
  });
}

std::string request_text(const HttpProbe& probe) {
  const bool version_1_1 = probe.protocol == HttpProtocol::kHttp11 || probe.protocol == HttpProtocol::kHttp11Close;
  const bool close = probe.protocol != HttpProtocol::kHttp10;
  std::string text = std::string(word(probe.method)) + " " + probe.path + (version_1_1 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
  if (!has_header(probe, "user-agent")) text += "User-Agent: KeepAliveClient\r\n";
  if (close && !has_header(probe, "connection")) text += "Connection: close\r\n";
  if (!probe.host.empty() && !has_header(probe, "host")) text += "Host: " + probe.host + "\r\n";
  for (const std::string& header : probe.headers) text += header + "\r\n";
  if (probe.method == HttpMethod::kPost && !has_header(probe, "content-length")) text += "Content-Length: 0\r\n";
  return text + "\r\n";
}

HttpAnswer::HttpAnswer(bool with_digest, std::unique_ptr<ExpressionSearch> search, bool without_body)
    : without_body_(without_body), search_(std::move(search)) {
  if (with_digest) digest_.emplace();
  http_parser_init(&parser_, HTTP_RESPONSE);
  parser_.data = this;
  parser_.allow_chunked_length = 1;
  http_parser_settings_init(&settings_);
  settings_.on_headers_complete = [](http_parser* parser) {
    auto* self = static_cast<HttpAnswer*>(parser->data);
    self->header_done_ = true;
    http_parser_pause(parser, 1);
    return self->without_body_ ? 1 : 0;
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
  if (search_) search_->feed(bytes);
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

static void judge_text(const HttpProbe& probe, ExpressionSearch& search, ProbeResult& result) {
  const ExpressionSearch::State state = search.end();
  if (state == ExpressionSearch::State::kTooCostly) {
    result.outcome = ProbeOutcome::kTooCostly;
    result.detail = search.fault();
  } else if ((state == ExpressionSearch::State::kFound) == probe.expression.no_match) {
    result.outcome = ProbeOutcome::kWrongText;
  }
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
  if (result.outcome == ProbeOutcome::kPassed && answer.search()) judge_text(probe, *answer.search(), result);
  return result;
}

}  // namespace holdfast
