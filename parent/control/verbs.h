// What can be asked on the control socket, and the texts of the answers. Pure: words in, words out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "parent/status/board.h"

namespace holdfast {

enum class Verb { kStatus, kMetrics, kJson, kStatistics, kData, kExplain, kPlan, kEvents, kMaintenance, kDrain, kReady, kDown, kWeight, kCheckNow, kReload, kStop };
// Each includes the ones before it.
enum class Access { kView, kOperate, kAdmin };

struct Question {
  Verb verb = Verb::kStatus;
  std::string name;          // explain, maintenance: the instance; empty with maintenance: all
  bool json = false;         // status: for programs
  bool on = false;           // maintenance
  // drain, ready, down, weight, check-now: `name` is the server, empty with check-now: all
  std::string service;       // of which; empty: of all that have it
  std::optional<std::uint32_t> number;  // drain: seconds until it goes down; weight: the weight, none is the configured one
};
Access needed(Verb);

// A verb as it is written, and what holdfastctl(8) and its help say of it.
struct VerbRow {
  std::string_view word;
  Verb verb;
  Access access;
  std::string_view arguments;  // begins with a blank
  std::string_view text;
};
std::span<const VerbRow> verbs();

// `status` is for a shell: 0 done, 1 not done.
struct Answer {
  std::string text;
  int status = 0;
};

inline constexpr std::size_t kQuestionMax = 512;
// "status", "explain VI_1", ... Anything else has no value.
std::optional<Question> parse_question(std::string_view text);
std::string verbs_text();
// The same as the help of holdfastctl, as the list in holdfastctl(8), and as a completion for bash.
std::string verbs_usage();
std::string verbs_manual();
std::string verbs_completion();

// One line per instance and group.
std::string status_text(const Board&);
// Why an instance is in its state, and what would change it.
Answer explain(const Board&, std::string_view name);

}  // namespace holdfast
