// Lines to replies, replies to steps. See smtp_dialogue.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/smtp_dialogue.h"

#include <utility>

namespace holdfast {

namespace {

ProbeResult failed(ProbeOutcome outcome, unsigned status, std::string detail) {
  return {.outcome = outcome, .status = status, .detail = std::move(detail)};
}

constexpr unsigned kGreeting = 220, kDone = 250;

bool digit(char octet) { return octet >= '0' && octet <= '9'; }

const char* place(int await) {
  constexpr const char* kPlaces[] = {"greeting", "HELO", "QUIT"};
  return kPlaces[await];
}

}  // namespace

SmtpDialogue::Step SmtpDialogue::feed(std::span<const char> bytes) {
  Step all;
  for (const char octet : bytes) {
    if (++reply_octets_ > kSmtpReplyMax) {
      all.result = failed(ProbeOutcome::kMalformed, 0, "reply longer than " + std::to_string(kSmtpReplyMax) + " octets");
      return all;
    }
    if (octet != '\n') {
      line_ += octet;
      if (line_.size() <= kSmtpLineMax) continue;
      all.result = failed(ProbeOutcome::kMalformed, 0, "line longer than " + std::to_string(kSmtpLineMax) + " octets");
      return all;
    }
    if (line_.ends_with('\r')) line_.pop_back();
    Step step = line(std::exchange(line_, {}));
    all.say += step.say;
    if (step.result) {
      all.result = std::move(step.result);
      return all;
    }
  }
  return all;
}

// As keepalived: a code, a blank and one line; and after QUIT any line will do.
SmtpDialogue::Step SmtpDialogue::line(const std::string& text) {
  reply_octets_ = 0;
  if (await_ == Await::kQuit) return {{}, ProbeResult{.outcome = ProbeOutcome::kPassed}};
  const char* where = place(static_cast<int>(await_));
  const bool coded = text.size() >= 4 && digit(text[0]) && digit(text[1]) && digit(text[2]) && (text[3] == ' ' || text[3] == '-');
  if (!coded) return {{}, failed(ProbeOutcome::kMalformed, 0, std::string("no SMTP reply to ") + where)};
  const auto code = static_cast<unsigned>((text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0'));
  if (text[3] == '-') return {{}, failed(ProbeOutcome::kRefused, code, std::string(where) + " answered with several lines")};
  if (code != (await_ == Await::kGreeting ? kGreeting : kDone)) {
    return {{}, failed(ProbeOutcome::kRefused, code, std::string(where) + " answered with " + text.substr(0, 80))};
  }
  if (std::exchange(await_, await_ == Await::kGreeting ? Await::kHelo : Await::kQuit) == Await::kGreeting) {
    return {"HELO " + helo_name_ + "\r\n", std::nullopt};
  }
  return {"QUIT\r\n", std::nullopt};
}

ProbeResult SmtpDialogue::end() const {
  return failed(ProbeOutcome::kClosed, 0, std::string("closed before the reply to ") + place(static_cast<int>(await_)));
}

}  // namespace holdfast
