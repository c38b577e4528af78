// The table of codes as Markdown. See codes.h.
// Pure.
// SPDX-License-Identifier: Apache-2.0
#include "parent/config/codes.h"

#include "parent/config/diagnostic.h"

namespace holdfast::config {
namespace {

constexpr const char* kIntroduction =
    R"(# Diagnostics

Made from the table of codes by `config_test` with `HOLDFAST_BLESS=1`; edit `parent/config/codes.h`, not this file.

Every problem of a configuration is reported in one run, once, with file, line, column and a stable code:

```
/etc/keepalived/keepalived.conf:12:5: error: unknown keyword 'prioritty' in vrrp_instance [unknown-keyword]
 12 |     prioritty 100
    |     ^~~~~~~~~
   = did you mean 'priority'?
   included from /etc/keepalived/main.conf:3:9
```

Severities are `error`, `warning`, `deprecated`, `security` and `advice`. The exit status of `holdfast -t` follows keepalived's classes: 0 fine,
2 a value is missing, 4 a file or an interface is missing, 5 any other problem that keepalived counts, 6 scripts without security or a failed
include check. Warnings that keepalived does not have, and advice, do not change it. With `--strict` every warning is an error (5, and a start is
refused with 2). `--no-advice` leaves advice out. What keepalived itself counts is never mere advice, however little there is to it: a password of
nine characters (`password-truncated`) and `nopreempt` with `state MASTER` (`nopreempt-with-master`) end a test with 5 there and here, and a status
that nothing explains would be worse than a line too many.

## For programs

`holdfast -t --diagnostics=json` writes one JSON object, in one line, where the text would have gone. Fields marked ? may be missing; fields may be
added, a change of meaning raises `version`.

| field | |
|---|---|
| `schema` | `holdfast-diagnostics` |
| `version` | 1 |
| `exit_status` | what the program ends with |
| `counts` | an object: how many of each severity, also of those beyond the limit |
| `dropped` | how many are not listed: at most %LIMIT% are |
| `diagnostics` | an array, in the order of the files |

Each diagnostic:

| field | |
|---|---|
| `file`, `line`, `column` | where; lines and columns (bytes) count from 1, line 0 is the file as a whole |
| `width` | bytes to mark from there |
| `severity` | see above |
| `code` | see below |
| `class` | keepalived's error class, `none` when it does not touch the exit status |
| `message` | a sentence |
| `expected`? | what may stand there |
| `suggestion`? | the nearest keyword, or what to write instead |
| `text`? | the offending words; missing where they are a secret |
| `source`? | the line; missing where it holds a secret |
| `included_from`? | an array of `file`, `line`, `column`, innermost include first |
| `expanded_from`? | an array of `what` (`$NAME`, or the values of a sequence), `used_at` and `defined_at`?, innermost first |
)";

std::string in_table(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    if (c == '{' || c == '}' || c == '<') {
      out += std::string("`") + c + "`";
      continue;
    }
    out += c;
  }
  return out;
}

}  // namespace

std::string code_manual() {
  std::string text = kIntroduction;
  constexpr std::string_view kMark = "%LIMIT%";
  text.replace(text.find(kMark), kMark.size(), std::to_string(Diagnostics::kMaxKept));
  text += "\n# Codes\n";
  std::string_view section;
  for (const CodeRow& row : kCodes) {
    if (row.section != section) {
      section = row.section;
      text += "\n## " + std::string(section) + "\n\n| code | cause | remedy |\n|---|---|---|\n";
    }
    text += "| `" + std::string(row.code) + "` | " + in_table(row.cause) + " | " + in_table(row.remedy) + " |\n";
  }
  return text;
}

}  // namespace holdfast::config
