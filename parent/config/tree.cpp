// Text of a configuration: the store for made text and the look-up of lines. Pure; see tree.h.
// Must not know where the text came from.
// SPDX-License-Identifier: Apache-2.0
#include "parent/config/tree.h"

#include <algorithm>
#include <cstring>

namespace holdfast::config {

std::string_view TextStore::keep(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() > kChunk / 4) {  // a chunk of its own, before the one that is being filled
    auto chunk = std::make_unique<char[]>(text.size());
    std::memcpy(chunk.get(), text.data(), text.size());
    const char* start = chunk.get();
    chunks_.insert(chunks_.empty() ? chunks_.end() : chunks_.end() - 1, std::move(chunk));
    return {start, text.size()};
  }
  if (left_ < text.size()) {
    chunks_.push_back(std::make_unique<char[]>(kChunk));
    left_ = kChunk;
  }
  char* start = chunks_.back().get() + (kChunk - left_);
  std::memcpy(start, text.data(), text.size());
  left_ -= text.size();
  return {start, text.size()};
}

std::string_view Sources::file_name(Position at) const {
  return at.file < files.size() ? std::string_view(files[at.file].name) : std::string_view();
}

std::string_view Sources::line(Position at) const {
  if (at.line == 0 || at.file >= files.size()) return {};
  const SourceFile& file = files[at.file];
  if (at.line > file.lines.size() || !file.text) return {};
  std::string_view text(*file.text);
  text.remove_prefix(std::min<std::size_t>(file.lines[at.line - 1], text.size()));
  text = text.substr(0, text.find('\n'));
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

}  // namespace holdfast::config
