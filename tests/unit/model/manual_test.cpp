// doc/config.md is what the keyword tables say. HOLDFAST_BLESS=1 writes it anew.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/manual.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "parent/model/catalogue.h"

namespace holdfast::model {
namespace {

TEST(Manual, IsInTheDocumentation) {
  const std::string path = std::string(HOLDFAST_SOURCE_ROOT) + "/doc/config.md";
  if (std::getenv("HOLDFAST_BLESS")) std::ofstream(path) << manual();
  std::ifstream file(path);
  const std::string written{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(written == manual()) << "doc/config.md is out of date: run this test with HOLDFAST_BLESS=1";
}

TEST(Manual, EveryKeywordHasASentence) {
  for (ContextId context = 0; context < catalogue().contexts(); ++context) {
    for (const Entry& entry : catalogue().rows(context)) {
      const std::string_view text = entry.row->text;
      EXPECT_TRUE(text.size() >= 4 && text.ends_with('.') && text.find_first_not_of(' ') == 0) << catalogue().path(context) << " " << entry.row->name << ": '" << text << "'";
    }
  }
}

TEST(Manual, ThePageNamesEveryKeyword) {
  const std::string page = manual_page();
  for (ContextId context = 0; context < catalogue().contexts(); ++context) {
    for (const Entry& entry : catalogue().rows(context)) {
      std::string name;
      for (const char c : entry.row->name) name += c == '-' ? std::string("\\-") : std::string(1, c);
      EXPECT_NE(page.find("\"" + name + "\""), std::string::npos) << name;
    }
  }
  for (std::size_t at = page.find('\n'); at != std::string::npos; at = page.find('\n', at + 1)) {
    if (at + 1 < page.size() && (page[at + 1] == '.' || page[at + 1] == '\'')) {
      const std::string_view request = std::string_view(page).substr(at + 1, 3);
      EXPECT_TRUE(request == ".TP" || request == ".BI" || request == ".SS" || request == ".SH" || request == ".B " || request == ".BR" || request == ".TH" ||
                  request == ".I " || request == ".IR")
          << page.substr(at + 1, 60);
    }
  }
}

struct Case {
  const char* context;
  const char* keyword;
  const char* syntax;
};

TEST(Manual, Syntax) {
  const Case cases[] = {
      {"vrrp_instance", "priority", "PRIORITY (1 to 255)"},
      {"vrrp_instance", "nopreempt", ""},
      {"vrrp_instance", "smtp_alert", "[BOOL]"},
      {"vrrp_instance", "notify", "COMMAND [USER [[:]GROUP]]"},
      {"vrrp_instance", "track_script", "{ ... }"},
      {"vrrp_instance>garp_extra_if", "all", ""},
      {"global_defs", "vrrp_garp_extra_if", "[all] SECONDS (1 to 86400)"},
      {"vrrp_script", "interval", "SECONDS (0 to 4294)"},
      {"virtual_server", "real_server", "ADDRESS [PORT (0 to 65535)] { ... }"},
      {"virtual_server", "lvs_method", "OPTIONS"},
  };
  for (const Case& one : cases) {
    const Entry* entry = catalogue().find(catalogue().context(one.context), one.keyword);
    ASSERT_NE(entry, nullptr) << one.keyword;
    EXPECT_EQ(syntax(*entry->row), one.syntax) << one.keyword;
  }
}

}  // namespace
}  // namespace holdfast::model
