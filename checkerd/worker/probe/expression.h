// A regular expression looked for in a body that arrives in pieces, by PCRE2's partial matching. pcre2api(3), pcre2partial(3).
// Bounded whatever the expression and the body are: a window of kWindowMax octets is kept, matching has kCostPerPiece steps for each piece
// and kCostMax for the whole, and kHeapMax octets. Steps are counted by callouts, because PCRE2's own limit counts anew at every start of
// a match. No JIT: the worker may have no executable memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "proto/runtime/result.h"
#include "proto/value/check_plan.h"

struct pcre2_real_code_8;
struct pcre2_real_match_context_8;
struct pcre2_real_match_data_8;

namespace holdfast {

inline constexpr std::size_t kExpressionWindowMax = 64 * 1024;
inline constexpr std::uint64_t kExpressionCostPerPiece = 4'000'000;  // some 25 ms
inline constexpr std::uint64_t kExpressionCostMax = 256'000'000;
inline constexpr std::uint32_t kExpressionHeapMax = 4 * 1024 * 1024;
inline constexpr std::size_t kCompiledMax = 256;                    // expressions that are kept compiled

// Expressions are compiled once: checks come again and again.
class CompiledExpressions {
 public:
  struct Free {
    void operator()(pcre2_real_code_8*) const noexcept;
  };
  using Code = std::shared_ptr<pcre2_real_code_8>;
  Result<Code> of(const Expression& expression);

 private:
  std::map<std::pair<std::string, std::uint32_t>, Code> known_;
};

class ExpressionSearch {
 public:
  enum class State : std::uint8_t { kSearching, kFound, kAbsent, kTooCostly };

  ExpressionSearch(const Expression& expression, CompiledExpressions::Code code);
  State feed(std::span<const char> bytes);
  State end();
  State state() const { return state_; }
  const std::string& fault() const { return fault_; }  // with kTooCostly

 private:
  struct FreeContext {
    void operator()(pcre2_real_match_context_8*) const noexcept;
  };
  struct FreeMatch {
    void operator()(pcre2_real_match_data_8*) const noexcept;
  };
  struct Cost {
    std::uint64_t piece = 0;
    std::uint64_t whole = 0;
    std::size_t place = 0;
  };
  State look(std::size_t length, bool last);
  State judge(int outcome, std::size_t length, bool last);
  void keep_from(std::size_t place);
  State costly(std::string fault);

  std::uint64_t min_offset_ = 0;
  std::uint64_t max_offset_ = UINT64_MAX;
  CompiledExpressions::Code code_;
  std::unique_ptr<pcre2_real_match_context_8, FreeContext> context_;
  std::unique_ptr<pcre2_real_match_data_8, FreeMatch> match_;
  Cost cost_;
  bool utf_ = false;
  std::size_t look_behind_ = 1;
  std::string window_;
  std::uint64_t base_ = 0;   // offset of the window in the body
  std::size_t start_ = 0;    // in the window: where a match may start
  State state_ = State::kSearching;
  std::string fault_;
};

}  // namespace holdfast
