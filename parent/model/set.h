// Setters for the keyword tables: into<&Globals::announcing, &Announcing::master_repeat> assigns what the row read to a field.
// Fields are found through member pointers, so that a row names what it sets and the compiler checks it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <type_traits>

#include "parent/model/bind.h"

namespace holdfast::model {

template <class T>
T converted(const Use& use) {
  const Value& value = use.value();
  if constexpr (std::is_same_v<T, bool>) {
    return value.present ? value.flag : true;  // naming it is enough
  } else if constexpr (std::is_same_v<T, Duration>) {
    return Duration(use.row.takes.arguments[0].kind == Kind::decimal ? value.number : value.number * kSecond);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return std::string(value.text);
  } else if constexpr (std::is_same_v<T, IpAddress>) {
    return value.prefix.address;
  } else if constexpr (std::is_same_v<T, ScriptCommand>) {
    return use.command;
  } else {
    return static_cast<T>(value.number);
  }
}

template <class T>
void assign(Located<T>& field, Use& use, T value) {
  if (use.row.once && field.set) {
    use.problem("already-set", "'" + std::string(use.row.name) + "' was already given: this one is ignored");
    return;
  }
  field = {std::move(value), use.word.at, true};
}

template <class T>
void assign(Located<T>& field, Use& use) {
  assign(field, use, converted<T>(use));
}

// Fields that need no position.
template <class T>
void assign(T& field, Use& use, T value) {
  field = std::move(value);
}
template <class T>
void assign(T& field, Use& use) {
  field = converted<T>(use);
}

template <class Member>
struct OwnerOf;
template <class Class, class Type>
struct OwnerOf<Type Class::*> {
  using type = Class;
};

// The field that a path of member pointers names in the target.
template <auto First, auto... Rest>
auto& field(Use& use) {
  auto& outer = use.target.as<typename OwnerOf<decltype(First)>::type>().*First;
  if constexpr (sizeof...(Rest) == 0) {
    return outer;
  } else {
    return (outer.*....*Rest);
  }
}

template <auto... Path>
void into(Use& use) {
  assign(field<Path...>(use), use);
}

// For words that the setter of their block or line reads itself.
inline void read_by_block(Use&) {}

// Naming the keyword sets the field to Value.
template <auto Value, auto... Path>
void constant(Use& use) {
  assign(field<Path...>(use), use, Value);
}

// Counts of which 0 means 1, with an error.
template <auto... Path>
void at_least_one(Use& use) {
  if (use.value().number == 0) {
    use.corrected("zero-becomes-one", "'" + std::string(use.row.name) + "' cannot be 0: 1 is used");
    use.values[0].number = use.row.takes.arguments[0].kind == Kind::decimal ? kSecond : 1;
  }
  into<Path...>(use);
}

}  // namespace holdfast::model
