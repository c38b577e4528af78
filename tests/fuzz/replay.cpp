// Runs a fuzz target without a fuzzer: over every file of its corpus, and over many small changes of each.
// The changes come from a fixed seed, so that a failure is the same one tomorrow. The target aborts when it finds a fault.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr int kChangesPerInput = 2000;
constexpr std::size_t kGrowthMax = 64;

Bytes read_all(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

// One input with a byte changed, a piece cut out, a piece repeated, or its end cut off.
Bytes changed(Bytes input, std::mt19937& random) {
  const auto below = [&random](std::size_t limit) { return limit == 0 ? 0 : random() % limit; };
  const std::size_t changes = 1 + below(4);
  for (std::size_t i = 0; i < changes; ++i) {
    const std::size_t at = below(input.size());
    switch (input.empty() ? 3 : below(4)) {
      case 0: input[at] = static_cast<std::uint8_t>(random()); break;
      case 1: input[at] = static_cast<std::uint8_t>(input[at] ^ (1U << below(8))); break;
      case 2: input.resize(at); break;
      default: input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), 1 + below(kGrowthMax), static_cast<std::uint8_t>(random())); break;
    }
  }
  return input;
}

void run(const Bytes& input) { LLVMFuzzerTestOneInput(input.data(), input.size()); }

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
    std::fprintf(stderr, "usage: replay CORPUS-FOLDER (%s is none)\n", argc > 1 ? argv[1] : "nothing");
    return 2;
  }
  std::mt19937 random(20240607);
  std::size_t inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    const Bytes input = read_all(entry.path());
    run(input);
    for (int i = 0; i < kChangesPerInput; ++i) run(changed(input, random));
    ++inputs;
  }
  std::printf("%zu inputs, %d changes of each\n", inputs, kChangesPerInput);
  return inputs == 0 ? 1 : 0;  // an empty corpus proves nothing
}
