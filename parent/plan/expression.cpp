// pcre2_compile(3) and its complaints. See expression.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/plan/expression.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>

namespace holdfast {

std::optional<std::string> fault_of(const Expression& expression) {
  int error = 0;
  PCRE2_SIZE place = 0;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression.pattern.data()), expression.pattern.size(), expression.options,
                                   &error, &place, nullptr);
  if (code != nullptr) {
    pcre2_code_free(code);
    return std::nullopt;
  }
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  return std::string(reinterpret_cast<const char*>(text.data())) + " at character " + std::to_string(place);
}

}  // namespace holdfast
