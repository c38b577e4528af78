// What outlines are made of: the words of values, and the fields of a struct that differ from those of a fresh one.
// Knows no struct of the plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proto/value/address.h"
#include "proto/value/instant.h"

namespace holdfast::outlining {

std::string words(bool value);
std::string words(const std::string& value);
std::string words(Duration value);  // in seconds: "0.25"
std::string words(const IpAddress& value);
std::string words(const Prefix& value);
std::string words(const HardwareAddress& value);
template <class T>
  requires(std::integral<T> && !std::same_as<T, bool>)
std::string words(T value) {
  return std::to_string(value);
}
template <class A, class B>
std::string words(const std::pair<A, B>& value) {
  return words(value.first) + "-" + words(value.second);
}
template <class T>
std::string words(const std::optional<T>& value) {
  return value ? words(*value) : "none";
}
template <class T>
std::string words(const std::vector<T>& values) {
  std::string text;
  for (const T& value : values) text += (text.empty() ? "" : " ") + words(value);
  return text.empty() ? "none" : text;
}

// An enumeration as a word: word(value, {"none", "pass"}) for values that count from 0.
template <class Enum>
std::string word(Enum value, std::initializer_list<const char*> all) {
  const auto index = static_cast<std::size_t>(value);
  return index < all.size() ? *(all.begin() + index) : std::to_string(index);
}

// Facts about one thing, in the order in which they were found.
class Facts {
 public:
  void add(std::string text) { all_.push_back(std::move(text)); }
  void add_if(bool holds, std::string text) {
    if (holds) all_.push_back(std::move(text));
  }
  // Name and member of each field to look at: differing(plan, "priority", &VrrpInstance::priority, ...).
  template <class T>
  void differing(const T&) {}
  template <class T, class Member, class... More>
  void differing(const T& object, const char* name, Member T::* member, More... more) {
    const T fresh{};
    if (!(object.*member == fresh.*member)) add(std::string(name) + " " + words(object.*member));
    differing(object, more...);
  }
  const std::vector<std::string>& all() const { return all_; }
  // On one line.
  std::string together() const {
    std::string text;
    for (const std::string& fact : all_) text += (text.empty() ? "" : " ") + fact;
    return text;
  }

 private:
  std::vector<std::string> all_;
};

}  // namespace holdfast::outlining
