// ~SEQ and ~LST: one line for many values. Parses the specification; the caller binds the variables and reads the rest of the line.
// Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/runtime/result.h"

namespace holdfast::config {

struct Sequence {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> values;  // per round: one value for each name
};

// "~SEQ(", "~SEQx(" or "~LST(" at the start of a line, cut into what is in the parentheses and what follows.
struct SequenceText {
  enum class Kind : std::uint8_t { none, numbers, hexadecimal, list } kind = Kind::none;
  std::string_view arguments;
  std::string_view rest;
  bool closed = false;  // the ")" is there
};
SequenceText find_sequence(std::string_view text);

// The error says what is wrong; expected_form() says what it should look like.
Result<Sequence> parse_numbers(std::string_view arguments, bool hexadecimal, std::size_t max_values);
Result<Sequence> parse_list(std::string_view arguments, std::size_t max_values);
std::string_view expected_form(SequenceText::Kind kind);

}  // namespace holdfast::config
