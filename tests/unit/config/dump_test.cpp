// The dump of a tree reads back as the same tree.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "parent/config/dump.h"
#include "tests/unit/config/reading.h"

namespace holdfast::config::testing {
namespace {

TEST(Dump, Text) {
  const Reading reading("$A=eth0\nvrrp_instance V { interface $A # c\n notify \"/bin/x 'a b'\" root\nvirtual_ipaddress\n{ 10.0.0.1/24\n}}\nx \"\" \"a#b\" c\\#d\n");
  EXPECT_EQ(dump(reading.tree, Secrets::shown),
            "vrrp_instance V {\n    interface eth0\n    notify \"/bin/x 'a b'\" \"root\"\n    virtual_ipaddress {\n        10.0.0.1/24\n    }\n}\n"
            "x \"\" \"a#b\" c\\#d\n");
}

TEST(Dump, ReadsBack) {
  for (const char* text : {
           "a b {\nc \"d e\"f {}\n}\n",
           "vrrp_script S {\nscript '/bin/x \"q\\x41\\n\\\\\" $_PWD ${_RANDOM} {}' \\# \\} \"}\"\n}\n",
           "a \\# \\! b\\!c \"#!\" \\\\#\n",
           "\"a b\" c\n\"{\" d\n\"@here\" e\n\"~SEQ(i,2)\" f\n\"$A=1\" g\n\"include\" h\n",
           "include\n{\na\n}\n",
           "x \"a\\\" \\# b\n",
           "x \"a\\\" \"c\\#d\" e # f\n",
           "a\\\"b c\" # d\n",
           "~SEQ(i,3) a$i {\nb\n} } }\n",
           "x 'a b' c\\\n",
           "vrrp_instance V { notify x }\n",
           "vrrp_instance V {\nnotify \"\" '' \\ \n}\n",
       }) {
    const Reading first{std::string(text)};
    const Reading second(dump(first.tree, Secrets::shown));
    // Arguments of script-like lines come back quoted: compare words, not how they were written.
    EXPECT_EQ(dump(second.tree, Secrets::shown), dump(first.tree, Secrets::shown)) << text;
    EXPECT_EQ(second.codes(), "") << dump(first.tree, Secrets::shown);
    ASSERT_EQ(second.tree.root.children.size(), first.tree.root.children.size());
    for (std::size_t i = 0; i < first.tree.root.children.size(); ++i) {
      const Node& a = first.tree.root.children[i];
      const Node& b = second.tree.root.children[i];
      ASSERT_EQ(a.words.size(), b.words.size());
      for (std::size_t w = 0; w < a.words.size(); ++w) EXPECT_EQ(a.words[w].text, b.words[w].text);
    }
  }
}

}  // namespace
}  // namespace holdfast::config::testing
