// The case files of tests/conformance/config: uses of one keyword each, put into a place where they are complete, with what is expected.
// Reads and writes them; judges nothing. The format is in tests/conformance/config/README.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::language {

struct UseCase {
  std::string file;            // its name, for messages
  std::size_t line = 0;        // in that file
  std::string context;         // path of keywords, as in keywords.tsv
  std::string keyword;         // a row of that context
  bool good = false;
  std::string text;            // ";;" is the end of a line
  std::string expected;        // after "=>"
  std::vector<std::string> plan;  // what the use makes of the plan: "+ about: fact", "- about: fact"
  std::string around;          // text in which "@@" is replaced

  // The lines as they stand in a configuration.
  std::string lines() const;
  std::string configuration() const;
  std::string configuration_without() const;
  std::string name() const { return file + ":" + std::to_string(line) + " " + context + " " + keyword + ": " + text; }
};

// A keyword for which no bad use exists, or no good one, and why.
struct Exempt {
  std::string context;
  std::string keyword;
  std::string reason;
  bool good = false;  // what does not exist: a good use, else a bad one
};

struct CaseFile {
  std::string path;
  std::vector<std::string> lines;      // as read
  std::vector<UseCase> cases;
  std::vector<Exempt> exempt;
  std::vector<std::string> mistakes;   // lines that mean nothing
};

// All files, in the order of their names.
std::vector<CaseFile> read_case_files();
// Puts new expectations in place: cases[i].expected of each file.
void write(const CaseFile& file);

}  // namespace holdfast::language
