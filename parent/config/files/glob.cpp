// Patterns of file names, component by component, over Files::list. See glob.h.
// Pure but for that; linear in the names, quadratic at worst in one component.
// SPDX-License-Identifier: Apache-2.0
#include "parent/config/files/glob.h"

#include <algorithm>

namespace holdfast::config {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// The end of the bracket expression that starts at pattern[at], kNone if it has no end.
std::size_t bracket_end(std::string_view pattern, std::size_t at) {
  std::size_t end = at + 1;
  if (end < pattern.size() && (pattern[end] == '!' || pattern[end] == '^')) ++end;
  if (end < pattern.size() && pattern[end] == ']') ++end;
  end = pattern.find(']', end);
  return end;
}

bool in_bracket(std::string_view set, char c) {  // between the brackets
  const bool inverted = !set.empty() && (set.front() == '!' || set.front() == '^');
  if (inverted) set.remove_prefix(1);
  bool found = false;
  for (std::size_t at = 0; at < set.size(); ++at) {
    char low = set[at];
    if (low == '\\' && at + 1 < set.size()) low = set[++at];
    char high = low;
    if (at + 2 < set.size() && set[at + 1] == '-') {
      high = set[at + 2];
      at += 2;
    }
    const auto value = static_cast<unsigned char>(c);
    if (value >= static_cast<unsigned char>(low) && value <= static_cast<unsigned char>(high)) found = true;
  }
  return found != inverted;
}

// Does the element at pattern[at] match c? `next` is the element after it.
bool match_one(std::string_view pattern, std::size_t at, char c, std::size_t& next) {
  const char p = pattern[at];
  next = at + 1;
  if (p == '?') return true;
  if (p == '[') {
    const std::size_t end = bracket_end(pattern, at);
    if (end != kNone) {
      next = end + 1;
      return in_bracket(pattern.substr(at + 1, end - at - 1), c);
    }
  }
  if (p == '\\' && at + 1 < pattern.size()) {
    next = at + 2;
    return pattern[at + 1] == c;
  }
  return p == c;
}

std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    plain += text[at];
  }
  return plain;
}

// The first {...} with its partner; kNone in `open` if there is none. "{}" is text.
struct Braces {
  std::size_t open = kNone;
  std::size_t close = kNone;
};
Braces find_braces(std::string_view pattern) {
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '\\') {
      ++at;
      continue;
    }
    if (pattern[at] != '{' || pattern.substr(at).starts_with("{}")) continue;
    std::size_t depth = 0;
    for (std::size_t end = at; end < pattern.size(); ++end) {
      if (pattern[end] == '\\') {
        ++end;
      } else if (pattern[end] == '{') {
        ++depth;
      } else if (pattern[end] == '}' && --depth == 0) {
        return {at, end};
      }
    }
    return {};
  }
  return {};
}

void expand_into(std::string_view prefix, std::string_view pattern, std::size_t limit, std::vector<std::string>& out) {
  if (out.size() >= limit) return;
  const Braces braces = find_braces(pattern);
  if (braces.open == kNone) {
    out.push_back(std::string(prefix) + std::string(pattern));
    return;
  }
  const std::string_view inner = pattern.substr(braces.open + 1, braces.close - braces.open - 1);
  const std::string_view rest = pattern.substr(braces.close + 1);
  const std::string before = std::string(pattern.substr(0, braces.open));
  std::size_t start = 0;
  std::size_t depth = 0;
  for (std::size_t at = 0; at <= inner.size(); ++at) {
    const char c = at < inner.size() ? inner[at] : ',';
    if (c == '\\') {
      ++at;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && depth > 0) {
      --depth;
    } else if (c == ',' && (depth == 0 || at == inner.size())) {
      const std::string alternative = before + std::string(inner.substr(start, at - start)) + std::string(rest);
      expand_into(prefix, alternative, limit, out);
      start = at + 1;
    }
  }
}

std::string join(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (!path.empty() && path.back() != '/') path += '/';
  return path.append(name);
}

}  // namespace

bool has_wildcard(std::string_view pattern) {
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '\\') {
      ++at;
    } else if (pattern[at] == '*' || pattern[at] == '?' || (pattern[at] == '[' && bracket_end(pattern, at) != kNone)) {
      return true;
    }
  }
  return false;
}

bool has_braces(std::string_view pattern) { return find_braces(pattern).open != kNone; }

std::vector<std::string> expand_braces(std::string_view pattern, std::size_t limit) {
  std::vector<std::string> alternatives;
  expand_into({}, pattern, limit, alternatives);
  return alternatives;
}

bool glob_match(std::string_view pattern, std::string_view name) {
  if (!name.empty() && name.front() == '.' && (pattern.empty() || (pattern.front() != '.' && !pattern.starts_with("\\.")))) return false;
  std::size_t at = 0;
  std::size_t star = kNone;  // where to go on after a mismatch, and with which name offset
  std::size_t star_name = 0;
  std::size_t next = 0;
  for (std::size_t in_name = 0; in_name < name.size();) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = ++at;
      star_name = in_name;
    } else if (at < pattern.size() && match_one(pattern, at, name[in_name], next)) {
      at = next;
      ++in_name;
    } else if (star != kNone) {
      at = star;
      in_name = ++star_name;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

std::vector<std::string> glob(std::string_view pattern, Files& files, std::size_t limit) {
  if (!has_wildcard(pattern)) return {unescape(pattern)};
  std::vector<std::string> found{pattern.starts_with('/') ? "/" : ""};
  bool wild = false;  // from the first wildcard on, names have to be looked up
  while (!pattern.empty()) {
    const std::size_t slash = pattern.find('/');
    const std::string_view component = pattern.substr(0, slash);
    pattern.remove_prefix(slash == kNone ? pattern.size() : slash + 1);
    if (component.empty()) continue;
    wild = wild || has_wildcard(component);
    std::vector<std::string> longer;
    for (const std::string& directory : found) {
      if (!wild) {
        longer.push_back(join(directory, unescape(component)));
        continue;
      }
      auto names = files.list(directory.empty() ? "." : directory);
      if (!names) continue;
      std::sort(names->begin(), names->end());
      for (const std::string& name : *names) {
        if (longer.size() > limit) break;
        if (glob_match(component, name)) longer.push_back(join(directory, name));
      }
    }
    found = std::move(longer);
  }
  return found;
}

}  // namespace holdfast::config
