// What is known of the machine's interfaces, asked once per name: a configuration names the same few again and again, and each question
// to the launcher is a round trip. Lives as long as one reading of the configuration. Must not know who is asked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "parent/plan/build.h"

namespace holdfast {

using AskInterface = std::function<std::optional<KnownInterface>(const std::string& name)>;

inline AskInterface asked_once(AskInterface ask) {
  using Answers = std::unordered_map<std::string, std::optional<KnownInterface>>;
  return [ask = std::move(ask), answers = std::make_shared<Answers>()](const std::string& name) {
    const auto known = answers->find(name);
    return known != answers->end() ? known->second : answers->emplace(name, ask(name)).first->second;
  };
}

}  // namespace holdfast
