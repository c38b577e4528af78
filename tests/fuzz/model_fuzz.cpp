// The text of a configuration through reader and keyword tables, as a run and as a test: whatever it is, there is a model in the end,
// and what the model writes reads back as the same model.
// SPDX-License-Identifier: Apache-2.0
#include "parent/config/load.h"
#include "parent/model/bind.h"
#include "parent/model/dump.h"
#include "parent/model/line_shapes.h"
#include "tests/fuzz/one_file.h"

namespace {

using namespace holdfast;

// A made line may be longer than one that is read.
bool lines_fit(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end > config::Limits{}.line_length) return false;
    text.remove_prefix(end + 1);
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const model::Mode mode : {model::Mode::run, model::Mode::test}) {
    fuzz::OneFile files(data, size);
    config::Diagnostics diagnostics;
    const config::Tree tree = config::load(fuzz::kPath, files, model::KeywordShapes{}, fuzz::short_options(), diagnostics);
    const model::Configuration configuration = model::bind(tree, mode, diagnostics);
    for (const model::Instance& instance : configuration.instances) {
      HF_CHECK(!instance.priority || (*instance.priority >= 1 && *instance.priority <= 255));
      HF_CHECK(!instance.authentication || instance.authentication->password->size() <= 8);
    }
    for (const config::Diagnostic& one : diagnostics.all()) HF_CHECK(!config::render_plain(one, tree.sources).empty());
    const std::string text = model::dump(configuration, config::Secrets::shown);
    if (!lines_fit(text)) continue;
    fuzz::OneFile again(text);
    config::Diagnostics none;
    const config::Tree second = config::load(fuzz::kPath, again, model::KeywordShapes{}, fuzz::short_options(), none);
    HF_CHECK(model::dump(model::bind(second, mode, none), config::Secrets::shown) == text);
  }
  return 0;
}
