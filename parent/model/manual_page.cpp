// Keyword tables to holdfast.conf(5), in the macros of man(7). See manual.h.
// Pure. Must not know a keyword: the grammar is told here, everything else by the tables.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/manual.h"

namespace holdfast::model {
namespace {

constexpr const char* kHead = R"(.\" Made from the keyword tables; edit parent/model/keywords.
.TH HOLDFAST.CONF 5 "" "Holdfast" "File formats"
.SH NAME
holdfast.conf, keepalived.conf \- configuration of holdfast(8)
.SH DESCRIPTION
.B holdfast
reads the file that
.B keepalived
reads, by default
.IR /etc/keepalived/keepalived.conf .
The file is made of lines.
A line is a keyword with its values, or opens a block with
.B {
that a
.B }
closes.
.SS Words and comments
Blanks separate words.
Words in double quotes may contain blanks; such a word ends at the next double quote.
.B #
and
.B !
start a comment outside quotes; after a backslash they are ordinary characters.
Lines that name a command are split as a shell does: both kinds of quotes, and escapes with a backslash.
A line has at most 1023 bytes.
.SS Other files
.B include
.I PATTERN
reads other files in its place.
A relative path starts at the directory of the file with the line; a pattern may have
.BR * ", " ? ", " [...] " and " {a,b} .
The letters r, m, w, b and a behind the word ask for checks: that files are readable, that a name exists, that a pattern matches, that each
alternative does, or all of them.
.SS Conditions
A line that starts with
.BI @ ID
is read only when the option
.BI \-i " ID"
says so, one that starts with
.BI @^ ID
only when it does not.
.SS Macros and sequences
.BI $ NAME = TEXT
defines a macro.
A definition whose lines end with a backslash has several lines.
.BI $ NAME
and
.BI ${ NAME }
stand for it.
Built in are
.BR ${_PWD} ,
.BR ${_INSTANCE} ,
.BR "${_ENV NAME}" ,
.BR "${_RANDOM MIN MAX}" ,
.B ${_HASH}
and
.BR ${_BANG} .
.BI ~SEQ( NAME ", " START ", " STEP ", " END )
repeats the rest of its line for each number,
.BI ~LST( NAME ", " VALUE ", " ... )
for each value.
.SS Values
.I BOOL
is true, on, yes, false, off or no.
Times are in seconds, with decimals where the range shows them.
.SH KEYWORDS
Keywords are grouped by the block in which they stand; a path such as
.B vrrp_instance>authentication
is a block in a block.
A keyword marked
.I not yet
is read and checked, has no effect, and each use is a warning.
)";

constexpr const char* kTail = R"(.SH DIAGNOSTICS
.B holdfast \-t \-f
.I FILE
checks a file and reports everything that is wrong with it, each problem with its place and a stable code.
.SH SEE ALSO
.BR holdfast (8)
)";

// Text that no line of it is a request, and hyphens that can be copied.
std::string troff(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '*' || c == '`') {
      continue;  // emphasis of Markdown
    } else {
      if (c == '-') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string in_macro(std::string_view text) {
  std::string out = "\"";
  for (const char c : troff(text)) out += c == '"' ? std::string("\\(dq") : std::string(1, c);
  return out + '"';
}

std::string entry(const Keyword& row, bool idle) {
  std::string text = ".TP\n.BI " + in_macro(row.name);
  if (const std::string takes = syntax(row); !takes.empty()) text += " " + in_macro(" " + takes);
  text += "\n" + troff(remarks(row, idle)) + "\n";
  if (!row.fallback.empty()) text += "Default: " + troff(row.fallback) + ".\n";
  return text;
}

}  // namespace

std::string manual_page() {
  std::string text = kHead;
  for (const auto& shared : sections()) {
    std::string title;
    for (const ContextId id : shared) title += (title.empty() ? "" : ", ") + catalogue().path(id);
    text += ".SS " + in_macro(title) + "\n";
    const bool idle = catalogue().idle(shared.front());
    if (idle) text += "Not yet: nothing of this has an effect.\n";
    for (const Entry& row : catalogue().rows(shared.front())) text += entry(*row.row, idle);
  }
  return text + kTail;
}

}  // namespace holdfast::model
