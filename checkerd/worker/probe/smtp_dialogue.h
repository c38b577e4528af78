// The client's side of a short SMTP session: greeting, HELO, QUIT. RFC 5321, with one line to a reply as in keepalived.
// Bytes in, what to say or the verdict out: knows no descriptor and no clock. Bounded: kSmtpLineMax, kSmtpReplyMax.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "checkerd/worker/probe/probe.h"

namespace holdfast {

inline constexpr std::size_t kSmtpLineMax = 2048;
inline constexpr std::size_t kSmtpReplyMax = 64 * 1024;  // octets of one reply

class SmtpDialogue {
 public:
  struct Step {
    std::string say;                    // to be sent; may be empty
    std::optional<ProbeResult> result;  // the end
  };
  explicit SmtpDialogue(std::string helo_name) : helo_name_(std::move(helo_name)) {}
  Step feed(std::span<const char> bytes);
  // The peer has closed.
  ProbeResult end() const;

 private:
  enum class Await : std::uint8_t { kGreeting, kHelo, kQuit };
  Step line(const std::string& text);

  std::string helo_name_;
  Await await_ = Await::kGreeting;
  std::string line_;
  std::size_t reply_octets_ = 0;
};

}  // namespace holdfast
