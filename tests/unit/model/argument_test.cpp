// Single words: numbers, decimals, truth values, addresses, ranges. What a test refuses and a running daemon takes.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/argument.h"

#include <gtest/gtest.h>

namespace holdfast::model {
namespace {

Reading read_text(const Takes& takes, std::string_view text, Mode mode = Mode::run) {
  config::Word word;
  word.text = text;
  return read(takes.arguments[0], word, mode);
}

struct NumberCase {
  const char* text;
  bool strict;
  Mode mode;
  bool present;
  std::int64_t number;
  const char* code;  // "" for none
};

TEST(Integer, Cases) {
  const NumberCase cases[] = {
      {"1", true, Mode::test, true, 1, ""},
      {"255", true, Mode::run, true, 255, ""},
      {"0", true, Mode::run, false, 0, "number-out-of-range"},
      {"256", false, Mode::run, false, 256, "number-out-of-range"},
      {"-1", false, Mode::run, false, -1, "number-out-of-range"},
      {"99999999999999999999999", false, Mode::run, false, 0, "number-out-of-range"},
      {"x", false, Mode::run, false, 0, "invalid-number"},
      {"", false, Mode::run, false, 0, "invalid-number"},
      {"7x", false, Mode::run, true, 7, "trailing-characters"},   // tolerant: the daemon takes the 7
      {"7x", false, Mode::test, false, 7, "trailing-characters"},
      {"7x", true, Mode::run, false, 7, "trailing-characters"},
      {"7x", true, Mode::test, false, 7, "trailing-characters"},
      {"010", true, Mode::run, true, 10, ""},                     // base 10 unless the row says otherwise
  };
  for (const NumberCase& one : cases) {
    const Reading reading = read_text(one.strict ? takes::strict("N", 1, 255) : takes::integer("N", 1, 255), one.text, one.mode);
    EXPECT_EQ(reading.value.present, one.present) << one.text;
    if (one.present) {
      EXPECT_EQ(reading.value.number, one.number) << one.text;
    }
    EXPECT_EQ(reading.fault ? reading.fault->code : std::string_view(), one.code) << one.text;
  }
}

TEST(Integer, AnyBase) {
  EXPECT_EQ(read_text(takes::any_base(takes::strict("N", 0, 255)), "0x10").value.number, 16);
  EXPECT_EQ(read_text(takes::any_base(takes::strict("N", 0, 255)), "010").value.number, 8);
}

TEST(Integer, RangeIsSaid) { EXPECT_EQ(read_text(takes::integer("N", 1, 255), "300").fault->expected, "1 to 255"); }

struct DecimalCase {
  const char* text;
  Mode mode;
  bool present;
  std::int64_t micros;
};

TEST(Decimal, Cases) {
  const DecimalCase cases[] = {
      {"1", Mode::test, true, 1'000'000},      {"0.25", Mode::test, true, 250'000}, {".5", Mode::test, true, 500'000},
      {"2.5x", Mode::run, false, 0},           {"-1", Mode::run, false, 0},         {".", Mode::run, false, 0},
      {"1.23456", Mode::run, true, 1'230'000}, {"1.239", Mode::run, true, 1'240'000}, {"1.239", Mode::test, false, 0},
      {"256", Mode::run, false, 0},            {"0.001", Mode::run, false, 0},      {"1e3", Mode::run, false, 0},
      {"99999999999999999999", Mode::run, false, 0},
  };
  for (const DecimalCase& one : cases) {
    const Reading reading = read_text(takes::decimal("SECONDS", 10'000, 255'000'000, 2), one.text, one.mode);
    EXPECT_EQ(reading.value.present, one.present) << one.text;
    EXPECT_EQ(reading.fault.has_value(), !one.present || std::string_view(one.text).size() > 4) << one.text;
    if (one.present) {
      EXPECT_EQ(reading.value.number, one.micros) << one.text;
    }
  }
}

TEST(Decimal, LimitsAreSaidInSeconds) {
  EXPECT_EQ(read_text(takes::decimal("SECONDS", 10'000, 40'950'000, 2), "50").fault->expected, "0.01 to 40.95");
}

TEST(Boolean, Words) {
  for (const char* word : {"on", "true", "yes"}) EXPECT_TRUE(read_text(takes::boolean(), word).value.flag) << word;
  for (const char* word : {"off", "false", "no"}) {
    EXPECT_TRUE(read_text(takes::boolean(), word).value.present) << word;
    EXPECT_FALSE(read_text(takes::boolean(), word).value.flag) << word;
  }
  for (const char* word : {"On", "1", "0", "maybe"}) EXPECT_EQ(read_text(takes::boolean(), word).fault->code, "not-a-boolean") << word;
}

TEST(Choice, NearestWordIsSuggested) {
  const Reading reading = read_text(takes::choice("MASTER|BACKUP"), "MATSER");
  ASSERT_FALSE(reading.value.present);
  EXPECT_EQ(reading.fault->suggestion, "MASTER");
  EXPECT_EQ(reading.fault->expected, "MASTER or BACKUP");
}

TEST(Choice, Case) {
  EXPECT_FALSE(read_text(takes::choice("TCP|UDP"), "tcp").value.present);
  EXPECT_EQ(read_text(takes::any_case(takes::choice("TCP|UDP")), "udp").value.number, 1);
}

struct PrefixCase {
  const char* text;
  bool present;
  int length;
  bool has_length;
  const char* code;
};

TEST(Prefix, Cases) {
  const PrefixCase cases[] = {
      {"10.0.0.1", true, 32, false, ""},
      {"10.0.0.1/24", true, 24, true, ""},
      {"2001:db8::1", true, 128, false, ""},
      {"2001:db8::1/64", true, 64, true, ""},
      {"10.0.0.1/33", true, 32, false, "bad-prefix-length"},  // an error, and the full length is used
      {"10.0.0.1/x", true, 32, false, "bad-prefix-length"},
      {"10.0.0", false, 0, false, "not-an-address"},
      {"eth0", false, 0, false, "not-an-address"},
  };
  for (const PrefixCase& one : cases) {
    const Reading reading = read_text(takes::prefix(), one.text);
    EXPECT_EQ(reading.value.present, one.present) << one.text;
    EXPECT_EQ(reading.fault ? reading.fault->code : std::string_view(), one.code) << one.text;
    if (!one.present) continue;
    EXPECT_EQ(reading.value.prefix.length, one.length) << one.text;
    EXPECT_EQ(reading.value.has_length, one.has_length) << one.text;
  }
}

TEST(Range, ASinglePortIsToBeWrittenTwice) {
  EXPECT_TRUE(read_text(takes::range(0, 65535), "80-90").value.present);
  const Reading reading = read_text(takes::range(0, 65535), "80");
  EXPECT_FALSE(reading.value.present);
  EXPECT_EQ(reading.fault->suggestion, "80-80");
  for (const char* text : {"90-80", "80-70000", "-", "80-", "a-b", "80-90x"}) {
    EXPECT_FALSE(read_text(takes::range(0, 65535), text).value.present) << text;
  }
}

TEST(Interface, Names) {
  EXPECT_TRUE(read_text(takes::interface(), "eth0.100").value.present);
  for (const char* name : {"", "a/b", "sixteen-letters-x"}) EXPECT_FALSE(read_text(takes::interface(), name).value.present) << name;
}

TEST(Hardware, Octets) {
  for (const char* text : {"02:00:5e:00:01", "02:0:5e:0:1:ff"}) EXPECT_TRUE(read_text(takes::hardware(), text).value.present) << text;
  for (const char* text : {"02:00:5e:00", "02:00:5e:00:01:02:03", "02:00:5e:00:0g", "eth0"}) {
    EXPECT_FALSE(read_text(takes::hardware(), text).value.present) << text;
  }
}

TEST(Huge, SixtyFourBits) {
  EXPECT_EQ(read_text(takes::huge("ID"), "18446744073709551615").value.huge, 18446744073709551615u);
  EXPECT_FALSE(read_text(takes::huge("ID"), "18446744073709551616").value.present);
}

}  // namespace
}  // namespace holdfast::model
