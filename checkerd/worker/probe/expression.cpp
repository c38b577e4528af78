// PCRE2 in pieces. See expression.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/worker/probe/expression.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace holdfast {

namespace {

constexpr std::uint64_t kCostOfStep = 4;
constexpr std::size_t kUtf8Longest = 4;
constexpr std::uint32_t kHeapMin = 64 * 1024;

PCRE2_SPTR octets(const std::string& text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

bool continues_character(char octet) { return (static_cast<unsigned char>(octet) & 0xc0) == 0x80; }

// Octets at the end that are the beginning of a character.
std::size_t unfinished_character(const std::string& text) {
  for (std::size_t back = 1; back < kUtf8Longest && back <= text.size(); ++back) {
    const auto octet = static_cast<unsigned char>(text[text.size() - back]);
    if (continues_character(static_cast<char>(octet))) continue;
    const std::size_t whole = octet >= 0xf0 ? 4 : octet >= 0xe0 ? 3 : octet >= 0xc0 ? 2 : 1;
    return whole > back ? back : 0;
  }
  return 0;
}

std::string message_of(int code) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(code, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

}  // namespace

void CompiledExpressions::Free::operator()(pcre2_real_code_8* code) const noexcept { pcre2_code_free(code); }

Result<CompiledExpressions::Code> CompiledExpressions::of(const Expression& expression) {
  const std::pair key{expression.pattern, expression.options};
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  // A match of the whole must be found from its first octet on: an offset limit needs to be asked for here.
  std::uint32_t options = expression.options | PCRE2_AUTO_CALLOUT | PCRE2_USE_OFFSET_LIMIT;
  if ((options & PCRE2_UTF) != 0) options |= PCRE2_MATCH_INVALID_UTF;
  int error = 0;
  PCRE2_SIZE place = 0;
  const auto compile = [&] { return Code(pcre2_compile(octets(expression.pattern), expression.pattern.size(), options, &error, &place, nullptr), Free{}); };
  Code code = compile();
  std::uint32_t effective = 0;
  if (code && pcre2_pattern_info(code.get(), PCRE2_INFO_ALLOPTIONS, &effective) == 0 && (effective & PCRE2_UTF) != 0 &&
      (options & PCRE2_UTF) == 0) {  // (*UTF) in the expression itself
    options |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
    code = compile();
  }
  if (!code) return Error{"regex does not compile: " + message_of(error) + " at character " + std::to_string(place), EINVAL};
  if (known_.size() >= kCompiledMax) known_.clear();
  known_.emplace(key, code);
  return code;
}

void ExpressionSearch::FreeContext::operator()(pcre2_real_match_context_8* context) const noexcept { pcre2_match_context_free(context); }
void ExpressionSearch::FreeMatch::operator()(pcre2_real_match_data_8* match) const noexcept { pcre2_match_data_free(match); }

ExpressionSearch::ExpressionSearch(const Expression& expression, CompiledExpressions::Code code)
    : min_offset_(expression.min_offset),
      max_offset_(expression.max_offset ? *expression.max_offset : UINT64_MAX),
      code_(std::move(code)),
      context_(pcre2_match_context_create(nullptr)),
      match_(pcre2_match_data_create(1, nullptr)) {
  std::uint32_t value = 0;
  if (pcre2_pattern_info(code_.get(), PCRE2_INFO_ALLOPTIONS, &value) == 0) utf_ = (value & PCRE2_UTF) != 0;
  value = 0;
  pcre2_pattern_info(code_.get(), PCRE2_INFO_MAXLOOKBEHIND, &value);
  // At least one octet: behind the first piece nothing is the beginning of the body any more.
  look_behind_ = std::max<std::size_t>(1, value) * (utf_ ? kUtf8Longest : 1);
  if (!context_ || !match_) {
    costly("no memory");
    return;
  }
  const std::uint32_t heap = expression.memory == 0 ? kExpressionHeapMax : std::clamp(expression.memory, kHeapMin, kExpressionHeapMax);
  pcre2_set_heap_limit(context_.get(), heap / 1024);
  pcre2_set_callout(
      context_.get(),
      [](pcre2_callout_block* at, void* data) {
        auto& cost = *static_cast<Cost*>(data);
        const std::size_t place = at->current_position;
        const std::uint64_t step = kCostOfStep + (place > cost.place ? place - cost.place : cost.place - place);
        cost.place = place;
        cost.piece += step;
        cost.whole += step;
        return cost.piece > kExpressionCostPerPiece || cost.whole > kExpressionCostMax ? PCRE2_ERROR_CALLOUT : 0;
      },
      &cost_);
}

ExpressionSearch::State ExpressionSearch::costly(std::string fault) {
  fault_ = std::move(fault);
  window_.clear();
  return state_ = State::kTooCostly;
}

ExpressionSearch::State ExpressionSearch::feed(std::span<const char> bytes) {
  if (state_ != State::kSearching) return state_;
  window_.append(bytes.data(), bytes.size());
  return look(window_.size() - (utf_ ? unfinished_character(window_) : 0), false);
}

ExpressionSearch::State ExpressionSearch::end() {
  if (state_ == State::kSearching) look(window_.size(), true);
  return state_;
}

// Forgets what no match can need any more.
void ExpressionSearch::keep_from(std::size_t place) {
  std::size_t from = place > look_behind_ ? place - look_behind_ : 0;
  while (utf_ && from > 0 && continues_character(window_[from])) --from;
  window_.erase(0, from);
  base_ += from;
  start_ = place - from;
}

ExpressionSearch::State ExpressionSearch::look(std::size_t length, bool last) {
  if (base_ + start_ < min_offset_) start_ = static_cast<std::size_t>(std::min<std::uint64_t>(min_offset_ - base_, length));
  while (utf_ && start_ < length && continues_character(window_[start_])) ++start_;
  if (base_ + start_ < min_offset_ && !last) {
    keep_from(start_);
    return state_;
  }
  if (base_ + start_ < min_offset_ || base_ + start_ > max_offset_) return state_ = State::kAbsent;
  const std::uint64_t limit = max_offset_ == UINT64_MAX ? PCRE2_UNSET : max_offset_ - base_;
  pcre2_set_offset_limit(context_.get(), static_cast<PCRE2_SIZE>(limit));
  cost_.piece = 0;
  cost_.place = start_;
  const int outcome = pcre2_match(code_.get(), octets(window_), length, start_, last ? 0 : PCRE2_PARTIAL_HARD, match_.get(), context_.get());
  return judge(outcome, length, last);
}

ExpressionSearch::State ExpressionSearch::judge(int outcome, std::size_t length, bool last) {
  if (outcome >= 0) {
    window_.clear();
    return state_ = State::kFound;
  }
  if (outcome == PCRE2_ERROR_NOMATCH && last) return state_ = State::kAbsent;
  if (outcome != PCRE2_ERROR_NOMATCH && outcome != PCRE2_ERROR_PARTIAL) {
    return costly(outcome == PCRE2_ERROR_CALLOUT ? "the expression takes too many steps" : message_of(outcome));
  }
  keep_from(outcome == PCRE2_ERROR_PARTIAL ? pcre2_get_ovector_pointer(match_.get())[0] : length);
  if (window_.size() > kExpressionWindowMax) return costly("a match would be longer than " + std::to_string(kExpressionWindowMax) + " octets");
  return state_;
}

}  // namespace holdfast
