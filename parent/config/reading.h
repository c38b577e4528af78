// What the reading of a configuration needs from outside: files, values of built-in names, and the shape of lines per keyword.
// Interfaces and plain structs only. Pure: the launcher's descriptors are behind Files, the keyword tables behind LineShapes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/runtime/result.h"

namespace holdfast::config {

// The files of the machine, or of a test. Paths are absolute if the path given at the start was.
class Files {
 public:
  virtual ~Files() = default;
  // The bytes of a regular, non-executable file. Error::code: ENOENT, EACCES, EISDIR, EINVAL (not regular), ENOEXEC (executable),
  // EFBIG (larger than Limits::file_bytes), ...
  virtual Result<std::string> open(const std::string& path) = 0;
  // The names in a directory, without "." and "..", in any order.
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
};

// What a line is to the reader. Everything not named here is a statement, with or without a block.
enum class LineKind : std::uint8_t {
  statement,
  script,         // split shell-like, braces are text: `notify`, `script`, `misc_path`, `regex`
  block,          // needs a block: if the `{` is missing it is assumed after this line
  include_check,  // `include_check [[+|-]NAME]...`: sets the checks for the includes that follow in this file
  random_seed,    // `random_seed N`: restarts ${_RANDOM}
};

// A context is a number chosen by the implementation; 0 is the place outside all blocks. `context` in the answer is the one of the
// lines inside the block of this line (kUnknownContext if it has no meaning there: every line inside is a statement).
inline constexpr std::uint32_t kRootContext = 0;
inline constexpr std::uint32_t kUnknownContext = 0xffffffff;

struct LineShape {
  LineKind kind = LineKind::statement;
  std::uint32_t context = kUnknownContext;
  bool secret = false;  // the words after the first are a password or a key
};

class LineShapes {
 public:
  virtual ~LineShapes() = default;
  // Never called with kUnknownContext. Called once per line: a hash look-up, no more.
  virtual LineShape shape(std::uint32_t context, std::string_view keyword) const = 0;
};

// Values of the built-in names ${_...}. ${_INSTANCE} is Options::config_id, ${_PWD} comes from the path of the file.
struct Builtins {
  std::function<std::optional<std::string>(std::string_view)> environment;  // ${_ENV NAME}; may be empty: nothing is set
  std::string working_directory;                                            // ${_PWD} of a file named by a relative path
  std::uint64_t random_seed = 0;                                            // ${_RANDOM} until a `random_seed` line
};

struct IncludeChecks {
  bool readable = false;        // a matched file must be a readable regular file
  bool match = false;           // a name without wildcards must exist
  bool wildcard_match = false;  // a pattern with wildcards must match something
  bool brace_match = false;     // every alternative of a {a,b} must match
};

// Beyond one of these the rest is not read and a diagnostic with the name of the limit says so.
struct Limits {
  std::size_t line_length = 1023;             // bytes of a physical and of an expanded line; longer ones are ignored
  std::size_t include_depth = 32;             // files in files
  std::size_t files = 4096;                   // openings
  std::size_t file_bytes = 32u << 20;         // of one file
  std::size_t total_bytes = 64u << 20;       // of all files
  std::size_t block_depth = 64;               // blocks in blocks
  std::size_t nodes = 2'000'000;              // lines in the tree
  std::size_t expansion_depth = 64;           // macros in macros
  std::size_t expanded_bytes = 128u << 20;    // text moved by macros and sequences
  std::size_t sequence_values = 1'000'000;    // of one ~SEQ
  std::size_t macros = 100'000;               // definitions
  std::size_t glob_matches = 4096;            // files of one include
};

struct Options {
  std::string config_id;  // for @ID, @^ID and ${_INSTANCE}
  Builtins builtins;
  IncludeChecks checks;   // all true with --all-config
  Limits limits;
};

}  // namespace holdfast::config
