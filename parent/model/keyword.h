// One row per keyword of keepalived.conf(5): where it stands, what it takes, its default, since when, a sentence for the manual, and
// what it sets. The tables are in keywords/; bind.h walks a tree with them.
// A row without a setter has no effect yet: its words are checked, and its use is one warning ("no-effect-yet").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "parent/config/diagnostic.h"

namespace holdfast::model {

class Use;  // bind.h
using Setter = void (*)(Use&);

enum class Kind : std::uint8_t {
  boolean,    // on off true false yes no; left out: true
  integer,    // min..max
  huge,       // 0..2^64-1
  decimal,    // min..max in microseconds, written in seconds
  word,       // anything
  address,    // IPv4 or IPv6
  prefix,     // address with an optional /LENGTH
  route,      // prefix, default, any, all or default6
  interface,  // at most 15 characters
  range,      // NUMBER-NUMBER within min..max
  choice,     // one of `words`
  pattern,    // one of `words` or an integer in min..max
  hardware,   // five or six octets with colons
};

// What one word after a keyword must be.
struct Argument {
  Kind kind = Kind::word;
  std::string_view label;      // in the manual: "SECONDS"
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::string_view words{};    // of a choice or pattern: "NAT|DR|TUN"
  std::string_view before{};   // words that may stand in front: "lock"
  unsigned digits = 6;         // decimals after the point
  bool optional = false;
  bool strict = false;         // "7x" is an error at run time too
  bool any_base = false;       // 0x10 and 010 are numbers
  bool any_case = false;       // of a choice
};

// What follows the arguments.
enum class Rest : std::uint8_t {
  nothing,
  words,    // any words: the setter reads them
  options,  // keywords of the context inside this one, on the same line
  block,    // { lines that are keywords of the context inside this one }
  lines,    // { lines that are entries: first word, then options }
  list,     // { words that are entries }
  script,   // a command, quoted if it has arguments, then perhaps USER [[:]GROUP]
};

struct Takes {
  std::array<Argument, 3> arguments{};
  std::uint8_t count = 0;
  Rest rest = Rest::nothing;
  std::uint8_t at_least = 0;  // words of the rest
  bool anonymous = false;     // a script without identity: vrrp_script and MISC_CHECK have `user`
  bool lenient = false;       // an option that is not known is only said
  bool block_too = false;     // may have a block that the reader of the file has already understood
  bool shell = false;         // the line is split into words shell-like: scripts, `regex`
};

constexpr Takes operator+(Takes left, const Takes& right) {
  for (std::uint8_t i = 0; i < right.count; ++i) left.arguments[left.count++] = right.arguments[i];
  if (right.rest == Rest::nothing) return left;
  left.rest = right.rest;
  left.at_least = right.at_least;
  left.anonymous = right.anonymous;
  left.shell = right.shell;
  return left;
}

// The vocabulary of the tables.
namespace takes {
constexpr Takes one(Argument argument) { return {.arguments = {argument}, .count = 1}; }
constexpr Takes nothing() { return {}; }
constexpr Takes boolean() { return one({.kind = Kind::boolean, .label = "BOOL", .optional = true}); }
constexpr Takes integer(std::string_view label, std::int64_t min, std::int64_t max) {
  return one({.kind = Kind::integer, .label = label, .min = min, .max = max});
}
constexpr Takes strict(std::string_view label, std::int64_t min, std::int64_t max) {
  return one({.kind = Kind::integer, .label = label, .min = min, .max = max, .strict = true});
}
constexpr Takes huge(std::string_view label) { return one({.kind = Kind::huge, .label = label, .strict = true}); }
// Limits in microseconds.
constexpr Takes decimal(std::string_view label, std::int64_t min, std::int64_t max, unsigned digits = 6) {
  return one({.kind = Kind::decimal, .label = label, .min = min, .max = max, .digits = digits, .strict = true});
}
constexpr Takes word(std::string_view label) { return one({.kind = Kind::word, .label = label}); }
constexpr Takes address() { return one({.kind = Kind::address, .label = "ADDRESS"}); }
constexpr Takes prefix() { return one({.kind = Kind::prefix, .label = "ADDRESS[/LENGTH]"}); }
constexpr Takes route() { return one({.kind = Kind::route, .label = "PREFIX"}); }
constexpr Takes interface() { return one({.kind = Kind::interface, .label = "INTERFACE"}); }
constexpr Takes range(std::int64_t min, std::int64_t max) {
  return one({.kind = Kind::range, .label = "FIRST-LAST", .min = min, .max = max, .strict = true});
}
constexpr Takes choice(std::string_view words) { return one({.kind = Kind::choice, .label = words, .words = words}); }
constexpr Takes number_or(std::string_view words, std::int64_t min, std::int64_t max) {
  return one({.kind = Kind::pattern, .label = words, .min = min, .max = max, .words = words});
}
constexpr Takes hardware() { return one({.kind = Kind::hardware, .label = "MAC"}); }
constexpr Takes words(std::uint8_t at_least) { return {.rest = Rest::words, .at_least = at_least}; }
constexpr Takes words_or_block() { return {.rest = Rest::words, .block_too = true}; }
constexpr Takes options(std::uint8_t at_least = 0) { return {.rest = Rest::options, .at_least = at_least}; }
constexpr Takes block() { return {.rest = Rest::block}; }
constexpr Takes lines() { return {.rest = Rest::lines}; }
constexpr Takes list() { return {.rest = Rest::list}; }
constexpr Takes script() { return {.rest = Rest::script, .at_least = 1, .shell = true}; }
constexpr Takes optional_script() { return {.rest = Rest::script, .at_least = 0, .shell = true}; }
constexpr Takes command() { return {.rest = Rest::script, .at_least = 1, .anonymous = true, .shell = true}; }
constexpr Takes expression() { return {.rest = Rest::words, .shell = true}; }
constexpr Takes lenient(Takes it) { return it.lenient = true, it; }
constexpr Takes optional(Takes it) { return it.arguments[0].optional = true, it; }
constexpr Takes any_base(Takes it) { return it.arguments[0].any_base = true, it; }
constexpr Takes any_case(Takes it) { return it.arguments[0].any_case = true, it; }
constexpr Takes after(std::string_view before, Takes it) { return it.arguments[0].before = before, it; }
}  // namespace takes

inline constexpr std::int64_t kMax16 = 65535;
inline constexpr std::int64_t kMaxInt = 2147483647;
inline constexpr std::int64_t kMax32 = 4294967295;
inline constexpr std::int64_t kSecond = 1'000'000;                // in microseconds
inline constexpr std::int64_t kTimerMax = kMax32 * kSecond / 1000;  // keepalived's timers: 4294967.295 s

enum class Effect : std::uint8_t {
  full,     // with a setter: does what it says
  not_yet,  // stored at most: the use is a warning
  nothing,  // means nothing in keepalived either: the use is an advice
};

struct OldSpelling {
  bool is = false;
  std::string_view instead{};  // what to write; empty: nothing replaces it
  config::ErrorClass error_class = config::ErrorClass::none;
};

struct Keyword {
  std::string_view name;           // "<...>" and "[...] <...>": an entry or a positional word, not a keyword to look up
  Takes takes;
  std::string_view fallback;       // the default, in words
  std::string_view text;           // for the manual
  Setter set = nullptr;
  Effect effect = Effect::full;    // without a setter: not_yet
  std::string_view since{};        // empty: keepalived 2.2.7 or earlier
  OldSpelling old{};
  bool once = false;               // a second use is an error and is ignored
  bool gentle = false;             // a value left out is an error, but not fatal
  bool secret = false;             // its words are a password or a key
  bool head = false;               // stands on the line that opens the block, not in it; of an entry: before all options
  bool ours = false;               // Holdfast's own: keepalived does not know it

  constexpr bool positional() const { return name.front() == '<' || name.front() == '['; }
  constexpr bool without_effect() const { return effect == Effect::not_yet || (effect == Effect::full && set == nullptr); }
  constexpr bool opens_block() const { return takes.rest == Rest::block || takes.rest == Rest::lines || takes.rest == Rest::list; }
};

// What rows say beside the usual: not_yet({"vrf", interface(), "none", "...", ...}).
constexpr Keyword not_yet(Keyword row) { return row.effect = Effect::not_yet, row; }
constexpr Keyword meaningless(Keyword row) { return row.effect = Effect::nothing, row; }
constexpr Keyword since(std::string_view version, Keyword row) { return row.since = version, row; }
constexpr Keyword once(Keyword row) { return row.once = true, row; }
// Without its value it is left out, with an error that is not fatal.
constexpr Keyword gentle(Keyword row) { return row.gentle = true, row; }
constexpr Keyword secret(Keyword row) { return row.secret = true, row; }
constexpr Keyword head(Keyword row) { return row.head = true, row; }
// A word that keepalived does not have.
constexpr Keyword ours(Keyword row) { return row.ours = true, row; }
constexpr Keyword old(std::string_view instead, Keyword row) { return row.old = {true, instead, config::ErrorClass::none}, row; }
constexpr Keyword old(std::string_view instead, config::ErrorClass error_class, Keyword row) {
  return row.old = {true, instead, error_class}, row;
}

// The keywords of one context. A context is a path of keywords, "vrrp_instance>authentication"; "(root)" is outside all blocks.
// One table can serve several contexts, and a context can have several tables.
struct Table {
  std::string_view context;
  std::span<const Keyword> rows;
};

// One per file of keywords/.
std::span<const Table> global_tables();
std::span<const Table> process_tables();
std::span<const Table> vrrp_tables();
std::span<const Table> signing_tables();
std::span<const Table> track_tables();
std::span<const Table> lvs_tables();
std::span<const Table> lvs_global_tables();
std::span<const Table> checker_tables();
std::span<const Table> web_tables();
std::span<const Table> bfd_tables();
std::span<const Table> address_tables();
std::span<const Table> route_tables();
std::span<const Table> rule_tables();
std::span<const Table> virtual_link_tables();

}  // namespace holdfast::model
