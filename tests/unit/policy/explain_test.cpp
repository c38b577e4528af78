// doc/policy.md is what the tables say. HOLDFAST_BLESS=1 rewrites it.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "policy/role.h"

namespace holdfast::policy {
namespace {

TEST(Explain, IsTheDocument) {
#if !defined(__x86_64__) || HF_INSTRUMENTED
  GTEST_SKIP() << "the document holds the numbers of the reference machine and of a production build";
#endif
  const std::string path = std::string(HOLDFAST_SOURCE) + "/doc/policy.md";
  if (std::getenv("HOLDFAST_BLESS") != nullptr) std::ofstream(path) << explain();
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), explain()) << path << " differs from the tables; HOLDFAST_BLESS=1 rewrites it";
}

TEST(Explain, NamesEveryRoleAndEveryRow) {
  const std::string page = explain();
  for (const Role* role : roles()) {
    EXPECT_NE(page.find("## " + std::string(role->name)), std::string::npos);
    for (const Rule& rule : role->rules) EXPECT_NE(page.find("| " + std::string(rule.name) + " |"), std::string::npos) << rule.name;
  }
}

}  // namespace
}  // namespace holdfast::policy
