// Numbers and states as opinions. See told.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/verdict/told.h"

#include <algorithm>
#include <variant>

#include "proto/runtime/result.h"

namespace holdfast {
namespace {

constexpr std::int64_t kEffectLimit = kWeightLimit + 1;  // as far down as this is a failure, whatever the server's own weight

// With weight 0 the number decides by being 0 or not.
void judge(const FileCheck& file, std::int64_t number, Server::Opinion& opinion) {
  opinion.known = true;
  if (file.weight == 0) {
    opinion.up = (number == 0) != file.reverse;
    return;
  }
  const std::int64_t effect = std::clamp(number, -kEffectLimit, kEffectLimit) * file.weight * (file.reverse ? -1 : 1);
  opinion.added = std::clamp(effect, -kEffectLimit, kEffectLimit);
  opinion.up = opinion.added > -kEffectLimit;
}

}  // namespace

Server::Opinion opinion_of(const Check& check, const Numbers& told) {
  Server::Opinion opinion{.check = check.id};
  const auto by = told_by(check);
  HF_CHECK(by.has_value());
  const auto number = told.find(*by);
  if (const auto* file = std::get_if<FileCheck>(&check.what)) {
    judge(*file, number == told.end() ? 0 : number->second, opinion);
    return opinion;
  }
  opinion.known = number != told.end();
  opinion.up = opinion.known && number->second != 0;
  return opinion;
}

}  // namespace holdfast
