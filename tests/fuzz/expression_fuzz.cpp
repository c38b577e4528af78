// Regular expressions over any body in any pieces: the verdict does not depend on the cuts, and the end always comes.
// The first octet chooses the expression, the second the piece size.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "checkerd/worker/probe/expression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  constexpr const char* kPatterns[] = {"needle", "(a+)+$", "(?<=ab)c\\b", "(*UTF)h.y\\z", "(\\w+) \\1", "^.*x", "a{2,5}b?", "\\Aab|cd$"};
  if (size < 2) return 0;
  static CompiledExpressions compiled;
  Expression wanted;
  wanted.pattern = kPatterns[data[0] & 7];
  if ((data[0] & 8) != 0) wanted.min_offset = data[0] >> 4;
  if ((data[0] & 16) != 0) wanted.max_offset = wanted.min_offset + (data[0] >> 5);
  const std::span<const char> body(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto verdict = [&](std::size_t piece) {
    ExpressionSearch search(wanted, *compiled.of(wanted));
    for (std::size_t at = 0; at < body.size(); at += piece) search.feed(body.subspan(at, std::min(piece, body.size() - at)));
    return search.end();
  };
  const auto whole = verdict(std::max<std::size_t>(body.size(), 1));
  const auto cut = verdict(data[1] + 1u);
  const auto costly = ExpressionSearch::State::kTooCostly;
  if (whole == ExpressionSearch::State::kSearching || (whole != cut && whole != costly && cut != costly)) std::abort();
  return 0;
}
