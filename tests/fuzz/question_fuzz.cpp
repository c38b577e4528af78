// A question on the control socket: any octets are a question or none, and an answer names nobody who is not there.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parent/control/verbs.h"
#include "proto/runtime/result.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  const auto question = parse_question({reinterpret_cast<const char*>(data), size});
  if (!question) return 0;
  HF_CHECK(question->verb == Verb::kMaintenance || (question->verb == Verb::kExplain) != question->name.empty());
  const Plan plan;
  Board board;
  board.plan = &plan;
  HF_CHECK(explain(board, question->name).text.starts_with("no vrrp_instance"));
  HF_CHECK(!status_text(board).empty());
  return 0;
}
