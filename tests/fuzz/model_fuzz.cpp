// The text of a configuration through reader and keyword tables, as a run and as a test: whatever it is, there is a model in the end.
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>

#include "parent/config/load.h"
#include "parent/model/bind.h"
#include "parent/model/line_shapes.h"

namespace {

class OneFile final : public holdfast::config::Files {
 public:
  explicit OneFile(std::string text) : text_(std::move(text)) {}
  holdfast::Result<std::string> open(const std::string& path) override {
    if (path == "/fuzz.conf") return text_;
    return holdfast::Error{path, ENOENT};
  }
  holdfast::Result<std::vector<std::string>> list(const std::string&) override { return std::vector<std::string>{"fuzz.conf"}; }

 private:
  std::string text_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  OneFile files(std::string(reinterpret_cast<const char*>(data), size));
  config::Options options;
  options.limits.sequence_values = 100;
  options.limits.expanded_bytes = 1u << 20;
  options.limits.nodes = 10'000;
  for (const model::Mode mode : {model::Mode::run, model::Mode::test}) {
    config::Diagnostics diagnostics;
    const model::KeywordShapes shapes;
    const config::Tree tree = config::load("/fuzz.conf", files, shapes, options, diagnostics);
    const model::Configuration configuration = model::bind(tree, mode, diagnostics);
    for (const model::Instance& instance : configuration.instances) {
      HF_CHECK(!instance.priority || (*instance.priority >= 1 && *instance.priority <= 255));
      HF_CHECK(!instance.authentication || instance.authentication->password->size() <= 8);
    }
    for (const config::Diagnostic& one : diagnostics.all()) HF_CHECK(!config::render_plain(one, tree.sources).empty());
  }
  return 0;
}
