// SMTP sessions as tables: what is said to which reply, in any pieces, and how it ends.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/smtp_dialogue.h"

#include <gmock/gmock.h>

namespace holdfast {
namespace {

struct Row {
  const char* name;
  std::string server;
  std::string client;  // what was said
  ProbeOutcome outcome;
};

const Row kRows[] = {
    {"a whole session", "220 here\r\n250 hello\r\n221 bye\r\n", "HELO me\r\nQUIT\r\n", ProbeOutcome::kPassed},
    {"bare newlines", "220 here\n250 hello\n221 bye\n", "HELO me\r\nQUIT\r\n", ProbeOutcome::kPassed},
    {"any farewell", "220 here\r\n250 hello\r\nwhat?\n", "HELO me\r\nQUIT\r\n", ProbeOutcome::kPassed},
    {"a greeting of several lines", "220-a\r\n220 b\r\n", "", ProbeOutcome::kRefused},
    {"an answer of several lines", "220 here\r\n250-hello\r\n250 SIZE\r\n", "HELO me\r\n", ProbeOutcome::kRefused},
    {"a code alone", "220\r\n", "", ProbeOutcome::kMalformed},
    {"no service", "554 no\r\n", "", ProbeOutcome::kRefused},
    {"HELO refused", "220 here\r\n501 who\r\n", "HELO me\r\n", ProbeOutcome::kRefused},
    {"another protocol", "HTTP/1.0 400 Bad\r\n", "", ProbeOutcome::kMalformed},
    {"too few digits", "22 x\r\n", "", ProbeOutcome::kMalformed},
    {"no blank", "220x\r\n", "", ProbeOutcome::kMalformed},
    {"ends in the greeting", "220 he", "", ProbeOutcome::kClosed},
    {"ends without a word", "", "", ProbeOutcome::kClosed},
    {"a line without an end", std::string(kSmtpLineMax + 1, 'a'), "", ProbeOutcome::kMalformed},
};

TEST(SmtpDialogue, Sessions) {
  for (const Row& row : kRows) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, std::size_t{10'000}}) {
      SCOPED_TRACE(std::string(row.name) + ", pieces of " + std::to_string(piece));
      SmtpDialogue dialogue("me");
      std::string said;
      std::optional<ProbeResult> result;
      for (std::size_t at = 0; at < row.server.size() && !result; at += piece) {
        const SmtpDialogue::Step step = dialogue.feed(std::string_view(row.server).substr(at, piece));
        said += step.say;
        result = step.result;
      }
      if (!result) result = dialogue.end();
      EXPECT_EQ(said, row.client);
      EXPECT_EQ(result->outcome, row.outcome) << result->detail;
    }
  }
}

TEST(SmtpDialogue, SaysWhatWasRefused) {
  SmtpDialogue dialogue("me");
  EXPECT_EQ(dialogue.feed(std::string_view("421 busy\r\n")).result->detail, "greeting answered with 421 busy");
}

}  // namespace
}  // namespace holdfast
