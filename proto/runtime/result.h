// Failure as a value: Result<T> is either a T or an Error, Status is a Result without a value.
// Spelled like std::expected (C++23), which GCC 12 lacks in C++20 mode. Knows nothing of the system beyond errno numbers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

namespace holdfast {

// The world's refusal. `message` starts with the noun ("advert socket on eth1: ..."), `code` keeps errno, 0 if there is none.
struct Error {
  std::string message;
  int code = 0;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), failed_(true) {}

  bool has_value() const { return !failed_; }
  explicit operator bool() const { return has_value(); }
  const Error& error() const& { return error_; }
  Error&& error() && { return std::move(error_); }

 private:
  Error error_;
  bool failed_ = false;
};

using Status = Result<void>;
inline Status ok() { return {}; }

// Our own bug: say where, end. The supervisor restarts the process.
[[noreturn]] inline void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace holdfast

#define HF_CHECK(condition) \
  do { \
    if (!(condition)) ::holdfast::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)

#define HF_CONCAT_(a, b) a##b
#define HF_CONCAT(a, b) HF_CONCAT_(a, b)
#define HF_TRY_(result, declaration, expression) \
  auto result = (expression); \
  if (!result) return std::move(result).error(); \
  declaration = *std::move(result)

// HF_TRY(const Fd socket, open_advert_socket(interface));  returns the error to the caller otherwise.
#define HF_TRY(declaration, expression) HF_TRY_(HF_CONCAT(hf_result_, __LINE__), declaration, expression)

// HF_OK(expression);  the same for a Status.
#define HF_OK(expression) \
  do { \
    auto hf_status_ = (expression); \
    if (!hf_status_) return std::move(hf_status_).error(); \
  } while (false)
