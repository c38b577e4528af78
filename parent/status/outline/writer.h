// The state of making one outline: its lines so far, the names of identifiers, whether secrets are shown. One function per part of the plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "parent/status/outline/facts.h"
#include "parent/status/outline/outline.h"

namespace holdfast::outlining {

class Writer {
 public:
  Writer(const Plan& plan, config::Secrets secrets);

  void line(const std::string& about, std::string fact) { lines_.push_back({about, std::move(fact)}); }
  void lines(const std::string& about, const Facts& facts) {
    for (const std::string& fact : facts.all()) line(about, fact);
  }
  std::string secret(std::string text) const { return secrets_ == config::Secrets::shown ? text : "********"; }
  template <class AnyId>
  std::string name(AnyId id) const {
    const auto known = names_.find(id.value);
    return known == names_.end() ? "none" : known->second;
  }
  const Plan& plan() const { return plan_; }
  std::vector<OutlineLine> take() { return std::move(lines_); }

 private:
  const Plan& plan_;
  config::Secrets secrets_;
  std::map<std::uint64_t, std::string> names_;
  std::vector<OutlineLine> lines_;
};

void outline_settings(Writer&);
void outline_vrrp(Writer&);
void outline_ipvs(Writer&);
void outline_services(Writer&);

std::string words_of(const VirtualAddress&);
std::string words_of(const Route&);
std::string words_of(const Rule&);

}  // namespace holdfast::outlining
