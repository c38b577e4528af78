// One word of a line read as its row wants it: number, address, choice, ... Says what is wrong and whether the value can be used all
// the same: keepalived takes the leading number of "7x" at run time for most keywords and refuses it in a configuration test.
// Pure text. Must not know the keyword or what the value is for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parent/config/diagnostic.h"
#include "parent/model/keyword.h"
#include "proto/value/address.h"

namespace holdfast::model {

enum class Mode : std::uint8_t { run, test };

struct Value {
  bool present = false;
  config::Position at{};
  std::string_view text{};
  std::int64_t number = 0;   // integer; microseconds of a decimal; index of a choice; start of a range
  std::int64_t last = 0;     // end of a range
  std::uint64_t huge = 0;
  bool flag = false;
  Prefix prefix;             // of an address: with its full length
  bool has_length = false;   // a prefix with a written, valid length
};

struct Fault {
  config::ErrorClass error_class = config::ErrorClass::general_error;
  config::Code code;
  std::string message;
  std::string expected;
  std::string suggestion;
};

struct Reading {
  Value value;                 // present unless it cannot be used
  std::optional<Fault> fault;  // with a usable value: a warning
};

Reading read(const Argument& argument, const config::Word& word, Mode mode);

// "1 to 255", "MASTER or BACKUP": what the word may be.
std::string expected(const Argument& argument);

// Iterates over the parts of "NAT|DR|TUN". nullopt: `word` is none of them.
std::optional<std::int64_t> position_in(std::string_view choices, std::string_view word, bool any_case = false);

// The one of "NAT|DR|TUN" that the first unknown part of `text`, a list of the same form, most likely means. Empty: none.
std::string nearest_part(std::string_view choices, std::string_view text);

// Number of base 10, or of the base that its prefix names. nullopt: no digits, or more than 64 bits. `rest` gets what follows.
std::optional<std::uint64_t> leading_number(std::string_view text, bool any_base, std::string_view& rest);

}  // namespace holdfast::model
